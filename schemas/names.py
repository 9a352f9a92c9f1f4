"""Every name that leaves the process: Prometheus series, Redis keys, Kafka topics and headers.

Redis keys of one partition share a hash tag, so that one script may touch them all:

    nsm:{<version>:<topic>:<partition>}:state               hash: position, stamp, floor, clock, watermark, topic_id,
                                                            of internal topics reached
    nsm:{<version>:<topic>:<partition>}:totals              hash: <outcome>, unused|.., overflow|.., miskeyed|..
                                                            -> count
    nsm:{<version>:<topic>:<partition>}:cells:<series>:<n>  hash: <bucket> or <bucket>|<dimension>|<value> -> integer,
                                                            of a distribution <bucket>||<bin> -> integer, by
                                                            dimension <bucket>|<dimension>|<value>|<bin>;
                                                            of <series>~ <bucket>@<reached>.. -> what came late
    nsm:{<version>:<topic>:<partition>}:records:<space>     hash: <entity>, by dimension <segment's number>:<entity>
                                                            -> its record, MessagePack
    nsm:{<version>:<topic>:<partition>}:ids:<slot>          string: 8 bytes an id
    nsm:{<version>:<topic>:<partition>}:index               set: its cells, records and ids, named without the prefix
    nsm:{<version>}:sources                                 hash: <topic> -> number of partitions
    nsm:{<version>}:definition                              string: the definition, JSON
    nsm:{<version>}:carried                                 string: what it goes on with of another version, JSON
    nsm:{<company>}:serving                                 string: which version is served, JSON
"""

import re
from hashlib import sha256
from typing import Final, Literal

CELLS_PER_KEY: Final = 64
"""Buckets of one series that share a key; ``n`` above is ``bucket // CELLS_PER_KEY``."""


def partition_prefix(version: str, topic: str, partition: int) -> str:
    """What every key of this partition begins with, hash tag included."""
    return f"nsm:{{{version}:{topic}:{partition}}}:"


def own_keys(prefix: str) -> tuple[str, str, str]:
    """State, totals and index of a partition; all its other keys are named in the index."""
    return f"{prefix}state", f"{prefix}totals", f"{prefix}index"


def cells_name(series: str, number: int | str) -> str:
    """What follows the prefix; ``number`` is ``bucket // CELLS_PER_KEY``, or empty for the head of them all."""
    return f"cells:{series}:{number}"


def cells_of(name: str) -> tuple[str, int]:
    """Series and key number of a ``cells_name``."""
    series, _, number = name.removeprefix("cells:").rpartition(":")
    return series, int(number)


def late_series(series: str) -> str:
    """What was added to pieces of a series when its partition had gone past them: ``<bucket>@<reached>``."""
    return f"{series}~"


def is_late(series: str) -> bool:
    """Whether this is such a one."""
    return series.endswith("~")


def restated_totals(measure: str, over: str) -> tuple[str, str]:
    """How many events came for periods of this unit, or buckets of this size, that were over, and the append time of
    the last of them.
    """
    return f"restated|{measure}|{over}", f"restated_at|{measure}|{over}"


def miskeyed_total(kind: "Miskeyed") -> str:
    """Its second part is empty: it is no measure's."""
    return f"miskeyed||{kind}"


def records_name(space: str) -> str:
    """What follows the prefix."""
    return f"records:{space}"


def ids_name(slot: int | str) -> str:
    """What follows the prefix; an empty slot gives what all of them begin with."""
    return f"ids:{slot}"


def slot_of(name: str) -> int:
    """The slot of an ``ids_name``."""
    return int(name.removeprefix("ids:"))


def sources_key(version: str) -> str:
    """The hash that says how many partitions each source had when this version began."""
    return f"nsm:{{{version}}}:sources"


def version_of(key: str) -> str:
    """The version of a ``sources_key``."""
    return key.removeprefix("nsm:{").removesuffix("}:sources")


def definition_key(version: str) -> str:
    """What this version counts, for whoever reads its state."""
    return f"nsm:{{{version}}}:definition"


def carried_key(version: str) -> str:
    """What this version goes on with of the one before it, where it did not begin anew."""
    return f"nsm:{{{version}}}:carried"


def serving_key(company: str) -> str:
    """Which version of this company's definition is served."""
    return f"nsm:{{{company}}}:serving"


def dead_letter_topic(topic: str) -> str:
    """Where the events of this topic go that are no events, too late, or too far ahead."""
    return f"{topic}.dead-letter"


