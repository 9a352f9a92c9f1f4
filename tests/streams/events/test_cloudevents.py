"""CloudEvents 1.0: structured and binary mode say the same, also mixed in one batch."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from schemas.definition.model import CloudEventsFormat
from schemas.events.needs import EventNeeds, Needs, Raw, RawRecord, Reason
from streams.events.columns import column_of, rows_of
from streams.events.decoding import Decoded, Decoder

NEEDS = Needs(
    format=CloudEventsFormat(),
    every=EventNeeds(entities=frozenset({"subject"}), scalars=frozenset({"source"})),
    by_type={
        "order": EventNeeds(
            entities=frozenset({"items.sku"}), amounts={"amount": 2, "items.price": 2}, scalars=frozenset({"country"})
        )
    },
)
ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/shop",
    "type": "order",
    "time": "2026-03-01T00:00:00Z",
    "subject": "u1",
}
DATA: dict[str, Any] = {"amount": 12.5, "country": "NL", "items": [{"sku": "a", "price": 1}, {"sku": 7, "price": 0.5}]}
JSON_TYPE = ("content-type", b"application/json; charset=utf-8")
DECODER = Decoder(NEEDS)


def structured(data: Any = DATA, *, header: bool = True, **changes: Any) -> RawRecord:
    event = {key: value for key, value in (ENVELOPE | changes).items() if value is not ...} | {"data": data}
    headers = (("content-type", b"application/cloudevents+json; charset=UTF-8"),) if header else ()
    return RawRecord(0, 0, None, json.dumps(event).encode(), headers)


def binary(value: bytes | None, *more: tuple[str, bytes], **changes: Any) -> RawRecord:
    attributes = {key: text for key, text in (ENVELOPE | changes).items() if text is not ...}
    headers = tuple(
        (f"ce_{key}", text if isinstance(text, bytes) else str(text).encode()) for key, text in attributes.items()
    )
    return RawRecord(0, 0, None, value, headers + more)


def told(decoded: Decoded) -> list[Any]:
    columns = [decoded.entities["subject"].tolist(), decoded.columns["source"], decoded.columns["country"]]
    sku = DECODER.entity_within("items.sku")
    items = [[sku(row) for row in rows_of(value)] for value in decoded.columns["items."]]
    read = [(list(one), skus) for *one, skus in zip(*columns, items, strict=True)]
    amounts = {name: column.tolist() for name, column in decoded.amounts.items()}
    return [read, decoded.ids, decoded.types.tolist(), decoded.times.tolist(), amounts]


WHOLE = json.dumps(DATA).encode()


@pytest.mark.parametrize(
    "raw",
    [
        structured(),
        structured(header=False),
        structured(specversion="1.1"),
        structured()._replace(headers=(("content-type", b"Application/CloudEvents+JSON"),)),
        structured()._replace(headers=(("traceparent", b"\xff"),)),
        binary(WHOLE, JSON_TYPE),
        binary(WHOLE),
        binary(b" " + WHOLE + b"\n", ("content-type", b"application/vnd.shop+json")),
        binary(WHOLE, ("ce_other", b"x"), ("traceparent", b"\xff")),
    ],
)
def test_every_mode_says_the_same(raw: Raw) -> None:
    expected = [
        [(["u1", "/shop", "NL"], ["a", "7"])],
        ["5:/shop1"],
        ["order"],
        [1772323200000],
        {"amount": [1250], "items.price": [150]},
    ]
    assert told(DECODER.decode([raw])) == expected
    mixed = DECODER.decode([structured(), raw, structured(specversion="0.3"), binary(WHOLE)])
    assert mixed.index == [0, 1, 3]
    assert mixed.ids == ["5:/shop1"] * 3
    assert mixed.amounts["amount"].tolist() == [1250] * 3


@pytest.mark.parametrize(
    "raw",
    [
        structured(None),
        structured({}),
        structured()._replace(value=json.dumps(ENVELOPE | {"data_base64": "eyJhbW91bnQiOjF9"}).encode()),
        binary(None),
        binary(b""),
        binary(b"amount=12.50", ("content-type", b"application/x-www-form-urlencoded")),
        binary(b"\x00\xff", ("content-type", b"application/protobuf")),
        binary(b"null"),
    ],
)
def test_without_json_data_an_event_has_no_properties(raw: Raw) -> None:
    decoded = DECODER.decode([raw])
    assert not decoded.refused
    assert told(decoded)[0] == [(["u1", "/shop", UNSET], [])]
    assert {name: column.tolist() for name, column in decoded.amounts.items()} == {
        "amount": [None],
        "items.price": [None],
    }


def test_data_that_no_measure_of_the_type_needs_may_be_anything() -> None:
    decoded = DECODER.decode([structured([1, 2], type="view"), binary(b"[1, 2]", JSON_TYPE, type="view")])
    assert not decoded.refused


def test_a_subject_in_the_data_is_not_the_attribute() -> None:
    every = EventNeeds(
        entities=frozenset({"subject", "source"}),
        amounts={"source.fee": 0},
        scalars=frozenset({"subject.kind", "source.kind"}),
    )
    decoder = Decoder(Needs(format=CloudEventsFormat(), every=every, by_type={}))
    data: dict[str, dict[str, Any]] = {"subject": {"kind": "person"}, "source": {"kind": "web", "fee": 3}}
    decoded = decoder.decode([structured(data), structured(data, id="2", subject="u2")])
    assert decoded.entities["subject"].tolist() == ["u1", "u2"]
    assert decoded.amounts["source.fee"].tolist() == [3, 3]
    for name in ("subject.kind", "source.kind"):
        (of, _) = [decoder.within(name)(row) for value in decoded.columns[column_of(name)] for row in rows_of(value)]
        assert of == data[name.partition(".")[0]]["kind"]


def test_the_same_id_from_two_sources_is_two_events() -> None:
    ids = DECODER.decode([structured(), structured(source="/app"), binary(WHOLE, source="/app")]).ids
    assert ids == ["5:/shop1", "4:/app1", "4:/app1"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (structured(specversion="0.3"), "bad_envelope"),
        (structured(specversion=...), "bad_envelope"),
        (structured(specversion=1.0), "bad_envelope"),
        (structured(source=...), "bad_envelope"),
        (structured(source=""), "bad_envelope"),
        (structured(id=...), "no_id"),
        (structured(type=...), "no_type"),
        (structured(time=...), "no_time"),
        (structured(time="2026-03-01"), "bad_time"),
        (structured(subject=True), "wrong_type"),
        (structured("text"), "wrong_type"),
        (structured({"amount": "12.50"}), "wrong_type"),
        (structured({"amount": 1e300}), "bad_number"),
        (structured()._replace(value=None), "empty"),
        (structured(header=False)._replace(value=None), "empty"),
        (structured()._replace(value=b"[]"), "no_object"),
        (structured()._replace(headers=(("content-type", b"application/cloudevents-batch+json"),)), "bad_envelope"),
        (structured()._replace(headers=(("content-type", b"application/cloudevents+avro"),)), "bad_envelope"),
        (binary(WHOLE, specversion="0.3"), "bad_envelope"),
        (binary(WHOLE, specversion=...), "bad_envelope"),
        (binary(WHOLE, source=...), "bad_envelope"),
        (binary(WHOLE, id=...), "no_id"),
        (binary(WHOLE, id=""), "no_id"),
        (binary(WHOLE, type=...), "no_type"),
        (binary(WHOLE, time=...), "no_time"),
        (binary(WHOLE, time="soon"), "bad_time"),
        (binary(WHOLE, id=b"\xff"), "bad_bytes"),
        (binary(WHOLE[:-1]), "bad_json"),
        (binary(b'{},"id":"2","data":{}'), "bad_json"),
        (binary(b'{"country":"\xff"}'), "bad_bytes"),
        (binary(b"[" * 10_000), "bad_json"),
        (binary(b"[1]", JSON_TYPE), "wrong_type"),
        (binary(b'{"amount":"12.50"}'), "wrong_type"),
        (binary(b'{"amount":1e999}'), "bad_number"),
    ],
)
def test_what_is_no_cloudevent_is_refused_for_its_true_reason(raw: Raw, reason: Reason) -> None:
    decoded = DECODER.decode([structured(), raw, binary(WHOLE)])
    assert [(one.index, one.reason) for one in decoded.refused] == [(1, reason)]
    assert decoded.index == [0, 2]
    assert "12.50" not in decoded.refused[0].detail


NAMES = st.sampled_from(["ce_id", "ce_source", "ce_type", "ce_time", "ce_specversion", "ce_subject", "content-type"])
TEXTS = st.one_of(
    st.binary(max_size=8), st.sampled_from([b"1.0", b"application/cloudevents+json", b"2026-03-01T00:00:00Z"])
)
VALUES = st.one_of(st.none(), st.binary(), st.sampled_from([WHOLE, structured().value]))


@given(
    st.lists(
        st.builds(RawRecord, st.just(0), st.just(0), st.none(), VALUES, st.lists(st.tuples(NAMES, TEXTS)).map(tuple)),
        max_size=4,
    )
)
def test_any_headers_and_bytes_are_good_or_refused(raws: list[Raw]) -> None:
    decoded = DECODER.decode(raws)
    index = decoded.index if decoded.index is not None else list(range(len(raws)))
    assert sorted(index + [one.index for one in decoded.refused]) == list(range(len(raws)))
