"""count and sum: nothing is remembered; each matching event adds 1, or its amount, to the cell of its bucket.

Refunds are negative amounts.  With a dimension the cell of (bucket, value) is added to as well; the whole is a cell
of its own.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def count(keys: Iterable[K]) -> dict[K, int]:
    """How often each key occurs."""
    return Counter(keys)


def total(keys: Iterable[K], amounts: Sequence[int]) -> dict[K, int]:
    """The sum of the amounts of each key, in integers of any size."""
    sums: dict[K, int] = {}
    get = sums.get
    for key, amount in zip(keys, amounts, strict=True):
        sums[key] = get(key, 0) + amount
    return sums
