"""The second stage's part: messages become one batch, less what is there already.  Nothing is judged again.

ends at or below what is applied of its source partition     skipped: sent twice
begins at or below it, and reaches past it                   the rows past it: another attempt cut elsewhere
begins past it                                               a gap: LogError
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

import numpy as np

from schemas.errors import LogError
from streams.events.admission import Admitted
from streams.plan import Stage
from streams.rekeying.messages import Message
from streams.rekeying.rows import Fields, Rows, joined
from streams.state.port import NEVER, Reached, Standing
from streams.time.calendar import Times


class Arriving:
    """Of one stage."""

    def __init__(self, stage: Stage) -> None:
        self._topic, self._source = stage.topic, stage.plan.source.topic
        self.fields = Fields.of(stage.plan.needs)

    def take(self, messages: Iterable[Message], standing: Standing, following: int) -> Admitted:
        """The batch they come to, and where the internal partition stands after them, up to offset ``following``.

        It is to be folded by the floor of ``standing``, the one before.
        """
        reached = {one.partition: one for one in standing.reached}
        several: list[tuple[Rows, int]] = []
        reached_before: list[Times] = []
        partitions = 0
        for message in messages:
            partitions = message.partitions
            known = reached.get(message.partition)
            self._check(message, known)
            if known is not None and message.next <= known.next:
                continue
            if message.rows is not None:
                begin = 0 if known is None else bisect_left(message.rows.offsets, known.next)
                several.append((message.rows, begin))
                reached_before.append(_reached(message, known, len(message.rows.offsets))[begin:])
            reached[message.partition] = _moved(known, message)
        batch = joined(several, self.fields)
        return Admitted(
            batch=batch,
            standing=_standing(standing, reached, partitions, following),
            outcomes={},
            refused=[],
            ids={},
            expired=(),
            counted=np.ones(len(batch.times), np.bool_),
            reached=np.concatenate([*reached_before, np.zeros(0, np.int64)]),
            clocks=np.full(len(batch.times), NEVER, np.int64),
        )

    def _check(self, message: Message, known: Reached | None) -> None:
        """Raises LogError for a message that is not of this source, or does not follow what is applied."""
        if message.topic != self._source:
            raise LogError(f"{self._topic} holds a message from {message.topic}; it is for events of {self._source}")
        if known is None:
            missing, applied = message.before is not None, "nothing of it is applied"
        else:
            missing, applied = message.first > known.next, f"applied is what comes before {known.next}"
        if missing:
            raise LogError(
                f"{self._topic} lacks messages: one holds offsets {message.first} to {message.next - 1} of "
                f"{message.topic}[{message.partition}], but {applied}. Messages were lost (retention, deleted records, "
                "or a broker that came back without them). Nothing was counted; begin a new version."
            )


def _reached(message: Message, known: Reached | None, rows: int) -> Times:
    """Of each row that came late the latest time counted before it, NEVER of the others; where that is not told, of
    all the latest time before the message.
    """
    if message.behind is None:
        return np.full(rows, NEVER if known is None else known.watermark, np.int64)
    reached = np.full(rows, NEVER, np.int64)
    late, before = message.behind
    reached[late] = before
    return reached


def _moved(known: Reached | None, message: Message) -> Reached:
    floor, watermark = message.floor, message.watermark
    if known is not None:
        floor, watermark = max(floor, known.floor), max(watermark, known.watermark)
    return Reached(message.partition, message.next, floor, watermark)


def _standing(before: Standing, reached: Mapping[int, Reached], partitions: int, following: int) -> Standing:
    """The floor is the smallest of all source partitions: whichever has not been heard of may still send anything."""
    floors = [one.floor for one in reached.values()]
    floor = min(floors) if partitions and len(floors) == partitions else before.floor
    return Standing(
        position=following,
        floor=max(before.floor, floor),
        clock=before.clock,
        watermark=max([before.watermark, *(one.watermark for one in reached.values())], default=NEVER),
        reached=tuple(reached[partition] for partition in sorted(reached)),
    )
