import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from schemas.definition.model import CloudEventsFormat, FlatFormat, Source
from schemas.errors import NotAcknowledged, PublishError
from services.publisher.lines import BadLine, Faults, WireForm, read_lines
from services.publisher.producer import PublisherLimits
from services.publisher.sending import publish_lines
from services.publisher.shift import shifted, span_to
from services.publisher.sizes import LARGEST
from tests.services.publisher.fakes import SOURCE, FakeProducer, publisher_over

GOOD = b'{ "event_id":"e1", "user_id" : "u1","amount": 1.10 }'
GUEST = b'{"event_id":"e2","user_id":null}'
BAD = [b"no JSON", b"[1]", b'"text"', b'{"user_id":1.5}', b'{"user_id":["u"]}', b'{"user_id":']


def test_a_line_is_sent_byte_for_byte_under_its_key() -> None:
    [message] = read_lines([GOOD + b"\r\n"], WireForm(SOURCE), Faults())
    assert (message.key, message.value, message.headers, message.id) == (b"u1", GOOD, (), "e1")


@pytest.mark.parametrize("line", [GUEST, b'{"event_id":"e2"}', b'{"event_id":"e2","user_id":""}'])
def test_a_line_of_a_guest_has_no_key(line: bytes) -> None:
    faults = Faults()
    [message] = read_lines([line], WireForm(SOURCE), faults)
    assert (message.key, message.id, faults.count) == (None, "e2", 0)


def test_paths_of_id_and_key_may_share_parents() -> None:
    form = FlatFormat(id="meta.id", places={"user_id": "meta.user.id"})
    wire = WireForm(Source(name="o", topic="o", keyed_by="user_id", format=form))
    [message] = read_lines([b'{"meta":{"id":"e1","user":{"id":12}}}'], wire, Faults())
    assert (message.key, message.id) == (b"12", "e1")
    faults = Faults()
    assert list(read_lines([b'{"meta":{"user":"text"}}'], wire, faults)) == []
    assert faults.first[0].reason == "no JSON object, or none at the parents of meta.user.id"


