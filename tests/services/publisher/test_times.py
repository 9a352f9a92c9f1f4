"""Times that the worker will not take are told to whoever publishes them."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from schemas.definition.model import CloudEventsFormat, Source
from schemas.events.publishing import Message
from services.publisher.times import Times
from tests.services.publisher.fakes import SOURCE

NOW = round(datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp()) * 1000
HOUR, DAY = 3_600_000, 86_400_000


def message(value: object) -> Message:
    return Message(None, json.dumps(value).encode(), (), "e")


def told(*times: object, source: Source = SOURCE) -> list[str]:
    cloud = isinstance(source.format, CloudEventsFormat)
    messages = tuple(message({"time" if cloud else "ts": time}) for time in times)
    seen = Times(source, lambda: NOW)
    assert tuple(seen.watch(messages)) == messages
    return list(seen.told())


def test_good_times_in_any_order_inside_the_lateness_say_nothing() -> None:
    assert told(NOW, NOW - 7 * DAY, "2027-03-01T13:00:00+00:00", NOW - 6 * DAY - 23 * HOUR) == []


def test_times_past_what_may_be_ahead_are_told_with_how_much_that_is() -> None:
    ahead = "with a time more than 1h ahead of now: the worker refuses them"
    assert told(NOW + HOUR + 1, "9999-12-31T23:59:59Z", NOW + HOUR) == [f"2 {ahead}"]
    generous = msgspec.structs.replace(SOURCE, ahead_ms=90 * 60_000)
    assert told(NOW + 2 * HOUR, source=generous) == [f"1 {ahead.replace('1h', '90m')}"]


def test_a_time_that_is_ahead_makes_none_late() -> None:
    assert len(told("9999-12-31T23:59:59Z", NOW)) == 1


def test_times_older_than_the_lateness_before_one_sent_before_are_told() -> None:
    late = (
        "1 more than 7d older than one sent before: too late for the worker, where both are of one partition; "
        "sort the file by time"
    )
    assert told(NOW, NOW - 7 * DAY - 1) == [late]
    assert told(NOW - 7 * DAY - 1, NOW) == []


@pytest.mark.parametrize("time", [None, True, 1.5, "yesterday", "2027-03-01T12:00:00", -1, [], 253_402_300_800_000])
def test_what_is_no_time_is_told(time: object) -> None:
    assert told(time) == ["1 without a time that the worker takes: it refuses them"]


def test_the_time_stands_where_the_format_has_it_and_what_is_no_object_is_passed_over() -> None:
    cloud = msgspec.structs.replace(SOURCE, format=CloudEventsFormat())
    assert told(NOW + DAY, source=cloud)[0].startswith("1 with a time")
    seen = Times(SOURCE, lambda: NOW)
    assert len(list(seen.watch([message([]), Message(None, b"no JSON", (), "e")]))) == 2
    assert list(seen.told()) == []
