"""One internal partition of a stage, folded in memory, with what came late for it."""

from collections import Counter

from schemas import names
from streams.fold import Work
from streams.plan import Stage
from streams.rekeying.arriving import Arriving
from streams.rekeying.messages import decoded
from streams.rekeying.rows import SentRows
from streams.restating.restated import Restating, RestatingWork
from streams.state.port import Standing
from tests.streams.packed import Packed

Flat = Counter[tuple[str, str]]
"""(series, field) -> number."""


class Folded:
    """One internal partition of a stage; ``restating`` also tells what came late."""

    def __init__(self, stage: Stage, restating: Restating | None) -> None:
        self.arriving, self.stage, self.restating = Arriving(stage), stage, restating
        self.standing, self.packed = Standing(position=0), Packed()
        self.cells: Flat = Counter()
        self.totals = Counter[str]()

    def fold(self, values: list[bytes]) -> None:
        rows = SentRows(self.arriving.fields)
        following = self.standing.position + len(values)
        admitted = self.arriving.take(map(decoded, values), self.standing, following)
        plain = Work(self.stage.plan, admitted.batch, rows)
        self.apply(plain if self.restating is None else self.restating.work(admitted, rows), self.standing.floor)
        self.standing = admitted.standing

    def apply(self, work: Work | RestatingWork, floor: int) -> None:
        records = self.packed.of(work.wanted)
        effect = work.fold(records, floor)
        self.packed.keep(records, effect.changed)
        for series, keys in effect.cells.items():
            for fields in keys.values():
                self.cells.update({(series, field): delta for field, delta in fields.items()})
        self.totals.update(effect.totals)


def late_of(fold: Folded) -> Flat:
    return Flat({key: number for key, number in fold.cells.items() if names.is_late(key[0]) and number})
