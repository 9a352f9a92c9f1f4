"""Which events count, judged in log order by nothing but the log: its append times, its floor and the ids it has
brought.

    decoded ─▶ ahead? ─▶ duplicate? ─▶ late? ─▶ counted

- *ahead*: the event time lies more than ``ahead_ms`` past its own append time.  Refused, and its id is not remembered.
- *duplicate*: an earlier valid event of this partition, inside the window of ids, bore the same id.
- *late*: the event time lies below the floor.  The floor is the latest accepted time less ``lateness_ms``, and never
falls.

The same log gives the same answer however it is cut into batches.
"""

from collections.abc import Sequence
from itertools import compress

import msgspec
import numpy as np

from schemas.definition.model import Source
from schemas.events.needs import Raw, Refused
from schemas.names import Outcome
from streams.events.amounts import Amounts
from streams.events.columns import Coded, Column, Values, chosen
from streams.events.decoding import Decoded
from streams.events.ids import IdWindow, Mask, hashed
from streams.events.raws import Raws
from streams.state.port import NEVER, Standing
from streams.time.calendar import Times


class Batch(msgspec.Struct, frozen=True):
    """The accepted events of a batch, in log order, as columns of one length."""

    types: Coded
    times: Times
    amounts: dict[str, Amounts]
    entities: dict[str, Coded]
    columns: dict[str, Values]

    def at(self, places: Column) -> "Batch":
        """The events at these places."""
        return Batch(
            self.types.chosen(places),
            self.times[places],
            {name: column.of(places) for name, column in self.amounts.items()},
            {name: column.chosen(places) for name, column in self.entities.items()},
            {name: chosen(column, places) for name, column in self.columns.items()},
        )

    def between(self, begin: int, end: int) -> "Batch":
        """Those from one place up to another."""
        return self.at(np.arange(begin, end))


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch, and where its partition stands after it.

    ``counted`` says of each event that was decoded whether it is in ``batch``, ``index`` where it was (None: all were),
    ``clocks`` the latest append time up to it.  ``reached`` has of each event of ``batch`` the latest time that was
    counted before it, NEVER where nothing was: in its partition, of a stage in the source's, and only of what is late.
    """

    batch: Batch
    standing: Standing
    outcomes: dict[Outcome, int]
    refused: list[Refused]
    ids: dict[int, bytes]
    expired: tuple[int, ...]
    counted: Mask
    reached: Times
    clocks: Times
    index: list[int] | None = None

    def appended_by(self, place: int) -> int:
        """The latest append time up to the event at this place of ``batch``."""
        return int(self.clocks[np.flatnonzero(self.counted)[place]])

    def places(self) -> Column:
        """Where each event of ``batch`` stood among what was judged."""
        counted = np.flatnonzero(self.counted)
        return counted if self.index is None else np.array(self.index, np.int64)[counted]


class Admission:
    """The judge of one partition for one session."""

    def __init__(self, source: Source, stored_ids: dict[int, bytes]) -> None:
        self.source = source
        self.window = IdWindow(source.dedupe_ms, stored_ids) if source.dedupe_ms else None

    def admit(self, raws: Sequence[Raw], decoded: Decoded, standing: Standing, following: int) -> Admitted:
        """``following`` is the offset after the batch; ``raws`` may be empty (offsets that hold no event)."""
        appended = np.array(Raws.of(raws).timestamps, np.int64)
        clocks = np.maximum.accumulate(np.append(standing.clock, appended))[1:]
        clock = int(clocks[-1]) if len(raws) else standing.clock
        if decoded.index is not None:
            appended, clocks = appended[decoded.index], clocks[decoded.index]
        times = decoded.times
        ahead = times > appended + self.source.ahead_ms
        valid = ~ahead
        new, ids = self._claim(decoded.ids, clocks, valid)
        late = self._late(times, new, standing.floor)
        counted = new & ~late
        reached = np.maximum.accumulate(np.append(standing.watermark, times[counted]))
        watermark = int(reached[-1])
        floor = max(standing.floor, watermark - self.source.lateness_ms) if watermark != NEVER else standing.floor
        return Admitted(
            batch=_batch(decoded, counted),
            standing=Standing(position=following, floor=floor, clock=clock, watermark=watermark),
            outcomes={
                "counted": int(counted.sum()),
                "duplicate": int((valid & ~new).sum()),
                "late": int(late.sum()),
                "ahead": int(ahead.sum()),
                "refused": len(decoded.refused),
            },
            refused=decoded.refused + _refused(decoded, ahead, late),
            ids=ids,
            expired=self.window.expire(clock // self.window.slot_ms) if self.window and clock != NEVER else (),
            counted=counted,
            index=decoded.index,
            reached=reached[:-1],
            clocks=clocks,
        )

    def _claim(self, ids: list[str], clocks: Times, valid: Mask) -> tuple[Mask, dict[int, bytes]]:
        """Which events are valid and no duplicates, and the ids to store, by slot; slots are taken in turn."""
        if self.window is None or not ids:
            return valid, {}
        hashes, slots = hashed(ids), clocks // self.window.slot_ms
        if slots[0] == slots[-1] and valid.all():
            new, blob = self.window.claim(hashes, int(slots[0]))
            return new, {int(slots[0]): blob} if blob else {}
        new, stored = np.zeros(len(ids), np.bool_), {}
        for slot in np.unique(slots).tolist():
            places = np.flatnonzero(valid & (slots == slot))
            fresh, blob = self.window.claim(hashes[places], slot)
            new[places] = fresh
            if blob:
                stored[slot] = blob
        return new, stored

    def _late(self, times: Times, new: Mask, floor: int) -> Mask:
        lateness = self.source.lateness_ms
        latest = np.maximum.accumulate(np.append(floor + lateness, np.where(new, times, NEVER)))[:-1]
        late: Mask = new & (times < latest - lateness)
        return late


def _batch(decoded: Decoded, counted: Mask) -> Batch:
    if counted.all():
        return Batch(decoded.types, decoded.times, decoded.amounts, decoded.entities, decoded.columns)
    keep = counted.tolist()
    return Batch(
        decoded.types.chosen(counted),
        decoded.times[counted],
        {name: column.of(counted) for name, column in decoded.amounts.items()},
        {name: column.chosen(counted) for name, column in decoded.entities.items()},
        {name: list(compress(column, keep)) for name, column in decoded.columns.items()},
    )


def _refused(decoded: Decoded, ahead: Mask, late: Mask) -> list[Refused]:
    def place(i: int) -> int:
        return i if decoded.index is None else decoded.index[i]

    return [
        Refused(place(i), "ahead", "event time too far past its append time") for i in np.flatnonzero(ahead).tolist()
    ] + [Refused(place(i), "late", "event time below the floor") for i in np.flatnonzero(late).tolist()]
