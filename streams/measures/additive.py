"""count and sum: nothing is remembered; each matching event adds 1, or its amount, to the cell of its bucket.

Refunds are negative amounts.  With a dimension the cell of (bucket, value) is added to as well; the whole is a cell of
its own.
"""

import numpy as np
from numpy.typing import NDArray

_EXACT = 2**62


class Groups:
    """Events put together by an integer key, once for every count and sum over the same groups.

    keys     7  5  7  7  5
    order    1  4  0  2  3       keys in order  5  5  7  7  7
                                 starts         ^     ^
    """

    def __init__(self, keys: NDArray[np.int64]) -> None:
        self._order = np.argsort(keys, kind="stable")
        ordered = keys[self._order]
        new = np.ones(len(keys), np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
        self._starts = new.nonzero()[0]
        self.keys: list[int] = ordered[self._starts].tolist()
        """Each key once, rising."""

    def counts(self) -> list[int]:
        """How many events each key has."""
        ends = [*self._starts[1:].tolist(), len(self._order)]
        return [end - start for start, end in zip(self._starts.tolist(), ends, strict=False)]

    def sums(self, units: NDArray[np.int64]) -> list[int]:
        """What the amounts of each key come to, in integers of any size."""
        if not len(units):
            return []
        ordered = units[self._order]
        safe = int(np.abs(units).max()) * len(units) < _EXACT
        sums: list[int] = np.add.reduceat(ordered if safe else ordered.astype(object), self._starts).tolist()
        return sums
