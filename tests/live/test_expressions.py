"""Every expression of the rules, asked of a real Prometheus that holds five weeks of what the exporter shows."""

import time
from collections.abc import Iterator

import pytest

from schemas import names
from schemas.definition.loading import load
from schemas.definition.model import Calendar, Definition, Metric, Ratio
from streams.segmentation import segmented_by
from tests.live.prometheus import ask, prometheus_over
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.golden import ROOT
from tests.services.provisioner.placed import all_expressions

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
DEFINITIONS = {
    "shop": shop(),
    "calendar": starring("average_order_value", inputs=("orders_an_hour",)),
    "cdnow": load(ROOT / "deploy" / "definitions" / "cdnow.yaml"),
}
NOW = int(time.time()) // HOUR * HOUR


def moments() -> list[int]:
    """Hourly for five weeks, every minute in the last half hour."""
    return [*range(NOW - 5 * WEEK, NOW - HOUR, HOUR), *range(NOW - HOUR // 2, NOW + 1, 60)]


def _series(name: str, labels: dict[str, str], samples: dict[int, float]) -> list[str]:
    shown = ",".join(f'{key}="{value}"' for key, value in {**labels, "instance": "exporter:9464"}.items())
    return [f"{name}{{{shown}}} {value!r} {moment}" for moment, value in samples.items()]


def _family(name: str, rows: list[tuple[dict[str, str], dict[int, float]]]) -> list[str]:
    counter = name.endswith("_total")
    lines = [f"# TYPE {name.removesuffix('_total')} {'counter' if counter else 'gauge'}"]
    for labels, samples in rows:
        lines += _series(name, labels, samples)
    return lines


def _metric_rows(definition: Definition, metric: Metric) -> list[dict[str, str]]:
    window = metric.windows[0].label
    rows = [{"metric": metric.name, "window": window}]
    return rows + [
        {"metric": metric.name, "window": window, "dimension": dimension, "segment": segment}
        for dimension in segmented_by(definition, metric.name)
        for segment in ("Delft", "other")
    ]


def exposition(definition: Definition) -> str:
    """What an exporter of this definition would have shown, as OpenMetrics with times."""
    steady = dict.fromkeys(moments(), 2.0)
    clock = {moment: moment - 5.0 for moment in moments()}
    rising = {moment: float(moment - moments()[0]) for moment in moments()}
    metrics = list(definition.metrics.values())
    whole = [(row, steady) for metric in metrics for row in _metric_rows(definition, metric)]
    ratios = [row for metric in metrics if isinstance(metric.value, Ratio) for row in _metric_rows(definition, metric)]
    calendar = [
        row for metric in metrics if isinstance(metric.windows[0], Calendar) for row in _metric_rows(definition, metric)
    ]
    topics = [source.topic for source in definition.sources]
    partitions = [{"topic": topic, "partition": partition} for topic in topics for partition in "01"]
    outcomes = [{"topic": topic, "outcome": outcome} for topic in topics for outcome in names.OUTCOMES]
    bounds = [
        {"metric": guardrail.metric, "bound": bound} for guardrail in definition.guardrails for bound in ("min", "max")
    ]
    star = definition.north_star
    families: dict[str, list[tuple[dict[str, str], dict[int, float]]]] = {
        names.METRIC_VALUE: whole,
        names.METRIC_NUMERATOR: whole,
        names.METRIC_DENOMINATOR: [(row, steady) for row in ratios],
        names.METRIC_COMPLETE: [(row, steady) for row in calendar],
        names.METRIC_TARGET: [({"metric": star.metric}, steady)],
        names.METRIC_AS_OF: [({"metric": metric.name}, clock) for metric in metrics],
        names.METRIC_COMPLETENESS: [({"metric": metric.name}, dict.fromkeys(moments(), 1.0)) for metric in metrics],
        names.GUARDRAIL_LIMIT: [(row, steady) for row in bounds],
        names.WATERMARK: [(row, clock) for row in partitions],
        names.EVENTS: [(row, rising) for row in outcomes],
        names.EVENTS_UNUSED: [({"measure": measure, "reason": "missing"}, rising) for measure in definition.measures],
        names.POSITION: [(row, rising) for row in partitions],
        names.POSITION_LAG: [(row, dict.fromkeys(moments(), 0.0)) for row in partitions],
        names.STATE_UP: [({}, dict.fromkeys(moments(), 1.0))],
        names.SNAPSHOT_AGE: [({}, clock)],
    }
    lines = [line for name, rows in families.items() if rows for line in _family(name, rows)]
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="module", params=list(DEFINITIONS))
def history(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Definition]]:
    """The address of a Prometheus that was filled for one definition, and the definition."""
    definition = DEFINITIONS[request.param]
    with prometheus_over(exposition(definition), tmp_path_factory.mktemp("prometheus")) as address:
        yield address, definition


def test_no_alert_speaks_while_all_is_well_but_those_about_dead_letters(history: tuple[str, Definition]) -> None:
    # in this history every outcome happens as often as any other
    address, definition = history
    speaking = {
        placed.place
        for placed in all_expressions(definition)
        if placed.kind == "alert" and ask(address, placed.text, NOW)
    }
    assert speaking == {"NorthStarDeadLetters", "NorthStarDeadLettersMany", "NorthStarLate"}


def test_alerts_speak_when_the_exporter_has_fallen_silent(history: tuple[str, Definition]) -> None:
    address, definition = history
    later = {
        placed.place
        for placed in all_expressions(definition)
        if placed.kind == "alert" and ask(address, placed.text, NOW + 2 * HOUR)
    }
    assert later == {"NorthStarExporterDown"}
