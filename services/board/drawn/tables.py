"""Tables that fit: columns take smaller forms, or go, in a stated order."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
from rich.table import Table
from rich.text import Text

from services.board.drawn.colours import FAINT
from services.board.drawn.form import YIELDING

BETWEEN = 2
CUT = frozenset({"name", "metric", "department", "summary"})
"""Columns that may be cut: numbers and signs never are."""
LEAST = 4
Cells = tuple[Text, ...]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """``forms`` go from the widest to the smallest; a column named in ``YIELDING`` goes after the last of them."""

    name: str
    forms: tuple[Cells, ...]
    head: str = ""
    right: bool = False


def column(name: str, cells: Sequence[Text | str], *smaller: Sequence[Text | str], head: str = "") -> Column:
    """One that is to the left."""
    return Column(name=name, head=head, forms=tuple(_texts(one) for one in (cells, *smaller)))


def number_column(name: str, cells: Sequence[Text | str], head: str = "") -> Column:
    """One that is to the right."""
    return Column(name=name, head=head, forms=(_texts(cells),), right=True)


class Fitted(NamedTuple):
    """A column that is drawn in its first form, so many cells wide."""

    column: Column
    width: int


def table(columns: Sequence[Column], width: int) -> Table:
    """Without columns that hold nothing; a head only where one is named."""
    return _drawn(fitted(columns, width), slice(None), head=True)


def tables(columns: Sequence[Column], width: int, sizes: Sequence[int]) -> list[Table]:
    """So many rows each, and no heads; their columns stand below each other."""
    chosen, made, begin = fitted(columns, width), [], 0
    for size in sizes:
        made.append(_drawn(chosen, slice(begin, begin + size), head=False))
        begin += size
    return made


def fitted(columns: Sequence[Column], width: int) -> list[Fitted]:
    """Those that hold something and fit; where smaller forms do not help, names are cut, the last first."""
    chosen = [one for one in columns if any(cell.plain for cell in one.forms[0])]
    for name in YIELDING:
        if width_of(chosen) <= width:
            break
        chosen = [smaller for one in chosen if (smaller := _smaller(one) if one.name == name else one) is not None]
    over, found = width_of(chosen) - width, []
    for one in reversed(chosen):
        wide = _width_of(one)
        if over > 0 and one.name in CUT:
            cut = min(over, max(0, wide - LEAST))
            wide, over = wide - cut, over - cut
        found.append(Fitted(one, wide))
    return found[::-1]


def _drawn(columns: Sequence[Fitted], rows: slice, *, head: bool) -> Table:
    drawn = Table(
        box=None,
        pad_edge=False,
        padding=(0, BETWEEN, 0, 0),
        header_style=FAINT,
        show_header=head and any(one.head for one, _ in columns),
    )
    for one, width in columns:
        justify: Literal["left", "right"] = "right" if one.right else "left"
        drawn.add_column(one.head, justify=justify, width=width, no_wrap=True, overflow="ellipsis")
    for row in zip(*(one.forms[0][rows] for one, _ in columns), strict=True):
        drawn.add_row(*row)
    return drawn


def _smaller(one: Column) -> Column | None:
    return msgspec.structs.replace(one, forms=one.forms[1:]) if len(one.forms) > 1 else None


def width_of(columns: Sequence[Column]) -> int:
    """Of a table that leaves nothing out."""
    return sum(_width_of(one) for one in columns) + BETWEEN * max(0, len(columns) - 1)


def _width_of(one: Column) -> int:
    return max([len(one.head), *(cell.cell_len for cell in one.forms[0])])


def _texts(cells: Sequence[Text | str]) -> Cells:
    return tuple(Text(cell) if isinstance(cell, str) else cell for cell in cells)
