"""What runs: the store, the workers as far as partitions move, the exporter and its versions."""

from typing import Final

import msgspec

from schemas import names
from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.lines import series_tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.rows.signs import ANY, STATE, STATE_AGE, STATES
from services.provisioner.boards.stats import stat_tile
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.boards.timelines import timeline_panel
from services.provisioner.sdk import dashboard

REDIS: Final = msgspec.structs.replace(STATE, title="Redis over time")
AGE: Final = msgspec.structs.replace(STATE_AGE, decimals=None)
SCRAPED: Final = Look(
    title="Processes that Prometheus reads",
    description="Up while the last scrape of a process succeeded.",
    words=STATES,
    empty="Prometheus reads no process",
)
MEMORY: Final = Look(
    title="Memory of Redis",
    description="What the data takes, and what it may take where a limit is set: beyond it Redis refuses to write.",
    unit="bytes",
    empty="not told by the store",
)
LEFT_OUT: Final = Look(
    title="Series left out",
    description=(
        "Samples that the exporter did not show because there were more than its declared limit. Above 0,"
        " something is missing from boards and alerts."
    ),
    thresholds=ANY,
    decimals=0,
    empty="no exporter",
)


def processes_row() -> Row:
    """Redis and scraped processes through time; versions as they are."""
    state = Query(f"min({names.STATE_UP})", "state")
    used, limit = Query(f"max({names.STORE_USED})", "used"), Query(f"max({names.STORE_LIMIT})", "limit", quiet=True)
    through_time = [
        Tile("redis/up", timeline_panel(REDIS, [state])),
        series_tile("redis/age", AGE, Query(promql.snapshot_age(), "age"), limits=True),
        Tile("scraped/up", timeline_panel(SCRAPED, [Query(pipeline.scraped(), "{{job}} {{instance}}")])),
    ]
    below = [
        series_tile("redis/memory", MEMORY, used, limit),
        Tile("exporter/versions", _versions()),
        stat_tile("exporter/left-out", LEFT_OUT, Query(pipeline.left_out(), "left out")),
    ]
    return Row("processes", "Redis, exporter, versions", [Line(8, through_time), Line(7, below)])


def _versions() -> dashboard.Panel:
    look = Look(
        title="Versions that run",
        description="The version of the service and of what is counted. Two of them: two exporters, or a succession.",
        empty="no exporter",
    )
    column = Column(name="Running", expression=pipeline.versions(), unit="bool_yes_no")
    return table_panel(look, {"version": "Service", "definition": "Definition"}, [column])