@pytest.mark.parametrize(
    ("keyed_by", "line"),
    [("user_id", b'{"id":"e1","data":{"user_id":"u1"}}'), ("subject", b'{"id":"e1","subject":"u1","data":{}}')],
)
def test_a_cloud_event_is_keyed_from_its_data_or_its_attribute(keyed_by: str, line: bytes) -> None:
    wire = WireForm(Source(name="o", topic="o", keyed_by=keyed_by, format=CloudEventsFormat()))
    [message] = read_lines([line], wire, Faults())
    assert message.key == b"u1"
    assert message.headers == (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


def test_bad_lines_are_left_out_counted_and_the_first_five_named_by_number() -> None:
    faults = Faults()
    messages = list(read_lines([GOOD, b"", *BAD, GOOD], WireForm(SOURCE), faults))
    assert [message.value for message in messages] == [GOOD, GOOD]
    assert faults.count == 6
    assert [bad.number for bad in faults.first] == [3, 4, 5, 6, 7]
    assert faults.first[3].reason == "user_id is neither text nor a whole number"


@pytest.mark.parametrize(
    ("bad", "last"),
    [
        (5, "line 5: no JSON"),
        (6, "and 1 line more that is no event"),
        (1_239, "and 1,234 lines more that are no events"),
    ],
)
def test_bad_lines_beyond_the_first_five_are_told_as_one_number(bad: int, last: str) -> None:
    faults = Faults()
    assert list(read_lines([b"no JSON"] * bad, WireForm(SOURCE), faults)) == []
    assert list(faults.told())[-1] == last


def test_bad_lines_are_sent_as_they_are_where_asked_for() -> None:
    faults = Faults()
    messages = list(read_lines(BAD, WireForm(SOURCE), faults, send_invalid=True))
    assert [message.value for message in messages] == BAD
    assert all(message.key is None for message in messages)
    assert faults.count == len(BAD)


def test_a_line_that_kafka_does_not_take_is_named_and_left_out_for_it_would_end_the_sending() -> None:
    room = LARGEST - len(b'{"user_id":"u","x":""}')
    of_sizes = [b'{"user_id":"u","x":"%s"}' % (b"x" * size) for size in (room - 200, room, 5 * room)]
    lines = [*of_sizes, b"no JSON" * LARGEST]
    for send_invalid in (False, True):
        faults = Faults()
        messages = list(read_lines(lines, WireForm(SOURCE), faults, send_invalid=send_invalid))
        assert [message.value for message in messages] == of_sizes[:1]
        assert [bad.number for bad in faults.first] == [2, 3, 4]
        assert faults.first[0].reason == "it is larger than Kafka takes: 1,048,576 bytes with its key"


NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def test_times_move_so_that_the_last_is_now_and_nothing_else_changes() -> None:
    lines = [
        b'{"id": "a", "meta": {"ts": "1997-01-01T00:00:00Z", "price": 1.10}, "n": 10000000000000000000001}',
        b'{"id":"b","meta":{"ts":"1997-01-02T01:00:00+01:00"}}',
        b'{"id":"c","meta":{"ts":852076800000}}',
    ]
    span = span_to(NOW, lines, "meta.ts")
    moved = list(shifted(lines, "meta.ts", span))
    assert b"1.10" in moved[0]
    assert b"10000000000000000000001" in moved[0]
    times = [json.loads(line)["meta"]["ts"] for line in moved]
    assert datetime.fromisoformat(times[1]) == NOW
    assert times[1].endswith("+01:00")
    assert NOW - datetime.fromisoformat(times[0]) == timedelta(days=1)
    assert times[2] == (NOW - timedelta(days=1)).timestamp() * 1000


def test_lines_without_time_stay_as_they_are_when_the_others_move() -> None:
    lines = [b"no JSON", b'{"ts":"someday"}', b'{"ts":"1997-01-01T00:00:00"}', b"{}"]
    assert list(shifted(lines, "ts", timedelta(days=1))) == lines
    with pytest.raises(PublishError, match="no line has a time with offset at ts"):
        span_to(NOW, lines, "ts")


def test_publishing_lines_waits_where_the_library_says_no() -> None:
    producer = FakeProducer()
    publisher = publisher_over(producer, PublisherLimits(events=2))
    told: list[int] = []
    with producer.acknowledging():
        published = publish_lines([GOOD, GUEST, *BAD, GOOD, GOOD, GOOD], publisher, progress=told.append)
    assert (published.count, published.keyless, published.bad) == (5, 1, 6)
    assert [bad.number for bad in published.first_bad] == [3, 4, 5, 6, 7]
    assert [sent.value for sent in producer.sent] == [GOOD, GUEST, GOOD, GOOD, GOOD]
    assert told[-1] == 5


def test_publishing_stops_soon_after_an_event_failed() -> None:
    producer = FakeProducer()

    def lines() -> Iterator[bytes]:
        yield from [GOOD] * 10
        producer.fail(10, "not authorized")
        producer.acknowledges = True
        yield GOOD
        raise AssertionError("a line was asked for after a failure was known")

    with pytest.raises(NotAcknowledged, match=r"10 events .*not authorized"):
        publish_lines(lines(), publisher_over(producer))


def test_a_rate_is_kept() -> None:
    producer = FakeProducer()
    producer.acknowledges = True
    published = publish_lines([GOOD] * 11, publisher_over(producer), rate=100)
    assert 0.1 <= published.seconds < 1


DEEP = b'{"event_id":"e","user_id":"u","x":' + b"[" * 100_000


@pytest.mark.parametrize("line", [DEEP, b'{"user_id":' + b"[" * 100_000, b'{"x":' * 100_000])
def test_a_line_nested_too_deeply_is_bad_and_stops_nothing(line: bytes) -> None:
    faults = Faults()
    assert [one.id for one in read_lines([line, GOOD], WireForm(SOURCE), faults)] == ["e1"]
    assert faults.first == [BadLine(1, "no JSON")]
    assert list(shifted([line], "ts", timedelta(days=1))) == [line]


def test_text_that_is_no_utf_8_is_told_in_words() -> None:
    faults = Faults()
    assert list(read_lines([b'{"event_id":"e","user_id":"\xe9"}'], WireForm(SOURCE), faults)) == []
    assert faults.first == [BadLine(1, "no UTF-8 text")]


@pytest.mark.parametrize("time", [b"9" * 22, b"253402300799000", b'"9999-12-31T23:59:59Z"'])
def test_times_that_cannot_move_as_far_stay_where_they_are(time: bytes) -> None:
    line = b'{"ts":' + time + b"}"
    assert list(shifted([line], "ts", timedelta(days=3_000))) == [line]
    past = b'{"ts":"1997-01-02T00:00:00Z"}'
    assert span_to(NOW, [b'{"ts":' + b"9" * 22 + b"}", past], "ts") == span_to(NOW, [past], "ts")
