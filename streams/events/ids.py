"""The ids already seen in one partition, as 8-byte hashes, for as long as a redelivery can take.

Time is the partition's clock, the greatest append time in its log so far, cut into slots of a quarter of the window:
an id is remembered while its slot is among the last five, so for the window at least and a quarter longer at most,
and a replay of the log remembers alike.  8 bytes an id, here and in the store; two different ids are taken for one
with a chance of (ids in the window) / 2^64, about 1 in 10^12 an event at ten million ids.
"""

from collections.abc import Sequence

import numpy as np
import xxhash
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Mask = NDArray[np.bool_]

_SLOTS = 4
_GROWTH = 2


def hashed(ids: Sequence[str]) -> Hashes:
    """xxh3, 64 bits, of each id; the same in every process."""
    return np.fromiter(map(xxhash.xxh3_64_intdigest, map(str.encode, ids)), np.uint64, len(ids))


def remembered_ms(window_ms: int) -> int:
    """How long an id is remembered at the most."""
    return (_SLOTS + 1) * max(1, window_ms // _SLOTS) if window_ms else 0


class IdWindow:
    """What one session remembers; starts from what the store remembers and gives back what to add and to forget."""

    def __init__(self, window_ms: int, stored: dict[int, bytes]) -> None:
        self.slot_ms = max(1, window_ms // _SLOTS)
        self._runs = {
            slot: _Runs(np.sort(np.frombuffer(blob, "<u8").astype(np.uint64))) for slot, blob in stored.items()
        }

    def claim(self, hashes: Hashes, slot: int) -> tuple[Mask, bytes]:
        """Which of these ids of one slot are new, first of their kind here included; and those, to be stored.

        No slot that was claimed or stored lies past it.
        """
        values, first = np.unique(hashes, return_index=True)
        seen = np.zeros(len(values), np.bool_)
        for number in range(slot - _SLOTS, slot + 1):  # a batch of a quiet topic may hold thousands
            if (runs := self._runs.get(number)) is not None:
                runs.mark(values, seen)
        fresh = values[~seen]
        new = np.zeros(len(hashes), np.bool_)
        new[first[~seen]] = True
        if len(fresh):
            self._runs.setdefault(slot, _Runs()).add(fresh)
        return new, fresh.astype("<u8").tobytes()

    def expire(self, slot: int) -> tuple[int, ...]:
        """Forgets the slots that can matter no more once the clock stands in this one, and names them."""
        old = tuple(number for number in self._runs if number < slot - _SLOTS)
        for number in old:
            del self._runs[number]
        return old

    def __len__(self) -> int:
        return sum(len(runs) for runs in self._runs.values())


class _Runs:
    """A set of hashes as a few sorted arrays, each more than twice as long as the next: merges are seldom."""

    def __init__(self, *sorted_runs: Hashes) -> None:
        self._arrays = list(sorted_runs)

    def add(self, values: Hashes) -> None:
        """``values`` are sorted and not among those that are here."""
        self._arrays.append(values)
        while len(self._arrays) > 1 and len(self._arrays[-2]) <= _GROWTH * len(self._arrays[-1]):
            merged = np.concatenate((self._arrays.pop(), self._arrays.pop()))
            merged.sort(kind="stable")
            self._arrays.append(merged)

    def mark(self, values: Hashes, seen: Mask) -> None:
        """Sets ``seen`` where a value is here."""
        for array in self._arrays:
            if len(array):
                at = np.searchsorted(array, values)
                at[at == len(array)] = 0
                seen |= array[at] == values

    def __len__(self) -> int:
        return sum(map(len, self._arrays))
