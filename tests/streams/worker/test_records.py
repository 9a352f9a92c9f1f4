"""What aiokafka fetched comes out once each, in order, in lists of any size, as it decides what is to be seen."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.worker import transport
from streams.worker.records import RawRecords, RawResult

PLACE = TP("events", 0)
READ_COMMITTED = 1


@pytest.fixture
def _installed() -> Iterator[None]:
    whole = fetcher.PartitionRecords, fetcher.FetchResult
    transport.install()
    yield
    fetcher.PartitionRecords, fetcher.FetchResult = whole


def record_batch(first: int, number: int, **settings: int) -> bytes:
    """As the broker sends it, with these offsets."""
    builder = DefaultRecordBatchBuilder(
        **{
            "magic": 2,
            "compression_type": 0,
            "is_transactional": 0,
            "producer_id": -1,
            "producer_epoch": -1,
            "base_sequence": 0,
            "batch_size": 99_999,
        }
        | settings
    )
    for offset in range(number):
        builder.append(offset, 1000 + first + offset, b"k", b"v%d" % (first + offset), [("h", b"1")])
    # the base offset is no part of what the checksum covers
    return first.to_bytes(8, "big") + bytes(builder.build())[8:]


def opened(*batches: bytes, begin: int = 0, aborted: list[tuple[int, int]] | None = None) -> RawRecords:
    return RawRecords(PLACE, MemoryRecords(b"".join(batches)), aborted or [], begin, None, None, True, READ_COMMITTED)


def result(made: RawRecords, begin: int = 0) -> tuple[RawResult, Any]:
    """One answer, and the state of the partition that it moves."""
    state = SimpleNamespace(position=begin, paused=False)
    state.consumed_to = lambda offset: setattr(state, "position", offset)
    assignment = SimpleNamespace(active=True, state_value=lambda _: state)
    return RawResult(PLACE, assignment=assignment, partition_records=made, backoff=0), state


@pytest.mark.usefixtures("_installed")
def test_aiokafka_hands_out_lists_once_the_patch_is_in() -> None:
    made = fetcher.PartitionRecords(PLACE, MemoryRecords(record_batch(0, 1)), [], 0, None, None, True, 1)
    assert fetcher.FetchResult is RawResult
    assert isinstance(made, RawRecords)
    (raw,) = made.take(None)
    assert (raw.offset, raw.timestamp, raw.key, raw.value, list(raw.headers)) == (0, 1000, b"k", b"v0", [("h", b"1")])


@given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(0, 6), st.lists(st.integers(1, 9)))
def test_every_record_comes_once_however_it_is_cut(sizes: list[int], skipped: int, limits: list[int]) -> None:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    begin, end = min(skipped, sizes[0] - 1), sum(sizes)
    made = opened(*(record_batch(first, size) for first, size in zip(starts, sizes, strict=True)), begin=begin)
    answer, state = result(made, begin)
    got: list[int] = []
    for limit in [*limits, None]:
        if not answer.has_more():
            break
        taken = [raw.offset for raw in answer.getall(limit)]
        assert limit is None or len(taken) <= limit
        got += taken
        assert state.position == (got[-1] + 1 if got else begin)
    assert got == list(range(begin, end))
    assert not answer.has_more()
    assert state.position == end


def test_a_record_batch_may_be_taken_in_parts_and_begun_in_the_middle() -> None:
    made = opened(record_batch(10, 5), begin=11)
    assert [raw.offset for raw in made.take(1)] == [11]
    assert made.next_fetch_offset == 12
    assert [raw.offset for raw in made.take(2)] == [12, 13]
    assert [raw.offset for raw in made.take(None)] == [14]
    assert made.ended
    assert made.next_fetch_offset == 15


def test_what_was_sought_meanwhile_is_not_handed_out() -> None:
    answer, state = result(opened(record_batch(0, 6)))
    assert [raw.offset for raw in answer.getall(2)] == [0, 1]
    state.position = 5
    assert list(answer.getall(9)) == []
    assert state.position == 5


def test_an_aborted_transaction_is_passed_over_and_the_position_moves_behind_it() -> None:
    aborted = record_batch(0, 3, is_transactional=1, producer_id=7, producer_epoch=0)
    made = opened(aborted, record_batch(3, 2), aborted=[(7, 0)])
    assert [raw.offset for raw in made.take(None)] == [3, 4]
    answer, state = result(opened(aborted, aborted=[(7, 0)]))
    assert list(answer.getall(5)) == []
    assert state.position == 3


def test_bytes_that_do_not_match_their_checksum_are_an_error() -> None:
    broken = bytearray(record_batch(0, 3))
    broken[-3] ^= 1
    with pytest.raises(Exception, match="CRC"):
        opened(bytes(broken)).take(None)
