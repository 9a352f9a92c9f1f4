"""A definition over a file of real purchases, folded by us and loaded into DuckDB."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from schemas.definition.model import Definition, Window
from services.replay.folding import Folded, fold_files
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from tests.reference.measures import Reference
from tests.reference.reckoning import Value

ROOT = Path(__file__).parents[3]
CDNOW = ROOT / "deploy/demo/cdnow.jsonl.gz"
ONLINE_RETAIL = ROOT.parent / "shared/data/online_retail.jsonl.gz"


class Replayed:
    """Both, side by side."""

    def __init__(self, definition: Definition, file: Path) -> None:
        self.plan: Plan = compile_plan(definition)
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