def internal_topic(version: str, source: str, key: str) -> str:
    """Where the events of a source go that one version counts by another property than the source is keyed by."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", key)[:60]
    if plain != key:  # two properties must not share a topic
        plain = f"{plain}-{sha256(key.encode()).hexdigest()[:8]}"
    return f"nsm-{version}-{source}-by-{plain}"


def is_internal_to(version: str, topic: str) -> bool:
    """Whether this is an ``internal_topic`` of the version."""
    return topic.startswith(f"nsm-{version}-")


def consumer_group(version: str) -> str:
    """The workers of one version of the definition."""
    return f"nsm-{version}"


HEADER_REASON: Final = "nsm-reason"
HEADER_DETAIL: Final = "nsm-detail"
HEADER_TOPIC: Final = "nsm-topic"
HEADER_PARTITION: Final = "nsm-partition"
HEADER_OFFSET: Final = "nsm-offset"

Outcome = Literal["counted", "duplicate", "late", "ahead", "refused"]
Miskeyed = Literal["none", "other"]
MISKEYED_KINDS: Final[tuple[Miskeyed, ...]] = ("none", "other")
OUTCOMES: Final[tuple[Outcome, ...]] = ("counted", "duplicate", "late", "ahead", "refused")

WHOLE: Final = ""
"""What the labels dimension and segment hold where a metric is not split: to Prometheus the same as no label."""

METRIC_VALUE: Final = "nsm_metric_value"  # metric, window, dimension, segment
METRIC_NUMERATOR: Final = "nsm_metric_numerator"  # metric, window, dimension, segment
METRIC_DENOMINATOR: Final = "nsm_metric_denominator"  # metric, window, dimension, segment
METRIC_VOLUME: Final = "nsm_metric_volume"  # metric, window, dimension, segment
METRIC_COMPLETE: Final = (
    "nsm_metric_last_complete_value"  # metric, window, dimension, segment: the last complete period
)
METRIC_PACE: Final = (
    "nsm_metric_pace_value"  # metric, window, dimension, segment: the period before, as far as this one
)
METRIC_TARGET: Final = "nsm_metric_target"  # metric: the end of the path
METRIC_PATH: Final = "nsm_metric_path_value"  # metric: where the path says it should be today
METRIC_PROGRESS: Final = "nsm_metric_progress_ratio"  # metric: of the way from base to target, 0 to 1
METRIC_COURSE: Final = "nsm_metric_course"  # metric, course: 1 for the one that holds
METRIC_EXPECTED: Final = (
    "nsm_metric_expected"  # metric, window, bound (lower, middle, upper): of the value that is no unfinished period's
)
METRIC_INFO: Final = "nsm_metric_info"  # metric, unit, owner, better
METRIC_AS_OF: Final = "nsm_metric_as_of_timestamp_seconds"  # metric
METRIC_COMPLETENESS: Final = "nsm_metric_completeness_ratio"  # metric: partitions that are up to date, 0 to 1
NORTH_STAR_INFO: Final = "nsm_north_star_info"  # metric, window, better
GUARDRAIL_LIMIT: Final = "nsm_guardrail_limit"  # metric, bound
GUARDRAIL_HEADROOM: Final = "nsm_guardrail_headroom_ratio"  # metric, bound: the room left, of the limit; below 0 broken
KEY_RESULT_INFO: Final = "nsm_key_result_info"  # objective, key_result, metric, owner
KEY_RESULT_TARGET: Final = "nsm_key_result_target"  # objective, key_result
KEY_RESULT_PATH: Final = "nsm_key_result_path_value"  # objective, key_result
KEY_RESULT_VALUE: Final = "nsm_key_result_value"  # objective, key_result: of no unfinished period
KEY_RESULT_PROGRESS: Final = "nsm_key_result_progress_ratio"  # objective, key_result
KEY_RESULT_COURSE: Final = "nsm_key_result_course"  # objective, key_result, course
INITIATIVE_ACTIVE: Final = "nsm_initiative_active"  # initiative, metric, owner: 1 from its start to its end, else 0
WATERMARK: Final = "nsm_watermark_timestamp_seconds"  # topic, partition
EVENTS: Final = "nsm_events_total"  # topic, outcome
EVENTS_UNUSED: Final = "nsm_events_unused_total"  # measure, reason
EVENTS_MISKEYED: Final = "nsm_events_miskeyed_total"  # topic, key: counted, under no key or another than declared
RESTATED: Final = "nsm_restated_total"  # metric: events that came for a period of its first window that was over
SEGMENT_OVERFLOW: Final = "nsm_segment_overflow_total"  # measure, dimension: events whose value got no cell of its own
POSITION: Final = "nsm_position_offset"  # topic, partition
POSITION_LAG: Final = "nsm_position_lag_events"  # topic, partition
STATE_UP: Final = "nsm_state_up"  # 1 while the store answers and every partition has a position
SNAPSHOT_AGE: Final = "nsm_snapshot_timestamp_seconds"  # when the state was last read
TIME_ZONE_OFFSET: Final = "nsm_time_zone_offset_seconds"  # how far the company's clock is ahead of UTC
STORE_USED: Final = "nsm_store_used_bytes"  # the memory that the store's data takes
STORE_LIMIT: Final = "nsm_store_limit_bytes"  # what it may take; absent where nothing limits it
SERIES_LIMIT: Final = "nsm_series_limit"
SERIES_LEFT_OUT: Final = "nsm_series_left_out"
DEFINITION_SINCE: Final = "nsm_definition_since_timestamp_seconds"  # definition: when it began to be served
BUILD_INFO: Final = "nsm_build_info"  # version, definition

RECORDED_VALUE: Final = "metric_window:nsm_metric_value:max"
RECORDED_COMPLETE: Final = "metric_window:nsm_metric_last_complete_value:max"
RECORDED_EXPECTED: Final = "metric_window_bound:nsm_metric_expected:max"

SERIES: Final[dict[str, tuple[str, ...]]] = {
    METRIC_VALUE: ("metric", "window", "dimension", "segment"),
    METRIC_NUMERATOR: ("metric", "window", "dimension", "segment"),
    METRIC_DENOMINATOR: ("metric", "window", "dimension", "segment"),
    METRIC_VOLUME: ("metric", "window", "dimension", "segment"),
    METRIC_COMPLETE: ("metric", "window", "dimension", "segment"),
    METRIC_PACE: ("metric", "window", "dimension", "segment"),
    METRIC_TARGET: ("metric",),
    METRIC_PATH: ("metric",),
    METRIC_PROGRESS: ("metric",),
    METRIC_COURSE: ("metric", "course"),
    METRIC_EXPECTED: ("metric", "window", "bound"),
    METRIC_INFO: ("metric", "unit", "owner", "better"),
    METRIC_AS_OF: ("metric",),
    METRIC_COMPLETENESS: ("metric",),
    NORTH_STAR_INFO: ("metric", "window", "better"),
    GUARDRAIL_LIMIT: ("metric", "bound"),
    GUARDRAIL_HEADROOM: ("metric", "bound"),
    KEY_RESULT_INFO: ("objective", "key_result", "metric", "owner"),
    KEY_RESULT_TARGET: ("objective", "key_result"),
    KEY_RESULT_PATH: ("objective", "key_result"),
    KEY_RESULT_VALUE: ("objective", "key_result"),
    KEY_RESULT_PROGRESS: ("objective", "key_result"),
    KEY_RESULT_COURSE: ("objective", "key_result", "course"),
    INITIATIVE_ACTIVE: ("initiative", "metric", "owner"),
    WATERMARK: ("topic", "partition"),
    EVENTS: ("topic", "outcome"),
    EVENTS_UNUSED: ("measure", "reason"),
    EVENTS_MISKEYED: ("topic", "key"),
    RESTATED: ("metric",),
    SEGMENT_OVERFLOW: ("measure", "dimension"),
    POSITION: ("topic", "partition"),
    POSITION_LAG: ("topic", "partition"),
    STATE_UP: (),
    SNAPSHOT_AGE: (),
    TIME_ZONE_OFFSET: (),
    STORE_USED: (),
    STORE_LIMIT: (),
    SERIES_LIMIT: (),
    SERIES_LEFT_OUT: (),
    DEFINITION_SINCE: ("definition",),
    BUILD_INFO: ("version", "definition"),
}
"""Each series that the exporter shows, and its labels."""

RECORDED: Final[dict[str, str]] = {
    RECORDED_VALUE: METRIC_VALUE,
    RECORDED_COMPLETE: METRIC_COMPLETE,
    RECORDED_EXPECTED: METRIC_EXPECTED,
}
"""What Prometheus records for long spans, and of which series: of the whole, over all exporters, every few minutes."""
