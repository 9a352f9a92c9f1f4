"""Panels, their places on the grid, and who they are.

A board is rows, a row is lines, a line is tiles that share the 24 columns by weight:

    Row("North star")        [---------------------- heading, 1 high ----------------------]
      Line(height 5)         [ value, weight 2 ][ share, weight 1 ][ course, weight 1 ] ...
      Line(height 10)        [ trend                                                       ]

A panel is known by its key (``north-star/trend``), from which its number is made: it stays the same when others come or
go, and so does a link to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal
from zlib import crc32

import msgspec

from services.provisioner.sdk import dashboard
from services.provisioner.verbatim import without_variables

COLUMNS: Final = 24
IDENTITIES: Final = 1_000_000
MOST: Final = 6
"""Tiles of one line: a sixth of a screen of 1280 still shows a number with its unit."""


class Tile(msgspec.Struct, frozen=True):
    """A panel that has no place yet; ``key`` is its own within the board."""

    key: str
    panel: dashboard.Panel
    weight: int = 1


class Line(msgspec.Struct, frozen=True):
    """Tiles side by side, all of one height; they fill the width."""

    height: int
    tiles: Sequence[Tile]


class Row(msgspec.Struct, frozen=True):
    """A heading and the lines below it."""

    key: str
    title: str
    lines: Sequence[Line]


def part_of_key(name: str) -> str:
    """Words of the definition within a key, whose parts are set apart by a stroke."""
    return name.replace("%", "%25").replace("/", "%2F")


def lines_of(height: int, tiles: Sequence[Tile], most: int = MOST) -> list[Line]:
    """As many lines as needed for at most so many tiles each, none of them much fuller than another."""
    count = -(-len(tiles) // most)
    return [Line(height, tiles[len(tiles) * n // count : len(tiles) * (n + 1) // count]) for n in range(count)]


def lay_out(rows: Iterable[Row]) -> list[dashboard.Panel | dashboard.RowPanel]:
    """From the top down; a row without a tile is left out.  ValueError for a key that is there twice."""
    identities = _Identities()
    placed: list[dashboard.Panel | dashboard.RowPanel] = []
    y = 0
    for row in rows:
        lines = [line for line in row.lines if line.tiles]
        if not lines:
            continue
        heading = dashboard.GridPos(h=1, w=COLUMNS, x=0, y=y)
        placed.append(
            dashboard.RowPanel(
                id_val=identities.of(row.key, "heading"),
                title=without_variables(row.title),
                grid_pos=heading,
                panels=[],
                collapsed=False,
            )
        )
        y += 1
        for line in lines:
            placed += _place(line, y, identities)
            y += line.height
    return placed


def _place(line: Line, y: int, identities: "_Identities") -> Iterator[dashboard.Panel]:
    x = 0
    for width, tile in zip(shared([tile.weight for tile in line.tiles]), line.tiles, strict=True):
        tile.panel.id_val = identities.of(tile.key, "panel")
        tile.panel.grid_pos = dashboard.GridPos(h=line.height, w=width, x=x, y=y)
        x += width
        yield tile.panel


def shared(weights: Sequence[int]) -> list[int]:
    """Whole columns by weight, 24 together; what does not divide goes to the first."""
    total = sum(weights)
    ends = [-(-COLUMNS * sum(weights[: n + 1]) // total) for n in range(len(weights))]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


class _Identities:
    """A number for each key of a board; where two keys meet in one, the later takes the next that is free.

    A heading and a panel may have one key: that of a metric called ``metric`` holds its ``value``, and another
    metric may be called that.
    """

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()
        self._taken: set[int] = set()

    def of(self, key: str, kind: Literal["heading", "panel"]) -> int:
        if (kind, key) in self._keys:
            raise ValueError(f"two {kind}s of one board are called {key}")
        self._keys.add((kind, key))
        number = 1 + crc32(key.encode()) % IDENTITIES
        while number in self._taken:
            number += 1
        self._taken.add(number)
        return number
