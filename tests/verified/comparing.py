"""Every metric of a definition, and every measure as it is, beside SQL at the end of every day, in every way."""

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.definition import model
from schemas.definition.loading import load
from schemas.definition.model import Definition, Measure, Metric, Window
from streams.plan import compile_plan
from streams.readings import segmented_by
from tests.reference.measures import Reference
from tests.samples.library import BUSINESSES, FOLDER
from tests.verified.ways import WAYS, FoldedLog, Way, fold, lines_of

ROOT = Path(__file__).parents[2]
PERIODS: tuple[Window, ...] = (model.Calendar(model.Unit.WEEK), model.Calendar(model.Unit.MONTH))
PLAIN_WINDOWS: tuple[Window, ...] = (model.Calendar(model.Unit.MONTH), model.RollingDays(28), model.Lifetime())


class DataSet(NamedTuple):
    """A definition and a file of events for it."""

    name: str
    definition: Path
    events: Path


DATA_SETS = (
    DataSet("CDNOW", FOLDER / "cdnow.yaml", ROOT / "deploy/demo/cdnow.jsonl.gz"),
    DataSet("Online Retail", FOLDER / "online_retail.yaml", ROOT.parent / "shared/data/online_retail.jsonl.gz"),
    *(DataSet(one, FOLDER / one / "nsm.yaml", FOLDER / one / "events.jsonl.gz") for one in BUSINESSES),
)


class Row(NamedTuple):
    """One metric: how often it was compared in all ways together, and how often it was not the same."""

    name: str
    kind: str
    windows: str
    compared: int
    differences: int


class Verified(NamedTuple):
    """``outcomes`` are those of each way."""

    data: DataSet
    outcomes: list[tuple[Way, Counter[str]]]
    rows: list[Row]


def verify(data: DataSet) -> Verified:
    """Reads, folds and compares."""
    definition = with_measures(load(data.definition))
    plan, lines = compile_plan(definition), lines_of(data.events)
    (source,) = definition.sources
    reference = Reference(definition)
    reference.load(source.name, lines)
    moments = reference.days()
    last_ms = moments[-1]
    folds = [(way, fold(plan, lines, way, last_ms)) for way in WAYS]
    read = moments, [folded for _, folded in folds]
    rows = [_row(definition, metric, reference, read) for metric in definition.metrics.values()]
    shown = [metric for metric in definition.metrics.values() if not metric.name.endswith("#")]
    for metric in shown:
        for dimension in segmented_by(definition, metric.name):
            if definition.dimensions[dimension].settled:
                rows.append(_segments_row(definition, (metric, dimension), reference, read))
            elif isinstance(metric.value, model.Quantile):
                rows.append(_spread_row(definition, (metric, dimension), reference, read))
    return Verified(data, [(way, folded.outcomes) for way, folded in folds], rows)


def with_measures(definition: Definition) -> Definition:
    """Every measure shown as it is as well, under a name that no definition can give."""
    plain = {f"{name}#": _as_it_is(f"{name}#", measure) for name, measure in definition.measures.items()}
    return msgspec.structs.replace(definition, metrics=definition.metrics | plain)


def _as_it_is(name: str, measure: Measure) -> Metric:
    match measure:
        case model.Distribution():
            return Metric(name=name, value=model.Quantile(measure.name, "0.5"), windows=PLAIN_WINDOWS)
        case model.Lifecycle() | model.NetRetention():
            return Metric(name=name, value=model.Plain(measure.name), windows=PERIODS)
        case _:
            return Metric(name=name, value=model.Plain(measure.name), windows=PLAIN_WINDOWS)


def _row(definition: Definition, metric: Metric, reference: Reference, read: tuple[list[int], list[FoldedLog]]) -> Row:
    moments, folds = read
    compared = differences = 0
    for window in metric.windows:
        theirs = [one and one.exact for one in reference.metric(metric.name, window, moments, moments[-1])]
        for folded in folds:
            ours = [folded.readings.running(metric.name, window, at).value for at in moments]
            compared += len(moments)
            differences += sum(one != other for one, other in zip(ours, theirs, strict=True))
    kind = kind_of(definition, metric)
    return Row(metric.name, kind, ", ".join(one.label for one in metric.windows), compared, differences)


def _segments_row(
    definition: Definition, of: tuple[Metric, str], reference: Reference, read: tuple[list[int], list[FoldedLog]]
) -> Row:
    """Of all segments of what is remembered of entities together; where one is not shown nothing is in it."""
    (metric, dimension), (moments, folds) = of, read
    segments = (*definition.dimensions[dimension].values, "other", "none")
    none = Fraction(0) if isinstance(metric.value, model.Plain) else None
    compared = differences = 0
    for window in metric.windows:
        several = {one: reference.segment(metric.name, (dimension, one), window, moments) for one in segments}
        for folded in folds:
            for number, at in enumerate(moments):
                found = folded.readings.segments(metric.name, window, at)
                ours = {one.segment: one.value for one in found if one.dimension == dimension}
                theirs = {one: values[number] for one, values in several.items()}
                compared += len(segments)
                differences += sum(ours.get(one, none) != (value and value.exact) for one, value in theirs.items())
    windows = ", ".join(one.label for one in metric.windows)
    return Row(f"{metric.name} by {dimension}", kind_of(definition, metric), windows, compared, differences)


def _spread_row(
    definition: Definition, of: tuple[Metric, str], reference: Reference, read: tuple[list[int], list[FoldedLog]]
) -> Row:
    """Of all segments of a quantile by what each event carries together, shown by us or by SQL."""
    (metric, dimension), (moments, folds) = of, read
    compared = differences = 0
    for window in metric.windows:
        theirs = reference.spread(metric.name, dimension, window, moments)
        for folded in folds:
            for at, right in zip(moments, theirs, strict=True):
                found = folded.readings.segments(metric.name, window, at)
                ours = {one.segment: one.value for one in found if one.dimension == dimension}
                compared += len(ours.keys() | right.keys())
                differences += sum(ours.get(one) != right.get(one) for one in ours.keys() | right.keys())
    windows = ", ".join(one.label for one in metric.windows)
    return Row(f"{metric.name} by {dimension}", kind_of(definition, metric), windows, compared, differences)


def kind_of(definition: Definition, metric: Metric) -> str:
    """A measure's, where the metric is one that was added for it; else the arithmetic."""
    if metric.name.endswith("#"):
        return str(definition.measures[metric.name[:-1]].__struct_config__.tag)
    return str(metric.value.__struct_config__.tag)
