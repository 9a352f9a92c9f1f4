"""Published figures, and what the service computes of the same."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from services.board.exporter import Exporter
from services.replay.text import ABSENT, number


class Figure(msgspec.Struct, frozen=True):
    """``value`` as it was published, decimals included; ``metric`` over ``window`` read ``at`` a moment gives it."""

    figure: str
    metric: str
    window: str
    at: str
    value: str
    source: str

    @property
    def places(self) -> int:
        """Decimals of what was published."""
        return len(self.value.partition(".")[2])


class Published(msgspec.Struct, frozen=True):
    """Figures, each with a key of ``sources``, which say in words where it comes from."""

    sources: dict[str, str]
    figures: tuple[Figure, ...]


class Compared(msgspec.Struct, frozen=True):
    """A figure beside what was computed, exactly; None where there is no reading."""

    figure: Figure
    computed: Fraction | None

    @property
    def equal(self) -> bool:
        """To the last decimal that was published."""
        if self.computed is None:
            return False
        scale = 10**self.figure.places
        rounded: int = round(self.computed * scale)
        return Fraction(rounded, scale) == Fraction(self.figure.value)


def read_published(file: Path) -> Published:
    """The figures in a file of ours."""
    return msgspec.json.decode(file.read_bytes(), type=Published)


def compare(figures: tuple[Figure, ...], exporter: Exporter) -> Iterator[Compared]:
    """Asks for each figure at its moment."""
    for figure in figures:
        exact = exporter.reading(figure.metric, window=figure.window, at=figure.at)["exact"]
        yield Compared(figure, None if exact is None else Fraction(exact))


def as_table(compared: list[Compared]) -> Table:
    """A row a figure."""
    table = Table("figure", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for head in ("published", "computed"):
        table.add_column(head, justify="right")
    table.add_column("equal")
    for one in compared:
        places = one.figure.places
        computed = ABSENT if one.computed is None else number(one.computed, places)
        answer = Text("yes", style="#56b4e9") if one.equal else Text("NO", style="bold #d55e00")
        table.add_row(one.figure.figure, number(Fraction(one.figure.value), places), computed, answer)
    return table
