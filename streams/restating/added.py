"""What was added late, as cells beside the cells: ``<bucket>@<reached>`` in the series ``<series>~``."""

from collections.abc import Mapping, Sequence

from schemas import names
from schemas.names import CELLS_PER_KEY
from streams.measures.out import Out
from streams.state.port import NEVER

Cells = dict[str, dict[int, dict[str, int]]]
"""series -> key number -> field -> delta."""


class Added:
    """Of one batch; ``grains`` are the labels of the grains of all series that have a late one."""

    def __init__(self, grains: Mapping[str, str]) -> None:
        self._grains = grains
        self.cells: Cells = {}

    def tell(self, series: str, fields: Sequence[str], out: Out, reached: Mapping[str, int]) -> None:
        """Takes what events added that came when these pieces were reached, by grain.

        ``fields`` are those of the segments that the cells of ``out`` are in.
        """
        piece = reached.get(self._grains.get(series, ""), NEVER)
        for cell, delta in out.items():
            bucket, segment = divmod(cell, len(fields))
            if bucket < piece:
                self.add(series, (bucket, piece), fields[segment], delta)

    def add(self, series: str, pieces: tuple[int, int], field: str, delta: int) -> None:
        """To one cell: ``pieces`` are its own and the one that was reached."""
        bucket, reached = pieces
        keys = self.cells.setdefault(names.late_series(series), {})
        fields, name = keys.setdefault(bucket // CELLS_PER_KEY, {}), f"{bucket}@{reached}{field}"
        fields[name] = fields.get(name, 0) + delta

    def put(self, cells: Cells) -> None:
        """Into the effect of the batch; what comes to nothing is left out."""
        for series, keys in self.cells.items():
            for number, fields in keys.items():
                some = {name: delta for name, delta in fields.items() if delta}
                if some:
                    cells.setdefault(series, {})[number] = some
