"""In which order events are folded so that what came late is told apart: owner by owner as in the log, cut where what
had been reached is another; all owners together, round by round.

    log      a  b  b' a' c  b  a'     ' behind
    rounds   0  0  1  1  0  2  1

Owners have nothing to do with each other, so there are as many rounds as the owner with the most of them has, however
many events are behind.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Column, Mask
from streams.restating.behind import Behind
from streams.state.port import NEVER


class Keys(NamedTuple):
    """Of each event the number of what was reached when it came; ``reached`` tells it, by grain, NEVER where it was
    not behind.
    """

    numbers: Column
    reached: list[dict[str, int]]


def keys_of(late: Behind, labels: Sequence[str], places: Column) -> Keys:
    """Of the events at some places of the batch."""
    columns = [late.column(label)[places] for label in labels]
    numbers = np.zeros(len(places), np.int64)
    for column in columns:  # one by one: rows of a table are slow to tell apart
        found, of_column = np.unique(column, return_inverse=True)
        numbers = np.unique(numbers * len(found) + of_column, return_inverse=True)[1]
    firsts = np.unique(numbers, return_index=True)[1]
    rows = zip(*(column[firsts].tolist() for column in columns), strict=True)
    return Keys(numbers, [dict(zip(labels, row, strict=True)) for row in rows])


def any_behind(late: Behind, labels: Sequence[str]) -> Mask:
    """Whether each event of the batch is behind at one of these grains."""
    found = np.zeros(late.events, np.bool_)
    for label in labels:
        found[late.places[late.over(label) != NEVER]] = True
    return found


def rounds(owners: Column, places: Column, keys: Column) -> Column:
    """Of each event its round: the first is 0."""
    order = np.lexsort((places, owners))
    mine, key = owners[order], keys[order]
    begins = np.append(True, mine[1:] != mine[:-1])[: len(mine)]
    cuts = np.cumsum(~begins & np.append(False, key[1:] != key[:-1])[: len(key)])
    firsts = np.flatnonzero(begins)
    found = np.empty(len(owners), np.int64)
    found[order] = cuts - np.repeat(cuts[firsts], np.diff(np.append(firsts, len(mine))))
    return found
