"""What the worker will make of messages is told to whoever publishes them, as the worker judges it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.model import CloudEventsFormat, Source
from schemas.events.needs import RawRecord
from schemas.events.publishing import Message
from services.publisher.judging import AT_ONCE, Judge, Newest
from services.publisher.partitions import partition_of
from streams.events.admission import Admission
from streams.events.decoding import Decoder
from streams.plan import SourcePlan
from streams.state.port import NEVER, Standing
from tests.services.publisher.fakes import PLAN

NOW = round(datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp()) * 1000
HOUR, DAY = 3_600_000, 86_400_000
EMPTY = (NEVER,) * 4


def plan(**changed: object) -> SourcePlan:
    return PLAN._replace(source=msgspec.structs.replace(PLAN.source, **changed))


def message(time: object, *, key: bytes | None = b"u", number: int = 1, **properties: object) -> Message:
    event = {"event_id": f"e{number}", "event": "order_completed", "ts": time, "user_id": "u", **properties}
    return Message(key, json.dumps(event).encode(), (), f"e{number}")


def judged(messages: Sequence[Message], latest: Sequence[int] = EMPTY, of: SourcePlan = PLAN) -> Judge:
    judge = Judge(of, latest, lambda: NOW)
    assert tuple(judge.watch(messages)) == tuple(messages)
    return judge


def told(*times: object, of: SourcePlan = PLAN) -> list[str]:
    judge = judged([message(time) for time in times], of=of)
    return [*judge.told_refused(), *judge.told_late()]


def test_good_times_in_any_order_inside_the_lateness_say_nothing() -> None:
    assert told(NOW, NOW - 7 * DAY, "2027-03-01T13:00:00+00:00", NOW - 6 * DAY - 23 * HOUR) == []


def test_times_past_what_may_be_ahead_are_told_with_how_much_that_is() -> None:
    ahead = "with a time more than 1h ahead of now: the worker refuses them"
    assert told(NOW + HOUR + 1, "9999-12-31T23:59:59Z", NOW + HOUR) == [f"2 {ahead}"]
    assert told(NOW + 2 * HOUR, of=plan(ahead_ms=90 * 60_000)) == [f"1 {ahead.replace('1h', '90m')}"]


def test_a_time_that_is_ahead_makes_none_late() -> None:
    assert len(told("9999-12-31T23:59:59Z", NOW)) == 1


def test_times_older_than_the_lateness_before_one_of_their_partition_are_told() -> None:
    assert told(NOW, NOW - 7 * DAY - 1) == [
        "1 too late for the worker: more than 7d older than one of their partition before them; sort the file by time"
    ]
    assert told(NOW - 7 * DAY - 1, NOW) == []


def test_what_lies_in_another_partition_makes_none_late() -> None:
    keys = {partition_of(message(NOW, key=key), 4): key for key in (b"%d" % number for number in range(100))}
    assert not judged([message(NOW, key=keys[0]), message(NOW - 8 * DAY, key=keys[1])]).late
    latest = [NEVER, NOW, NEVER, NEVER]
    past = [message(NOW - 30 * DAY + number, key=keys[number % 4]) for number in range(40)]
    assert (judged(past, latest).late.of_topic, judged(past, latest).late.of_others) == (10, 0)


def test_a_past_after_live_events_is_told_as_that_and_not_as_disorder() -> None:
    judge = judged([message(NOW - 30 * DAY), message(NOW - 20 * DAY)], [NOW] * 4)
    [line] = judge.told_late()
    assert line == (
        "2 too late for the worker: orders holds events of their partition that are more than 7d younger; "
        "publish the past first into a topic that is empty, or give the source a longer lateness"
    )


def test_an_event_without_key_is_judged_where_its_id_puts_it() -> None:
    lonely = message(NOW - 30 * DAY, key=None, number=7)
    latest = [NOW if number == partition_of(lonely, 4) else NEVER for number in range(4)]
    assert judged([lonely], latest).late.of_topic == 1


@pytest.mark.parametrize("time", [None, True, 1.5, "yesterday", "2027-03-01T12:00:00", -1, [], 253_402_300_800_000])
def test_what_is_no_time_is_told_with_its_event(time: object) -> None:
    counted, named = told(time)
    assert counted.startswith("1 that the worker refuses: ")
    assert named.startswith("  event e1: ")


def test_text_where_a_number_is_read_is_told_and_only_of_types_that_sum_it() -> None:
    judge = judged([message(NOW, amount="5"), message(NOW, amount="5", event="order_refunded"), message(NOW, amount=5)])
    assert list(judge.told_refused()) == [
        "1 that the worker refuses: wrong_type",
        "  event e1: amount: a number is wanted, not text",
    ]


def test_no_more_than_the_first_few_are_named_and_nothing_that_moves_a_cursor() -> None:
    lines = list(judged([message(None, number=number) for number in range(1_500)]).told_refused())
    assert lines[0] == "1,500 that the worker refuses: no_time"
    assert len(lines) == 6
    odd = Message(b"u", b'{"event":"order_completed","ts":null}', (), "\x1b[2J")
    assert "\x1b" not in "".join(judged([odd]).told_refused())


def test_the_time_stands_where_the_format_has_it() -> None:
    source: Source = msgspec.structs.replace(PLAN.source, format=CloudEventsFormat())
    cloud = PLAN._replace(source=source, needs=msgspec.structs.replace(PLAN.needs, format=CloudEventsFormat()))
    event = {"specversion": "1.0", "id": "e", "source": "s", "type": "x", "time": "2027-03-02T12:00:00Z"}
    judge = judged([Message(b"u", json.dumps(event).encode(), (), "e")], of=cloud)
    assert judge.ahead == 1


def test_whole_numbers_that_are_epoch_seconds_are_told_and_text_of_those_days_is_not() -> None:
    seconds = [message(NOW // 1000), message(99_999_999_999)]
    assert list(judged([*seconds, message(100_000_000_000), message("1970-02-01T00:00:00Z")]).told_seconds()) == [
        "2 with a whole number as time that lies before March 1973: seconds? Whole numbers are milliseconds"
    ]


TIMES = st.integers(NOW - 30 * DAY, NOW + 2 * HOUR)


@given(st.lists(st.tuples(TIMES, st.integers(0, 9)), max_size=60), st.lists(TIMES, max_size=4), st.integers(1, 20))
def test_as_many_are_late_as_the_worker_finds_late(
    sent: list[tuple[int, int]], before: list[int], at_once: int
) -> None:
    held = [message(time, key=b"%d" % number, number=number) for number, time in enumerate(before)]
    new = [message(time, key=b"%d" % key, number=100 + number) for number, (time, key) in enumerate(sent)]
    late, latest = 0, []
    for partition in range(4):
        log, own = ([one for one in all_ if partition_of(one, 4) == partition] for all_ in (held, new))
        raws = [RawRecord(offset, NOW, one.key, one.value) for offset, one in enumerate([*log, *own])]
        latest.append(Newest(PLAN).of(raws[: len(log)]))
        decoder, admission, standing = Decoder(PLAN.needs), Admission(PLAN.source, {}), Standing(position=0)
        first = admission.admit(raws[: len(log)], decoder.decode(raws[: len(log)]), standing, len(log))
        for begin in range(len(log), len(raws), at_once):
            some = raws[begin : min(begin + at_once, len(raws))]
            first = admission.admit(some, decoder.decode(some), first.standing, begin + len(some))
            late += first.outcomes["late"]
    judge = judged(new, latest)
    assert judge.late.of_topic + judge.late.of_others == late


def test_more_than_are_judged_at_once_are_judged_alike() -> None:
    many = [message(NOW - 8 * DAY * (number % 2), number=number) for number in range(2 * AT_ONCE + 3)]
    assert judged(many).late.of_others == AT_ONCE + 1


def test_the_newest_of_records_is_what_the_worker_would_have_taken() -> None:
    raws = [
        RawRecord(0, NOW, b"u", message(NOW - DAY).value),
        RawRecord(1, NOW, b"u", message(NOW + 2 * HOUR).value),
        RawRecord(2, NOW, b"u", b"no JSON"),
        RawRecord(3, NOW, b"u", None),
        RawRecord(4, NOW, b"u", message(NOW - 2 * DAY).value),
    ]
    assert Newest(PLAN).of(raws) == NOW - DAY
    assert Newest(PLAN).of(raws[1:4]) == NEVER
    assert np.iinfo(np.int64).min < NEVER - PLAN.source.lateness_ms
