"""From Kafka into the state: what waits, what moves, and how old what is shown has become; by partition."""

from typing import Final

from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.lines import series_tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.rows.signs import FRESH
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.sdk import dashboard

PER_PARTITION: Final = "{{topic}}/{{partition}}"
PER_METRIC: Final = "{{metric}}"

LAG: Final = Look(
    title="Lag by partition",
    description="Events in Kafka that are not folded yet. A line that only rises is a partition without a worker.",
    decimals=0,
    empty="no log was read yet",
)
MOVING: Final = Look(
    title="Folded by partition",
    description="Offsets a second that each partition's position advances (5 minutes' mean): what the workers do.",
    unit="cps",
    empty="no position yet",
)
WATERMARK: Final = Look(
    title="Watermark age by partition",
    description="How far the largest event time of each partition lies back. It grows while nothing is published.",
    unit="s",
    empty="no event was counted yet",
)
AGE: Final = Look(
    title="Age by metric",
    description="Age of the moment up to which every partition that a metric rests on was read.",
    unit="s",
    thresholds=FRESH,
    empty="no state",
)
COMPLETENESS: Final = Look(
    title="Completeness by metric",
    description="Share of the metric's partitions that are up to date; below 100 % no drop is judged.",
    unit="percentunit",
    empty="no state",
)
RESTATED: Final = Look(
    title="Restated in an hour",
    description=(
        "Events that came for a period that was already over, by metric: what was reported of that period before is"
        " no longer what stands there."
    ),
    decimals=0,
    empty="none: no period that was over was corrected",
)


def partitions_row() -> Row:
    """Lag, movement and watermark of each partition through time, then all of them in a table."""
    tiles = [
        series_tile("partitions/lag", LAG, Query(promql.lag(), PER_PARTITION)),
        series_tile("partitions/moving", MOVING, Query(pipeline.moving(), PER_PARTITION)),
        series_tile("partitions/watermark", WATERMARK, Query(pipeline.watermark_age(), PER_PARTITION)),
    ]
    return Row("partitions", "Partitions", [Line(9, tiles), Line(9, [Tile("partitions/table", _table())])])


def freshness_row() -> Row:
    """By metric: the metrics of one source are as old as its slowest partition."""
    tiles = [
        series_tile("freshness/age", AGE, Query(pipeline.ages(), PER_METRIC), limits=True),
        series_tile("freshness/complete", COMPLETENESS, Query(pipeline.completenesses(), PER_METRIC)),
        series_tile("freshness/restated", RESTATED, Query(pipeline.restated("1h"), PER_METRIC)),
    ]
    return Row("freshness", "Freshness", [Line(8, tiles)])


def _table() -> dashboard.Panel:
    columns = [
        Column(name="Waiting", expression=promql.lag(), unit="short", decimals=0),
        Column(name="Folded a second", expression=pipeline.moving(), unit="cps", decimals=1),
        Column(name="Watermark age", expression=pipeline.watermark_age(), unit="s", decimals=0),
        Column(name="Next offset", expression=pipeline.positions(), unit="none", decimals=0),
    ]
    look = Look(
        title="Partitions now",
        description="Every partition: what waits, how fast it is folded, how old its latest event is, where it stands.",
        empty="no position yet",
    )
    return table_panel(look, {"topic": "Topic", "partition": "Partition"}, columns)
