"""What an exporter of a definition would have shown for a year and more, as OpenMetrics with times.

Every series is there, and all that can move has moved a little in the last days, so that whatever compares has
something to tell.  Every six hours for five weeks, hourly for one, every minute in the last hour, and at the moments
beyond that boards look back to.
"""

from collections.abc import Iterator
from typing import Final

from schemas import names
from schemas.definition.model import Calendar, Definition, Metric, RollingDays
from streams.segmentation import segmented_by

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
BACK_DAYS: Final = (28, 31, 90, 91, 92, 364, 365, 366)
FIRING: Final = {"alertname": "Made", "severity": "page", "concern": "metric"}
LATELY: Final = 3 * DAY
Labels = dict[str, str]
Samples = dict[int, float]
Rows = list[tuple[Labels, Samples]]


class Exposed:
    """Made once for a definition and a present moment, in whole seconds, by exporters that show the same."""

    def __init__(self, definition: Definition, now: int, exporters: tuple[str, ...] = ("exporter:9464",)) -> None:
        self._definition, self._now, self._exporters = definition, now, exporters
        self._moments = sorted(self._chosen())

    def _chosen(self) -> set[int]:
        now, quarter = self._now, 6 * HOUR
        windows = {one for metric in self._definition.metrics.values() for one in metric.windows}
        back = {*BACK_DAYS, *(one.days for one in windows if isinstance(one, RollingDays))}
        sparse = range((now - 5 * WEEK) // quarter * quarter, now - WEEK, quarter)
        dense = [*range(now - WEEK, now - HOUR, HOUR), *range(now - HOUR, now + 1, 60)]
        return {*(now - days * DAY for days in back), now - 4 * WEEK, now - 3 * WEEK, *sparse, *dense}

    def text(self) -> str:
        """The whole."""
        lines = [line for name, rows in self._families().items() if rows for line in self._family(name, rows)]
        return "\n".join([*lines, "# EOF", ""])

    def _families(self) -> dict[str, Rows]:
        return {**self._of_readings(), **self._of_steering(), **self._of_pipeline()}

    def _of_readings(self) -> dict[str, Rows]:
        metrics = list(self._definition.metrics.values())
        rows = [row for metric in metrics for row in self._labels(metric)]
        complete = [row for metric in metrics if _has_periods(metric) for row in self._labels(metric)]
        return {
            names.METRIC_VALUE: self._moved(rows, 2.0),
            names.METRIC_NUMERATOR: self._moved(rows, 6.0),
            names.METRIC_DENOMINATOR: self._moved(rows, 3.0),
            names.METRIC_VOLUME: self._moved(rows, 3.0),
            names.METRIC_COMPLETE: self._moved(complete, 2.0),
            names.METRIC_PACE: self._moved(complete, 1.5),
            names.METRIC_EXPECTED: [
                ({"metric": metric.name, "window": metric.windows[0].label, "bound": bound}, self._steady(value))
                for metric in metrics
                for bound, value in (("lower", 1.5), ("middle", 2.0), ("upper", 2.5))
            ],
            names.METRIC_AS_OF: [({"metric": metric.name}, self._clock()) for metric in metrics],
            names.RESTATED: [({"metric": metric.name}, self._rising()) for metric in metrics],
            names.METRIC_COMPLETENESS: [({"metric": metric.name}, self._steady(1)) for metric in metrics],
        }

    def _of_steering(self) -> dict[str, Rows]:
        definition = self._definition
        aims = [{"metric": aim.metric} for aim in definition.aims()]
        results: list[Labels] = [
            {"objective": objective.name, "key_result": one.name}
            for objective in definition.okrs
            for one in objective.key_results
        ]
        bounds: list[Labels] = [
            {"metric": guardrail.metric, "bound": bound}
            for guardrail in definition.guardrails
            for bound, _ in guardrail.limits
        ]
        initiatives: list[Labels] = [
            {"initiative": one.name, "metric": one.expects.metric if one.expects else "", "owner": one.owner}
            for one in definition.initiatives
        ]
        return {
            names.METRIC_TARGET: self._all(aims, 4.0),
            names.METRIC_PATH: self._all(aims, 3.0),
            names.METRIC_PROGRESS: self._all(aims, 0.5),
            names.METRIC_COURSE: self._courses(aims),
            names.KEY_RESULT_TARGET: self._all(results, 4.0),
            names.KEY_RESULT_PATH: self._all(results, 3.0),
            names.KEY_RESULT_VALUE: self._all(results, 2.0),
            names.KEY_RESULT_PROGRESS: self._all(results, 0.5),
            names.KEY_RESULT_COURSE: self._courses(results),
            names.GUARDRAIL_LIMIT: self._all(bounds, 2.0),
            names.GUARDRAIL_HEADROOM: self._all(bounds, 0.3),
            names.INITIATIVE_ACTIVE: self._all(initiatives, 1.0),
        }

    def _of_pipeline(self) -> dict[str, Rows]:
        definition = self._definition
        topics = [source.topic for source in definition.sources]
        partitions = [{"topic": topic, "partition": partition} for topic in topics for partition in "01"]
        outcomes = [{"topic": topic, "outcome": outcome} for topic in topics for outcome in names.OUTCOMES]
        split = [
            {"measure": measure.name, "dimension": dimension}
            for measure in definition.measures.values()
            for dimension in measure.by_dimension
        ]
        miskeyed = [{"topic": topic, "key": kind} for topic in topics for kind in names.MISKEYED_KINDS]
        unused = [{"measure": measure, "reason": "missing"} for measure in definition.measures]
        lately = {moment: 1.0 for moment in self._moments if moment > self._now - HOUR // 2}
        return {
            names.WATERMARK: [(row, self._clock()) for row in partitions],
            names.EVENTS: [(row, self._rising()) for row in outcomes],
            names.EVENTS_UNUSED: [(row, self._rising()) for row in unused],
            names.EVENTS_MISKEYED: [(row, self._rising()) for row in miskeyed],
            names.SEGMENT_OVERFLOW: [(row, self._rising()) for row in split],
            names.POSITION: [(row, self._rising()) for row in partitions],
            names.POSITION_LAG: self._all(partitions, 0.0),
            names.STATE_UP: self._all([{}], 1.0),
            names.STORE_USED: self._all([{}], 1e8),
            names.STORE_LIMIT: self._all([{}], 1e9),
            names.SNAPSHOT_AGE: [({}, self._clock())],
            names.TIME_ZONE_OFFSET: self._all([{}], 3600.0),
            names.SERIES_LIMIT: self._all([{}], 10_000.0),
            names.SERIES_LEFT_OUT: self._all([{}], 0.0),
            names.DEFINITION_SINCE: [({"definition": "a1b2c3"}, self._steady(self._now - DAY))],
            names.BUILD_INFO: [
                ({"version": "1.0.0", "definition": "a1b2c3"}, self._steady(1)),
                ({"version": "1.0.1", "definition": "a1b2c3"}, lately),
            ],
            "up": self._all([{"job": "nsm"}], 1.0),
            "ALERTS": self._all(
                [{"alertname": "Made", "severity": "page", "concern": "metric", "alertstate": "firing"}], 1
            ),
        }

    def _labels(self, metric: Metric) -> Iterator[Labels]:
        """Whole and in parts, over every window."""
        for window in metric.windows:
            row = {"metric": metric.name, "window": window.label}
            yield row
            for dimension in segmented_by(self._definition, metric.name):
                for segment in ("Delft", "other"):
                    yield {**row, "dimension": dimension, "segment": segment}

    def _moved(self, rows: list[Labels], before: float) -> Rows:
        samples = {moment: before * (1.05 if moment > self._now - LATELY else 1) for moment in self._moments}
        return [(row, samples) for row in rows]

    def _all(self, rows: list[Labels], value: float) -> Rows:
        return [(row, self._steady(value)) for row in rows]

    def _courses(self, rows: list[Labels]) -> Rows:
        courses = (("ahead", 0.0), ("on_course", 1.0), ("behind", 0.0))
        return [({**row, "course": course}, self._steady(value)) for row in rows for course, value in courses]

    def _steady(self, value: float) -> Samples:
        return dict.fromkeys(self._moments, float(value))

    def _clock(self) -> Samples:
        return {moment: moment - 5.0 for moment in self._moments}

    def _rising(self) -> Samples:
        return {moment: float(moment - self._moments[0]) for moment in self._moments}

    def _family(self, name: str, rows: Rows) -> Iterator[str]:
        counter = name.endswith("_total")
        yield f"# TYPE {name.removesuffix('_total')} {'counter' if counter else 'gauge'}"
        for exporter in self._exporters:
            for labels, samples in rows:
                shown = {**labels, "instance": exporter}
                told = ",".join(f'{key}="{_escaped(value)}"' for key, value in shown.items())
                for moment, value in samples.items():
                    yield f"{name}{{{told}}} {value!r} {moment}"


def _has_periods(metric: Metric) -> bool:
    return any(isinstance(window, Calendar) for window in metric.windows)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
