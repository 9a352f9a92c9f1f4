"""A replay of real purchases beside what is known of them: the published figures, and the SQL of the measures."""

import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from schemas.definition.loading import load
from schemas.definition.model import Window
from services.replay.answer import moment
from services.replay.folding import Folded, fold_files
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from tests.reference.measures import Reference, Value

ROOT = Path(__file__).parents[3]
CDNOW = ROOT / "deploy/demo/cdnow.jsonl.gz"
ONLINE_RETAIL = ROOT.parent / "shared/data/online_retail.jsonl.gz"


class Replayed:
    """A definition over a file, folded by us and loaded into DuckDB."""

    def __init__(self, name: str, file: Path) -> None:
        self.plan: Plan = compile_plan(load(ROOT / f"deploy/definitions/{name}.yaml"))
        (topic,) = self.plan.sources
        self.folded: Folded = fold_files(self.plan, [(topic, str(file))])
        self.readings = Readings(self.plan, self.folded.cells, AsOf(self.folded.last_ms, self.folded.last_ms))
        self.reference = Reference(self.plan.definition)
        with gzip.open(file) as lines:
            self.reference.load(self.plan.sources[topic].source.name, lines)

    def windows(self) -> Iterator[tuple[str, Window]]:
        for metric in self.plan.definition.metrics.values():
            for window in metric.windows:
                yield metric.name, window

    def differences(self, metric: str, window: Window) -> list[object]:
        """Day by day what we say and what SQL says, where that is not the same."""
        moments = self.reference.days()
        ours = [self.readings.running(metric, window, at) for at in moments]
        theirs = self.reference.metric(metric, window, moments)
        return [
            (at, one.numerator, one.denominator, other)
            for at, one, other in zip(moments, ours, theirs, strict=True)
            if Value(one.numerator, one.denominator) != other
        ]


@pytest.fixture(scope="module")
def cdnow() -> Replayed:
    return Replayed("cdnow", CDNOW)


@pytest.fixture(scope="module")
def online_retail() -> Replayed:
    if not ONLINE_RETAIL.exists():
        pytest.skip(f"{ONLINE_RETAIL.name} is not beside this checkout (../shared/data): not compared")
    return Replayed("online_retail", ONLINE_RETAIL)


def test_the_published_figures_of_cdnow_come_out(cdnow: Replayed) -> None:
    figures = msgspec.json.decode((ROOT / "deploy/demo/published.json").read_bytes())["figures"]
    assert len(figures) == 18
    for figure in figures:
        windows = {window.label: window for window in cdnow.plan.definition.metrics[figure["metric"]].windows}
        at = moment(cdnow.plan, figure["at"])
        value = cdnow.readings.running(figure["metric"], windows[figure["window"]], at).value
        published = Decimal(figure["value"])
        assert value is not None
        places = -int(published.as_tuple().exponent)
        assert round(value * 10**places) == published.scaleb(places), figure["figure"]


def test_every_metric_of_cdnow_equals_sql_on_every_day(cdnow: Replayed) -> None:
    for metric, window in cdnow.windows():
        assert cdnow.differences(metric, window) == [], (metric, window)


def test_every_metric_of_online_retail_equals_sql_on_every_day(online_retail: Replayed) -> None:
    for metric, window in online_retail.windows():
        assert online_retail.differences(metric, window) == [], (metric, window)


def test_guests_and_what_has_no_customer_are_counted_as_unused(online_retail: Replayed) -> None:
    assert online_retail.folded.unused["customers", "no user_id"] == 2189
    assert online_retail.folded.outcomes["counted"] == 25900
