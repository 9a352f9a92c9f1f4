"""What runs: the store, the workers as far as partitions move, the exporter and its versions."""

from schemas import names
from services.provisioner import colours
from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.rows.trust import STATES
from services.provisioner.boards.stats import stat_panel
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.boards.timelines import timeline_panel
from services.provisioner.sdk import dashboard


def processes_row() -> Row:
    """Redis and scraped processes through time; versions as they are."""
    return Row(
        "processes",
        "Redis, exporter, versions",
        [
            Line(8, [Tile("redis/up", _redis()), Tile("redis/age", _age()), Tile("scraped/up", _scraped())]),
            Line(
                7,
                [
                    Tile("redis/memory", _memory()),
                    Tile("exporter/versions", _versions()),
                    Tile("exporter/left-out", _left_out()),
                ],
            ),
        ],
    )


def held_up() -> Tile:
    """A worker that is away, or one that cannot go on."""
    look = Look(
        title="Partitions held up",
        description=(
            "Partitions with events waiting whose position has not moved for 5 minutes: their worker is away, waits for"
            " the store, or is refused by it."
        ),
        unit="short",
        thresholds=colours.steps(colours.GOOD, (1, colours.BAD)),
        decimals=0,
        empty="no position yet",
    )
    return Tile("workers/held-up", stat_panel(look, Query(pipeline.held_up(), "held up")))


def _redis() -> dashboard.Panel:
    look = Look(
        title="Redis over time",
        description="Up while the store answers and every partition has a position; else values are withheld.",
        unit="short",
        thresholds=colours.plain(),
        words=STATES,
        empty="no exporter",
    )
    return timeline_panel(look, [Query(f"min({names.STATE_UP})", "state")])


def _age() -> dashboard.Panel:
    look = Look(
        title="State last read",
        description="How long ago the exporter last read the state; about a second is right.",
        unit="s",
        thresholds=colours.steps(colours.GOOD, (10, colours.WATCH), (60, colours.BAD)),
        empty="no exporter",
    )
    return series_panel(look, [Query(promql.snapshot_age(), "age")], limits=True)


def _memory() -> dashboard.Panel:
    look = Look(
        title="Memory of Redis",
        description="What the data takes, and what it may take where a limit is set: beyond it Redis refuses to write.",
        unit="bytes",
        thresholds=colours.plain(),
        empty="not told by the store",
    )
    used = Query(f"max({names.STORE_USED})", "used")
    return series_panel(look, [used, Query(f"max({names.STORE_LIMIT})", "limit", quiet=True)])


def _scraped() -> dashboard.Panel:
    look = Look(
        title="Processes that Prometheus reads",
        description="Up while the last scrape of a process succeeded.",
        unit="short",
        thresholds=colours.plain(),
        words=STATES,
        empty="Prometheus reads no process",
    )
    return timeline_panel(look, [Query(pipeline.scraped(), "{{job}} {{instance}}")])


def _versions() -> dashboard.Panel:
    look = Look(
        title="Versions that run",
        description="The version of the service and of what is counted. Two of them: two exporters, or a succession.",
        unit="short",
        thresholds=colours.plain(),
        empty="no exporter",
    )
    column = Column(name="Running", expression=pipeline.versions(), unit="bool_yes_no")
    return table_panel(look, {"version": "Service", "definition": "Definition"}, [column])


def _left_out() -> dashboard.Panel:
    look = Look(
        title="Series left out",
        description=(
            "Samples that the exporter did not show because there were more than its declared limit. Above 0,"
            " something is missing from boards and alerts."
        ),
        unit="short",
        thresholds=colours.steps(colours.GOOD, (1, colours.BAD)),
        decimals=0,
        empty="no exporter",
    )
    return stat_panel(look, Query(pipeline.left_out(), "left out"))
