"""aiokafka hands out the records of a partition in lists, as its own C code makes them, instead of one by one.

    record batch, as if it were one record ──▶ PartitionRecords: transactions, markers, offsets ──▶ take

What decides which records are to be seen stays aiokafka's.  Both classes reach into it: it is pinned, and a test sees
that they took.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from faust.types import TP

from schemas.events.needs import Raw
from streams.events.raws import Raws


class _Whole:
    """The records of a batch; aiokafka sees one, with the last offset."""

    def __init__(self, records: list[Any]) -> None:
        self.records, self.offset = records, records[-1].offset


class _AsOne:
    """A record batch; everything but its records is the batch's own."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[_Whole]:
        if records := list(self._batch):
            yield _Whole(records)

    def __next__(self) -> Any:
        """The marker that a control batch holds."""
        return next(self._batch)


class _Batches:
    """The record batches of one answer to a fetch."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.has_next = records.has_next

    def next_batch(self) -> _AsOne:
        return _AsOne(self._records.next_batch())


class RawRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    """The records of one answer that are still to be handed out."""

    def __init__(self, tp: TP, records: Any, *others: Any, **more: Any) -> None:
        super().__init__(tp, _Batches(records), *others, **more)
        self._rest = Raws.of(())

    def _consumer_record(self, _: TP, whole: _Whole) -> list[Raw]:
        first = self.next_fetch_offset  # a fetch may begin in the middle of a record batch
        return [one for one in whole.records if one.offset >= first]

    def take(self, limit: int | None) -> Raws:
        """At most so many of the records; fewer only where these are the last."""
        taken, self._rest = self._rest, Raws.of(())
        while (limit is None or len(taken) < limit) and (more := next(self, None)) is not None:
            taken.extend(more)
        if limit is not None and len(taken) >= limit:
            taken, self._rest = taken[:limit], taken[limit:]
            self.next_fetch_offset = taken[-1].offset + 1
        return taken

    @property
    def ended(self) -> bool:
        """Whether all were handed out, and the offset of the next fetch stands behind whatever followed the last."""
        return not self._rest and self._records_iterator is None


class RawResult(fetcher.FetchResult):  # type: ignore[misc]  # aiokafka has no types
    """One answer to a fetch of one partition."""

    _partition_records: Any

    def getall(self, max_records: int | None = None) -> Raws:
        """Moves the position of the partition past what it gives."""
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return Raws.of(())
        records: RawRecords = self._partition_records
        taken = records.take(max_records)
        self._update_position()
        if records.ended:
            self._partition_records = None
        return taken
