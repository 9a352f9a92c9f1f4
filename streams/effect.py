"""What a batch comes to, before the state takes it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from schemas.names import CELLS_PER_KEY
from streams.measures.out import Out
from streams.measures.runs import Names


class Effect(NamedTuple):
    """series -> key number -> field -> delta; total -> delta; space -> entities whose record changed."""

    cells: dict[str, dict[int, dict[str, int]]]
    totals: dict[str, int]
    changed: dict[str, Names]

    def put(self, series: str, buckets: list[int], names: list[str], deltas: list[int]) -> None:
        """Adds to cells of a series: of each its bucket, its field and how much."""
        keys, begin = self.cells.get(series, {}), 0
        for number, run in groupby([bucket // CELLS_PER_KEY for bucket in buckets]):
            end = begin + len(list(run))
            several = dict(zip(names[begin:end], deltas[begin:end], strict=True))
            if len(several) < end - begin:  # a field comes twice: what overflowed shares one
                several = {}
                for name, delta in zip(names[begin:end], deltas[begin:end], strict=True):
                    several[name] = several.get(name, 0) + delta
            _add_to(keys, number, several)
            begin = end
        if keys:
            self.cells[series] = keys

    def put_outs(self, outs: Mapping[str, Out], fields: Sequence[str] = ("",)) -> None:
        """Adds to cells of several series; ``fields`` is what each segment adds to a bucket's name."""
        for series, out in outs.items():
            cells = sorted(out)
            places = [divmod(cell, len(fields)) for cell in cells]
            names = [f"{bucket}{fields[segment]}" for bucket, segment in places]
            self.put(series, [bucket for bucket, _ in places], names, [out[cell] for cell in cells])

    def tell(self, total: str, number: int) -> None:
        """Adds to a total; nothing where there is nothing to tell."""
        if number:
            self.totals[total] = self.totals.get(total, 0) + number


def _add_to(keys: dict[int, dict[str, int]], number: int, several: dict[str, int]) -> None:
    """Adds the fields of one key; what comes to nothing is left out."""
    fields = keys.get(number, {})
    if not fields.keys().isdisjoint(several):
        several = {name: delta + fields.get(name, 0) for name, delta in several.items()}
    fields |= several
    if not all(several.values()):
        fields = {name: delta for name, delta in fields.items() if delta}
    if fields:
        keys[number] = fields
    else:
        keys.pop(number, None)
