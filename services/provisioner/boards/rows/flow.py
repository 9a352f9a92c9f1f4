"""From Kafka into the state: what waits, what moves, and how old what is shown has become; by partition."""

from services.provisioner import colours
from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.sdk import dashboard

PER_PARTITION = "{{topic}}/{{partition}}"
PER_METRIC = "{{metric}}"


def partitions_row() -> Row:
    """Lag, movement and watermark of each partition through time, then all of them in a table."""
    panels = (
        Tile("partitions/lag", _lag()),
        Tile("partitions/moving", _moving()),
        Tile("partitions/watermark", _watermark()),
    )
    return Row("partitions", "Partitions", [Line(9, panels), Line(9, [Tile("partitions/table", _table())])])


def freshness_row() -> Row:
    """By metric: the metrics of one source are as old as its slowest partition."""
    age = Look(
        title="Age by metric",
        description="Age of the moment up to which every partition that a metric rests on was read.",
        unit="s",
        thresholds=colours.steps(colours.GOOD, (300, colours.WATCH), (900, colours.BAD)),
        empty="no state",
    )
    complete = Look(
        title="Completeness by metric",
        description="Share of the metric's partitions that are up to date; below 100 % no drop is judged.",
        unit="percentunit",
        thresholds=colours.plain(),
        empty="no state",
    )
    restated = Look(
        title="Restated in an hour",
        description=(
            "Events that came for a period that was already over, by metric: what was reported of that period before is"
            " no longer what stands there."
        ),
        unit="short",
        thresholds=colours.plain(),
        decimals=0,
        empty="none: no period that was over was corrected",
    )
    return Row(
        "freshness",
        "Freshness",
        [
            Line(
                8,
                [
                    Tile("freshness/age", series_panel(age, [Query(pipeline.ages(), PER_METRIC)], limits=True)),
                    Tile("freshness/complete", series_panel(complete, [Query(pipeline.completenesses(), PER_METRIC)])),
                    Tile("freshness/restated", series_panel(restated, [Query(pipeline.restated("1h"), PER_METRIC)])),
                ],
            )
        ],
    )


def _lag() -> dashboard.Panel:
    look = Look(
        title="Lag by partition",
        description="Events in Kafka that are not folded yet. A line that only rises is a partition without a worker.",
        unit="short",
        thresholds=colours.plain(),
        decimals=0,
        empty="no log was read yet",
    )
    return series_panel(look, [Query(promql.lag(), PER_PARTITION)])


def _moving() -> dashboard.Panel:
    look = Look(
        title="Folded by partition",
        description="Offsets a second that each partition's position advances (5 minutes' mean): what the workers do.",
        unit="cps",
        thresholds=colours.plain(),
        empty="no position yet",
    )
    return series_panel(look, [Query(pipeline.moving(), PER_PARTITION)])


def _watermark() -> dashboard.Panel:
    look = Look(
        title="Watermark age by partition",
        description="How far the largest event time of each partition lies back. It grows while nothing is published.",
        unit="s",
        thresholds=colours.plain(),
        empty="no event was counted yet",
    )
    return series_panel(look, [Query(promql.watermark_age(), PER_PARTITION)])


def _table() -> dashboard.Panel:
    columns = [
        Column(name="Waiting", expression=promql.lag(), unit="short", decimals=0),
        Column(name="Folded a second", expression=pipeline.moving(), unit="cps", decimals=1),
        Column(name="Watermark age", expression=promql.watermark_age(), unit="s", decimals=0),
        Column(name="Next offset", expression=pipeline.positions(), unit="none", decimals=0),
    ]
    look = Look(
        title="Partitions now",
        description="Every partition: what waits, how fast it is folded, how old its latest event is, where it stands.",
        unit="short",
        thresholds=colours.plain(),
        empty="no position yet",
    )
    return table_panel(look, {"topic": "Topic", "partition": "Partition"}, columns)
