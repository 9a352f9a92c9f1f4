"""The way from Kafka to the board in single numbers, each a sign of whether the others can be trusted."""

from typing import Final

from schemas import names
from services.provisioner import colours
from services.provisioner import expressions as promql
from services.provisioner.addresses import PIPELINE_UID, board_path
from services.provisioner.boards.layout import Tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.stats import stat_tile

FRESH: Final = colours.steps(colours.GOOD, (300, colours.WATCH), (900, colours.BAD))
COMPLETE: Final = colours.steps(colours.BAD, (0.5, colours.WATCH), (1, colours.GOOD))
READ: Final = colours.steps(colours.GOOD, (10, colours.WATCH), (60, colours.BAD))
LOST: Final = colours.steps(colours.GOOD, (0.01, colours.WATCH), (0.1, colours.BAD))
ANY: Final = colours.steps(colours.GOOD, (1, colours.BAD))
STATES: Final = ((0, "Away", colours.BAD), (1, "Up", colours.GOOD))
TO_PIPELINE: Final = (("Pipeline", board_path(PIPELINE_UID)),)

STATE: Final = Look(
    title="State in Redis",
    description="Up while the store answers and every partition has a position; else values are withheld.",
    words=STATES,
    empty="no exporter",
)
STATE_AGE: Final = Look(
    title="State last read",
    description="How long ago the exporter last read the state; about a second is right.",
    unit="s",
    thresholds=READ,
    decimals=0,
    empty="no exporter",
)


def freshness(metric: str) -> Tile:
    """Age of what a metric rests on."""
    look = Look(
        title="Freshness",
        description="Age of the moment up to which every event was read. Beyond 15 minutes the number is stale.",
        unit="s",
        thresholds=FRESH,
        decimals=0,
        empty="no state",
        links=TO_PIPELINE,
    )
    return stat_tile(f"{metric}/freshness", look, Query(promql.age(metric), "age"))


def completeness(metric: str) -> Tile:
    """How much of it was read."""
    look = Look(
        title="Completeness",
        description="Share of the partitions that are up to date. Below 100 % events are missing from the number.",
        unit="percentunit",
        thresholds=COMPLETE,
        decimals=0,
        empty="no state",
        links=TO_PIPELINE,
    )
    return stat_tile(f"{metric}/completeness", look, Query(promql.completeness(metric), "partitions up to date"))


def state() -> Tile:
    """Redis, as the exporter finds it."""
    return stat_tile("state/up", STATE, Query(f"min({names.STATE_UP})", "state"))


def state_age() -> Tile:
    """How old the exporter's picture is."""
    return stat_tile("state/age", STATE_AGE, Query(promql.snapshot_age(), "age"))


def lag() -> Tile:
    """All partitions together."""
    look = Look(
        title="Events waiting",
        description="Events in Kafka that are not folded yet, over all partitions.",
        decimals=0,
        empty="no log was read yet",
        links=TO_PIPELINE,
    )
    return stat_tile("lag/now", look, Query(pipeline.lag_now(), "waiting"))


def held_up() -> Tile:
    """A worker that is away, or one that cannot go on."""
    look = Look(
        title="Partitions held up",
        description=(
            "Partitions with events waiting whose position has not moved for 5 minutes: their worker is away, waits for"
            " the store, or is refused by it."
        ),
        thresholds=ANY,
        decimals=0,
        empty="no position yet",
    )
    return stat_tile("workers/held-up", look, Query(pipeline.held_up(), "held up"))


def firing() -> Tile:
    """How much is wrong by the rules that come with these boards."""
    look = Look(
        title="Alerts firing",
        description="How many alerts of these rules are firing at this instant.",
        thresholds=ANY,
        decimals=0,
        empty="Prometheus does not answer",
    )
    return stat_tile("now/firing-count", look, Query(pipeline.firing_count(), "firing"))


def dead_letters() -> Tile:
    """What is missing from every number."""
    share = pipeline.outcome_share("late|ahead|refused", "15m")
    return _lost("dead", "Dead-letter share", "events that were late, ahead of time or refused", share)


def refused() -> Tile:
    """What was none."""
    share = pipeline.outcome_share("refused", "15m")
    return _lost("refused", "Refused share", "messages that were no events, or not of this definition,", share)


def late() -> Tile:
    """What came after its lateness."""
    share = pipeline.outcome_share("late", "15m")
    return _lost("late", "Late share", "events that came too late to be counted", share)


def _lost(key: str, title: str, what: str, share: str) -> Tile:
    look = Look(
        title=title,
        description=f"Share of {what} in 15 minutes; the worst topic.",
        unit="percentunit",
        thresholds=LOST,
        decimals=2,
        empty="no events in 15 minutes",
    )
    return stat_tile(f"events/{key}", look, Query(share, "share"))
