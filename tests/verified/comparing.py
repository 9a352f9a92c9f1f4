"""Every metric of a definition, and every measure as it is, beside SQL at the end of every day, in every way."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.definition import model
from schemas.definition.loading import parse
from schemas.definition.model import Definition, Measure, Metric, Window
from streams.plan import compile_plan
from streams.readings import Readings
from streams.segmentation import segmented_by
from tests.reference.measures import Reference
from tests.samples.library import BUSINESSES, FOLDER
from tests.verified.kinds import with_every_kind
from tests.verified.segments import segments_of, wrong
from tests.verified.ways import WAYS, Way, fold, lines_of

ROOT = Path(__file__).parents[2]
PERIODS: tuple[Window, ...] = (model.Calendar(model.Unit.WEEK), model.Calendar(model.Unit.MONTH))
PLAIN_WINDOWS: tuple[Window, ...] = (model.Calendar(model.Unit.MONTH), model.RollingDays(28), model.Lifetime())


class DataSet(NamedTuple):
    """A definition and a file of events for it.

    Its own metrics and their measures are read every day; of the kinds added, and of segments, every so manieth.
    """

    name: str
    definition: Path
    events: Path
    every: int = 3


DATA_SETS = (
    DataSet("CDNOW", FOLDER / "cdnow.yaml", ROOT / "deploy/demo/cdnow.jsonl.gz", 9),
    DataSet("Online Retail", FOLDER / "online_retail.yaml", ROOT.parent / "shared/data/online_retail.jsonl.gz", 9),
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
    text = data.definition.read_text(encoding="utf-8")
    own, definition = with_measures(parse(text)), with_measures(parse(with_every_kind(data.name, text)))
    plan, lines = compile_plan(definition), lines_of(data.events)
    (source,) = definition.sources
    reference = Reference(definition)
    reference.load(source.name, lines)
    days = reference.days()
    folds = [(way, fold(plan, lines, way, days[-1])) for way in WAYS]
    both = Both(reference, [folded.readings for _, folded in folds], days[-1])
    some = days[:: data.every]
    rows = [both.whole(one, days if one.name in own.metrics else some) for one in definition.metrics.values()]
    for metric in definition.metrics.values():
        rows += [both.segments(metric, dimension, some) for dimension in segmented_by(definition, metric.name)]
    return Verified(data, [(way, folded.outcomes) for way, folded in folds], rows)


class Both(NamedTuple):
    """SQL and the readings of each way, all read up to the end."""

    reference: Reference
    readings: list[Readings]
    end_ms: int

    def whole(self, metric: Metric, moments: list[int]) -> Row:
        """Of the metric itself."""
        compared = differences = 0
        for window in metric.windows:
            theirs = [one and one.exact for one in self.reference.metric(metric.name, window, moments, self.end_ms)]
            for readings in self.readings:
                ours = [readings.running(metric.name, window, at).value for at in moments]
                compared += len(moments)
                differences += sum(one != other for one, other in zip(ours, theirs, strict=True))
        return _row(self.reference.definition, metric, "", compared, differences)

    def segments(self, metric: Metric, dimension: str, moments: list[int]) -> Row:
        """Of all its segments by a dimension together."""
        compared = differences = 0
        for window in metric.windows:
            theirs = segments_of(self.reference, (metric, dimension), window, moments, self.end_ms)
            for readings in self.readings:
                for at, right in zip(moments, theirs, strict=True):
                    found = readings.segments(metric.name, window, at)
                    ours = {one.segment: one.value for one in found if one.dimension == dimension}
                    compared += len(ours.keys() | right.keys())
                    differences += len(wrong(ours, right, metric, self.reference.definition.dimensions[dimension]))
        return _row(self.reference.definition, metric, f" by {dimension}", compared, differences)


def _row(definition: Definition, metric: Metric, by: str, compared: int, differences: int) -> Row:
    kind, windows = kind_of(definition, metric), ", ".join(one.label for one in metric.windows)
    return Row(metric.name + by, kind, windows, compared, differences)


def with_measures(definition: Definition) -> Definition:
    """Every measure shown as it is as well, under a name that no definition can give."""
    plain = {f"{name}#": _as_it_is(f"{name}#", measure) for name, measure in definition.measures.items()}
    return msgspec.structs.replace(definition, metrics=definition.metrics | plain)


def _as_it_is(name: str, measure: Measure) -> Metric:
    match measure:
        case model.Distribution():
            return Metric(name=name, value=model.Quantile(measure.name, "0.5"), windows=PLAIN_WINDOWS[:2])
        case model.Lifecycle() | model.NetRetention():
            return Metric(name=name, value=model.Plain(measure.name), windows=PERIODS)
        case _:
            return Metric(name=name, value=model.Plain(measure.name), windows=PLAIN_WINDOWS)


def kind_of(definition: Definition, metric: Metric) -> str:
    """A measure's, where the metric is one that was added for it; else the arithmetic."""
    if not metric.name.endswith("#"):
        return str(metric.value.__struct_config__.tag)
    measure = definition.measures[metric.name[:-1]]
    kind = str(measure.__struct_config__.tag)
    match measure:
        case model.Distinct(at_least=n) if n > 1:
            kind += " at_least"
        case model.Repeat(within_ms=within) if within is not None:
            kind += " within"
        case model.Lifecycle(part=part) | model.NetRetention(part=part):
            kind += f" {part}"
    keyed_by = definition.source(measure.source).keyed_by
    return f"{kind}, re-keyed" if keyed_by not in getattr(measure, "entity", (keyed_by,)) else kind
