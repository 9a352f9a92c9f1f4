"""What each series means, in a sentence."""

from typing import Final

from schemas import names

HELP: Final = {
    names.METRIC_VALUE: "The metric over its window, as it stands now.",
    names.METRIC_NUMERATOR: "What the metric's value is a part of, or the value itself where nothing is divided.",
    names.METRIC_DENOMINATOR: "What the metric's numerator is divided by.",
    names.METRIC_VOLUME: "How much the value stands on, where neither it nor the denominator says so.",
    names.METRIC_COMPLETE: "The metric over the last complete span of its window.",
    names.METRIC_PACE: "The metric over the same elapsed days of the calendar period before.",
    names.METRIC_AS_OF: "The moment up to which every partition that the metric rests on has been read.",
    names.METRIC_COMPLETENESS: "The share of the metric's partitions that are read up to the last minute.",
    names.NORTH_STAR_INFO: "The north star metric, the window its target speaks of, and which way is better.",
    names.TIME_ZONE_OFFSET: "How far the company's clocks are ahead of UTC; west of Greenwich below 0.",
    names.WATERMARK: "The latest event time counted from the partition.",
    names.EVENTS: "Events by what became of them.",
    names.EVENTS_UNUSED: "Counted events that a measure had to leave out.",
    names.EVENTS_MISKEYED: "Counted events that name an entity and bear no key, or another than its text.",
    names.RESTATED: "Events counted for a period that was over, of the metric's first window, once for each measure.",
    names.SEGMENT_OVERFLOW: "Counted events whose value a partition could not count apart any more.",
    names.POSITION: "The next offset of the partition that is not folded yet.",
    names.POSITION_LAG: "Records of the partition that are not folded yet; of internal topics messages, not events.",
    names.STATE_UP: "1 while the store answers and every partition has a position.",
    names.SNAPSHOT_AGE: "When the state was last read.",
    names.STORE_USED: "The memory that the store's data takes.",
    names.STORE_LIMIT: "The memory that the store may take; absent where nothing limits it.",
    names.SERIES_LIMIT: "The most series of readings that are shown.",
    names.SERIES_LEFT_OUT: "Series of readings that are not shown, for want of room below the limit.",
    names.DEFINITION_SINCE: "When the version of the definition that is shown began to be served.",
    names.BUILD_INFO: "The version of the exporter, and of what is counted.",
    names.METRIC_TARGET: "Where the metric should be at the end of its path.",
    names.METRIC_PATH: "Where the metric's path says that it should be today.",
    names.METRIC_PROGRESS: "The part of the way from base to target that is done, 0 to 1, by no unfinished period.",
    names.METRIC_COURSE: "1 for how the metric stands to its path on the last day that its value speaks of.",
    names.METRIC_EXPECTED: (
        "What the metric's past lets expect of its last complete period, of a rolling window's value now: "
        "99 of 100 quiet values lie from lower to upper."
    ),
    names.METRIC_INFO: "Each metric's unit, who answers for it, and which way is better.",
    names.GUARDRAIL_LIMIT: "The limits that a metric must stay within.",
    names.GUARDRAIL_HEADROOM: "The room left to the limit as a part of it, below 0 where it is broken.",
    names.KEY_RESULT_INFO: "Each key result's metric, and who answers for it.",
    names.KEY_RESULT_TARGET: "What the key result aims at.",
    names.KEY_RESULT_PATH: "Where the straight way to the key result says that its metric should be today.",
    names.KEY_RESULT_VALUE: "What the key result's metric comes to, by no unfinished period.",
    names.KEY_RESULT_PROGRESS: "The part of the key result that is done, 0 to 1.",
    names.KEY_RESULT_COURSE: "1 for how the key result stands to its path.",
    names.INITIATIVE_ACTIVE: "1 on the local days of the initiative, else 0.",
}
