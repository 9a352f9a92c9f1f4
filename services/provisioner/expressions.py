"""PromQL, made of the names of ``schemas.names`` only.

Everything is aggregated over the labels that Prometheus adds (instance, job): two exporters side by side, or one that
came back under another address, are one series.
"""

from schemas import names
from schemas.definition.arithmetic import Operation
from schemas.definition.model import Calendar, Definition, Formula, Lifetime, Metric, Ratio, Share, Unit, Window
from schemas.readings import WHOLE

LONGEST_LOOK_BACK = {Unit.DAY: "1d", Unit.WEEK: "7d", Unit.MONTH: "31d", Unit.QUARTER: "31d", Unit.YEAR: "31d"}
"""Over which the running period was once nearly full; capped, so that the rule stays cheap."""

AROUND = {1: "6d23h", 2: "13d23h", 3: "20d23h", 4: "27d23h"}
"""Weeks ago -> the end of the two hours around the same hour, an hour of which a change to summer time may move it."""


def quoted(text: str) -> str:
    """A PromQL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def selector(series: str, **labels: str) -> str:
    """The samples of a series of ours; ``label="~a|b"`` matches as a pattern.  ValueError for a label it has not."""
    unknown = labels.keys() - set(names.SERIES[series])
    if unknown:
        message = f"{series} has no label {', '.join(sorted(unknown))}"
        raise ValueError(message)
    if not labels:
        return series
    matchers = [
        f"{name}=~{quoted(value[1:])}" if value.startswith("~") else f"{name}={quoted(value)}"
        for name, value in labels.items()
    ]
    return f"{series}{{{','.join(matchers)}}}"


def whole(series: str, metric: Metric, window: Window | None = None) -> str:
    """A metric over one window (its first), not split: labels are literal, so that ``absent()`` can name it."""
    label = (window or metric.windows[0]).label
    return selector(series, metric=metric.name, window=label, dimension=WHOLE, segment=WHOLE)


def value(metric: Metric) -> str:
    """The value now; of a calendar window that is the running, unfinished period."""
    return f"max by (metric, window) ({whole(names.METRIC_VALUE, metric)})"


def finished(metric: Metric) -> str:
    """A value fit to be compared with its own past: the last complete period, or a rolling window as it is."""
    return f"max by (metric, window) ({whole(comparable_series(metric), metric)})"


def comparable_series(metric: Metric) -> str:
    """Which series never sets an unfinished period beside a finished one."""
    return names.METRIC_COMPLETE if isinstance(metric.windows[0], Calendar) else names.METRIC_VALUE


def is_calendar(metric: Metric) -> bool:
    """Whether the running value is that of an unfinished period."""
    return isinstance(metric.windows[0], Calendar)


def compares_slowly(metric: Metric) -> bool:
    """Whether the compared value moves so seldom that a fall is work for a morning and not for a night."""
    match metric.windows[0]:
        case Lifetime():
            return True
        case Calendar(unit=unit):
            return unit not in {Unit.DAY, Unit.WEEK}
        case _:
            return False


def same_hour(series: str, *, lenient: str) -> str:
    """The median over one to four weeks ago of the ``lenient`` (min, max) of the two hours around this hour.

    The median lets one week of outage or of campaign pass; two hours let a clock change and local midnight pass.
    """
    weeks = " or\n  ".join(
        f'label_replace({lenient}_over_time({series}[2h] offset {offset}), "week", "{week}", "", "")'
        for week, offset in AROUND.items()
    )
    return f"quantile by (metric, window) (0.5,\n  {weeks}\n)"


def remembered(series: str) -> str:
    """Present where there is history of at least three weeks."""
    return f"(max by (metric) ({series} offset 3w) or max by (metric) ({series} offset 4w))"


def volume(metric: Metric) -> str | None:
    """How much a part of a whole rests on: its denominator; of a calendar window the most it lately was.  Else None."""
    match metric.value:
        case Ratio() | Share() | Formula(expression=Operation(sign="/")):
            pass
        case _:
            return None
    series = whole(names.METRIC_DENOMINATOR, metric)
    match metric.windows[0]:
        case Calendar(unit=unit):
            return f"max by (metric) (max_over_time({series}[{LONGEST_LOOK_BACK[unit]}]))"
        case _:
            return f"max by (metric) ({series})"


def target(metric: str) -> str:
    """What the metric should reach."""
    return f"max by (metric) ({selector(names.METRIC_TARGET, metric=metric)})"


def share_of_target(metric: Metric) -> str:
    """The comparable value over the target: 1 is there."""
    return f"{finished(metric)} / on (metric) group_left () {target(metric.name)}"


def age(metric: str) -> str:
    """Seconds since the moment up to which everything was read."""
    return f"time() - max by (metric) ({selector(names.METRIC_AS_OF, metric=metric)})"


def completeness(metric: str) -> str:
    """Share of partitions that are up to date."""
    return f"min by (metric) ({selector(names.METRIC_COMPLETENESS, metric=metric)})"


def limit(metric: str, bound: str) -> str:
    """A guardrail's bound, ``min`` or ``max``."""
    return f"max by (metric, bound) ({selector(names.GUARDRAIL_LIMIT, metric=metric, bound=bound)})"


def segments(metric: Metric, dimension: str) -> str:
    """One series for each value of a dimension."""
    chosen = selector(
        names.METRIC_VALUE, metric=metric.name, window=metric.windows[0].label, dimension=dimension, segment="~.+"
    )
    return f"max by (segment) ({chosen})"


def events(outcome: str, span: str) -> str:
    """Events a second with outcomes that match, by topic."""
    return f"sum by (topic) (rate({selector(names.EVENTS, outcome='~' + outcome)}[{span}]))"


def dead_letter_share(span: str) -> str:
    """Share of events that went to the dead-letter topic, by topic."""
    return f"{events('late|ahead|refused', span)} / ({events('.+', span)} > 0)"


def outcome_rates(span: str) -> str:
    """Events a second that were not simply counted, by outcome."""
    return f"sum by (outcome) (rate({selector(names.EVENTS, outcome='~duplicate|late|ahead|refused')}[{span}]))"


def lag() -> str:
    """Events not folded yet, by partition."""
    return f"max by (topic, partition) ({names.POSITION_LAG})"


def watermark_age() -> str:
    """Seconds that the largest event time lies back, by partition."""
    return f"time() - max by (topic, partition) ({names.WATERMARK})"


def snapshot_age() -> str:
    """Seconds since the exporter last read the state."""
    return f"time() - max({names.SNAPSHOT_AGE})"


def unused() -> str:
    """Events a second that a measure could not use, and why."""
    return f"sum by (measure, reason) (rate({names.EVENTS_UNUSED}[5m]))"


def north_star(definition: Definition) -> Metric:
    """The metric of the north star."""
    return definition.metrics[definition.north_star.metric]
