"""Days and their periods, of one point or of a column of them."""

from collections.abc import Callable

import numpy as np

from streams.measures.runs import Column


class Numbers:
    """Gives a day the number of its period, or a period that of its first day; with no function each its own."""

    def __init__(self, of: Callable[[int], int] | None) -> None:
        self._of = of

    def of(self, x: int) -> int:
        """The number that belongs to this one."""
        return x if self._of is None else self._of(x)

    def column(self, xs: Column) -> Column:
        """``of`` of many, each different one asked once."""
        if self._of is None:
            return xs
        different, places = np.unique(xs, return_inverse=True)
        numbers: Column = np.array([self._of(x) for x in different.tolist()], np.int64)[places]
        return numbers
