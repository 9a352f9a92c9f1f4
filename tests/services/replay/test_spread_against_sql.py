"""Quantiles by what each event carries, over real and made-up events in every way, beside their SQL."""

from pathlib import Path

import msgspec
import pytest

from schemas.definition import model
from schemas.definition.loading import load, parse
from schemas.definition.model import Definition
from streams.plan import compile_plan
from tests.reference.measures import Reference
from tests.samples.library import FOLDER
from tests.services.replay.replayed import ONLINE_RETAIL, ROOT
from tests.verified.ways import WAYS, fold, lines_of

PARTS = ("0.05", "0.5", "0.95")
WINDOWS = (model.RollingDays(7), model.Calendar(model.Unit.MONTH), model.RollingSpan(7_200_000), model.Lifetime())


def spread(whole: Definition, measure: str, dimensions: dict[str, model.Dimension]) -> Definition:
    """The definition with a distribution split by these, and quantiles of it."""
    split = msgspec.structs.replace(whole.measures[measure], by_dimension=tuple(dimensions))
    quantiles = {
        f"p{part}": model.Metric(name=f"p{part}", value=model.Quantile(measure, part), windows=WINDOWS)
        for part in PARTS
    }
    return msgspec.structs.replace(
        whole,
        dimensions=whole.dimensions | dimensions,
        measures=whole.measures | {measure: split},
        metrics=whole.metrics | quantiles,
    )


def compared(definition: Definition, file: Path, every: int) -> dict[str, set[str]]:
    """Which segments were met by dimension; each quantile compared at the end of every so manieth day."""
    lines, plan = lines_of(file), compile_plan(definition)
    (source,) = definition.sources
    reference, met = Reference(definition), dict[str, set[str]]()
    reference.load(source.name, lines)
    moments = reference.days()
    folds = [fold(plan, lines, way, moments[-1]) for way in WAYS]
    moments = moments[::every]
    for name in (f"p{part}" for part in PARTS):
        value = definition.metrics[name].value
        assert isinstance(value, model.Quantile)
        for dimension in definition.measures[value.measure].by_dimension:
            for window in WINDOWS:
                theirs = reference.spread(name, dimension, window, moments)
                for folded in folds:
                    for at, right in zip(moments, theirs, strict=True):
                        found = folded.readings.segments(name, window, at)
                        ours = {one.segment: one.value for one in found if one.dimension == dimension}
                        assert ours == right, (name, dimension, window.label, at)
                met.setdefault(dimension, set()).update(*theirs)
    return met


def test_minutes_by_city_and_by_whether_they_were_on_time_equal_sql_in_every_way() -> None:
    folder = FOLDER / "fresh-food"
    dimensions = {
        "city": model.Dimension(name="city", property="city", limit=2),
        "timely": model.Dimension(name="timely", property="on_time", limit=2, values=("false",)),
    }
    definition = spread(load(folder / "nsm.yaml"), "minutes", dimensions)
    met = compared(definition, folder / "events.jsonl.gz", every=9)
    assert met == {"city": {"Utrecht", "Amersfoort", "other"}, "timely": {"true", "false"}}


def test_amounts_of_real_purchases_by_country_equal_sql_in_every_way() -> None:
    if not ONLINE_RETAIL.exists():
        pytest.skip(f"{ONLINE_RETAIL.name} is not beside this checkout (../shared/data): not compared")
    text = (ROOT / "deploy/definitions/online_retail.yaml").read_text(encoding="utf-8")
    amounts = "  amounts: {distribution: order_completed.value, unit: GBP, decimals: 3}\n"
    whole = parse(text.replace("\nmetrics:\n", f"\n{amounts}metrics:\n"))
    country = model.Dimension(name="land", property="country", limit=4, values=("EIRE",))
    met = compared(spread(whole, "amounts", {"land": country}), ONLINE_RETAIL, every=90)
    assert {"United Kingdom", "Germany", "other"} <= met["land"]
    assert len(met["land"]) > 5
