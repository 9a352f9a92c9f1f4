"""PromQL, made of the names of ``schemas.names`` only.

Everything is aggregated over the labels that Prometheus adds (instance, job): two exporters side by side, or one that
came back under another address, are one series.
"""

import re

import msgspec

from schemas import names
from schemas.definition.model import Calendar, Definition, Lifetime, Metric, Plain, Unit, Window
from schemas.readings import WHOLE
from services.provisioner.verbatim import VARIABLE
from streams.volumes import tells_volume

LONGEST_LOOK_BACK = {Unit.DAY: "1d", Unit.WEEK: "7d", Unit.MONTH: "31d", Unit.QUARTER: "31d", Unit.YEAR: "31d"}
"""Over which the running period was once nearly full; capped, so that the rule stays cheap."""

SIZES = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


class Weeks(msgspec.Struct, frozen=True, kw_only=True):
    """The rhythm by which a value is compared with its own past, and how much around the same moment is looked at.

    Two hours: a change to summer time may move the same local hour by one of them.
    """

    seconds: int = 604_800
    around_seconds: int = 7_200

    def ago(self, number: int) -> str:
        """The end of what is looked at around this moment, so many weeks ago."""
        return span(number * self.seconds - self.around_seconds // 2)


def span(seconds: int) -> str:
    """A length of time as Prometheus writes it, ``6d23h``."""
    said = ""
    for size, unit in SIZES:
        count, seconds = divmod(seconds, size)
        said += f"{count}{unit}" if count else ""
    return said or "0s"


def quoted(text: str) -> str:
    """A PromQL string, in which Grafana finds no variable of its own (``$__interval``)."""
    return VARIABLE.sub(_by_number, in_quotes(text))


def in_quotes(text: str) -> str:
    """A string as Prometheus and Alertmanager read it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _by_number(sign: re.Match[str]) -> str:
    return f"\\x{ord(sign[0]):x}"


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


def same_hour(series: str, *, lenient: str, weeks: Weeks | None = None, by: str = "metric, window") -> str:
    """The median over one to four weeks ago of the ``lenient`` (min, max) of the two hours around this hour.

    The median lets one week of outage or of campaign pass; two hours let a clock change and local midnight pass.
    """
    rhythm = weeks or Weeks()
    around = span(rhythm.around_seconds)
    terms = " or\n  ".join(
        f'label_replace({lenient}_over_time({series}[{around}] offset {rhythm.ago(week)}), "week", "{week}", "", "")'
        for week in (1, 2, 3, 4)
    )
    return f"quantile by ({by}) (0.5,\n  {terms}\n)"


def remembered(series: str, weeks: Weeks | None = None) -> str:
    """Present where there is history of at least three weeks.

    Looked for in two hours, as ``same_hour`` does: a past that was filled in has a sample an hour, and a plain offset
    sees five minutes of them.
    """
    rhythm = weeks or Weeks()
    around = span(rhythm.around_seconds)
    terms = (f"max by (metric) (max_over_time({series}[{around}] offset {rhythm.ago(week)}))" for week in (3, 4))
    return f"({' or '.join(terms)})"


def volume(definition: Definition, metric: Metric) -> str | None:
    """How much a value stands on, of a part of a whole the whole; None where it is the value itself.

    Of a calendar window the most it lately was.
    """
    series = _volume_series(definition, metric)
    return None if series is None else _lately(metric, whole(series, metric), "metric")


def split_volume(definition: Definition, metric: Metric) -> str | None:
    """As ``volume``, of each segment."""
    series = _volume_series(definition, metric)
    return None if series is None else _lately(metric, split(series, metric), "metric, window, dimension, segment")


def _volume_series(definition: Definition, metric: Metric) -> str | None:
    if tells_volume(definition, metric.name):
        return names.METRIC_VOLUME
    return None if isinstance(metric.value, Plain) else names.METRIC_DENOMINATOR


def _lately(metric: Metric, series: str, by: str) -> str:
    match metric.windows[0]:
        case Calendar(unit=unit):
            return f"max by ({by}) (max_over_time({series}[{LONGEST_LOOK_BACK[unit]}]))"
        case _:
            return f"max by ({by}) ({series})"


def expected(metric: Metric, bound: str) -> str:
    """What the comparable value should be on a day like this; ``lower``, ``middle`` or ``upper`` end of the band."""
    series = selector(names.METRIC_EXPECTED, metric=metric.name, window=metric.windows[0].label, bound=bound)
    return f"max by (metric, window) ({series})"


def path(metric: str) -> str:
    """Where the way to its target says that the metric should be now."""
    return f"max by (metric) ({selector(names.METRIC_PATH, metric=metric)})"


def course(metric: str, which: str) -> str:
    """1 where the metric is ``ahead``, ``on_course`` or ``behind``, as asked."""
    return f"max by (metric) ({selector(names.METRIC_COURSE, metric=metric, course=which)})"


def headroom(metric: str, bound: str) -> str:
    """The room left to a guardrail's limit, as a share of it; below 0 it is broken."""
    return f"min by (metric, bound) ({selector(names.GUARDRAIL_HEADROOM, metric=metric, bound=bound)})"


def age(metric: str) -> str:
    """Seconds since the moment up to which everything was read."""
    return f"time() - max by (metric) ({selector(names.METRIC_AS_OF, metric=metric)})"


def completeness(metric: str) -> str:
    """Share of partitions that are up to date."""
    return f"min by (metric) ({selector(names.METRIC_COMPLETENESS, metric=metric)})"


def limit(metric: str, bound: str) -> str:
    """A guardrail's bound, ``min`` or ``max``."""
    return f"max by (metric, bound) ({selector(names.GUARDRAIL_LIMIT, metric=metric, bound=bound)})"


def split(series: str, metric: Metric) -> str:
    """A metric over its first window by every value of every dimension."""
    return selector(series, metric=metric.name, window=metric.windows[0].label, segment="~.+")


def events(outcome: str, span: str) -> str:
    """Events a second with outcomes that match, by topic; two exporters side by side are one."""
    rates = f"max by (topic, outcome) (rate({selector(names.EVENTS, outcome='~' + outcome)}[{span}]))"
    return f"sum by (topic) ({rates})"


def miskeyed(span: str) -> str:
    """Counted events a second that bear no key or another than declared, by topic."""
    return f"sum by (topic) (max by (topic, key) (rate({names.EVENTS_MISKEYED}[{span}])))"


def lag() -> str:
    """Events not folded yet, by partition."""
    return f"max by (topic, partition) ({names.POSITION_LAG})"


def snapshot_age() -> str:
    """Seconds since the exporter last read the state."""
    return f"time() - max({names.SNAPSHOT_AGE})"


def north_star(definition: Definition) -> Metric:
    """The metric of the north star."""
    return definition.metrics[definition.north_star.metric]
