"""The way from Kafka to the boards, partition by partition and process by process."""

from typing import Final

from schemas import names
from services.provisioner import expressions as promql

PARTITION: Final = "topic, partition"
ALERTS: Final = "ALERTS"
"""Prometheus's own series: 1 for each alert that is pending or firing."""
UP: Final = "up"
"""Prometheus's own series: whether the last scrape of a process succeeded."""


def firing() -> str:
    """How many alerts of each rule are firing."""
    return f'count by (alertname, severity) ({ALERTS}{{alertstate="firing", concern=~".+"}})'


def firing_count() -> str:
    """How many in all; 0 where none is, as long as Prometheus evaluates anything."""
    return f"sum({firing()}) or vector(0)"


def moving() -> str:
    """Offsets a second that each partition's position advances: what workers do."""
    return f"max by ({PARTITION}) (rate({names.POSITION}[5m]))"


def held_up() -> str:
    """How many partitions have events waiting and a position that has not moved for 5 minutes."""
    waiting = f"max by ({PARTITION}) ({names.POSITION_LAG}) > 0"
    still = f"max by ({PARTITION}) (changes({names.POSITION}[5m])) == 0"
    return f"count({waiting} and on ({PARTITION}) {still}) or vector(0)"


def lag_now() -> str:
    """Events that wait in all partitions together."""
    return f"sum({promql.lag()})"


def positions() -> str:
    """The next offset of each partition."""
    return f"max by ({PARTITION}) ({names.POSITION})"


def counted(span: str) -> str:
    """Events a second that were counted, by topic."""
    return promql.events("counted", span)


def outcome_share(outcome: str, span: str) -> str:
    """The part of all events that ended so (``a|b``: in one of several ways); the worst topic."""
    return f"max({promql.events(outcome, span)} / ({promql.events('.+', span)} > 0))"


def overflow(span: str) -> str:
    """Events a second whose value got no segment of its own."""
    return f"max by (measure, dimension) (rate({names.SEGMENT_OVERFLOW}[{span}]))"


def restated(span: str) -> str:
    """Events that came for a period that was over, by metric."""
    return f"max by (metric) (increase({names.RESTATED}[{span}]))"


def ages() -> str:
    """Seconds since the moment up to which everything was read, by metric."""
    return f"time() - max by (metric) ({names.METRIC_AS_OF})"


def completenesses() -> str:
    """Share of partitions that are up to date, by metric."""
    return f"min by (metric) ({names.METRIC_COMPLETENESS})"


def scraped() -> str:
    """Whether each process that Prometheus knows of answered."""
    return f"max by (job, instance) ({UP})"


def versions() -> str:
    """What runs: a version of the service and of the definition."""
    return f"max by (version, definition) ({names.BUILD_INFO})"


def left_out() -> str:
    """Samples beyond the exporter's declared limit that it did not show."""
    return f"max({names.SERIES_LEFT_OUT})"


def outcome_rates(span: str) -> str:
    """Events a second that were not simply counted, by outcome."""
    chosen = promql.selector(names.EVENTS, outcome="~duplicate|late|ahead|refused")
    return f"sum by (outcome) (max by (topic, outcome) (rate({chosen}[{span}])))"


def watermark_age() -> str:
    """Seconds that the largest event time lies back, by partition."""
    return f"time() - max by (topic, partition) ({names.WATERMARK})"


def unused() -> str:
    """Events a second that a measure could not use, and why."""
    return f"max by (measure, reason) (rate({names.EVENTS_UNUSED}[5m]))"
