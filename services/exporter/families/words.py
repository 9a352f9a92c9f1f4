"""What each series means, in a sentence."""

from typing import Final

from schemas import names

HELP: Final = {
    names.METRIC_VALUE: "The metric over its window, as it stands now.",
    names.METRIC_NUMERATOR: "What the metric's value is a part of, or the value itself where nothing is divided.",
    names.METRIC_DENOMINATOR: "What the metric's numerator is divided by.",
    names.METRIC_COMPLETE: "The metric over the last complete span of its window.",
    names.METRIC_PACE: "The metric over the same elapsed days of the calendar period before.",
    names.METRIC_TARGET: "Where the metric should be.",
    names.METRIC_AS_OF: "The moment up to which every partition that the metric rests on has been read.",
    names.METRIC_COMPLETENESS: "The share of the metric's partitions that are read up to the last minute.",
    names.NORTH_STAR_INFO: "The north star metric, the window its target speaks of, and which way is better.",
    names.GUARDRAIL_LIMIT: "The limits that a metric must stay within.",
    names.WATERMARK: "The latest event time counted from the partition.",
    names.EVENTS: "Events by what became of them.",
    names.EVENTS_UNUSED: "Counted events that a measure had to leave out.",
    names.SEGMENT_OVERFLOW: "Counted events whose value a partition could not count apart any more.",
    names.POSITION: "The next offset of the partition that is not folded yet.",
    names.POSITION_LAG: "Records of the partition that are not folded yet; of internal topics messages, not events.",
    names.STATE_UP: "1 while the store answers and every partition has a position.",
    names.SNAPSHOT_AGE: "When the state was last read.",
    names.BUILD_INFO: "The version of the exporter, and of what is counted.",
}
