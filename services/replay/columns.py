"""Tables of plain text, as wide as what is in them: nothing is cut, a terminal wraps what it has no room for."""

from collections.abc import Iterator, Sequence

BETWEEN = "  "


def column(head: str, cells: Sequence[str], *, left: bool = False) -> list[str]:
    """Head and cells, all as wide as the widest; numbers stand to the right."""
    width = max(map(len, [head, *cells]))
    return [cell.ljust(width) if left else cell.rjust(width) for cell in [head, *cells]]


def lines(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of columns of one length."""
    for cells in zip(*columns, strict=True):
        yield BETWEEN.join(cells).rstrip()
