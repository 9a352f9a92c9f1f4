"""Every way to break an event has its true reason, and says nothing of what the event held."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.model import FlatFormat
from schemas.errors import DefinitionError
from schemas.events.needs import EventNeeds, Needs, RawRecord, Reason, Refused
from streams.events.decoding import Decoded, Decoder

NEEDS = Needs(
    format=FlatFormat(),
    every=EventNeeds(entities=frozenset({"user_id"})),
    by_type={
        "order": EventNeeds(
            entities=frozenset({"items.sku"}),
            amounts={"amount": 2, "items.price": 2},
            scalars=frozenset({"country", "address.city", "items.qty"}),
        ),
    },
)
GOOD: dict[str, Any] = {"event_id": "a", "event": "order", "time": "2026-03-01T00:00:00Z", "user_id": "u"}
DECODER = Decoder(NEEDS)
CONTENT = "hunter2"


def decode(*values: bytes | None) -> Decoded:
    return DECODER.decode([RawRecord(i, 0, None, value, ()) for i, value in enumerate(values)])


def with_(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def text(**changes: str) -> bytes:
    """As ``with_``, the values being JSON, or what is to be taken for it."""
    fields = {key: json.dumps(value) for key, value in GOOD.items()} | changes
    return ("{" + ",".join(f'"{key}":{value}' for key, value in fields.items()) + "}").encode()


def without(key: str) -> bytes:
    return json.dumps({name: value for name, value in GOOD.items() if name != key}).encode()


BROKEN: list[tuple[str, bytes | None, Reason]] = [
    ("a tombstone", None, "empty"),
    ("no bytes", b"", "empty"),
    ("white space", b" \n", "bad_json"),
    ("no UTF-8 in a text", text(user_id='"x').replace(b'"x', b'"\xff"'), "bad_bytes"),
    ("UTF-16", with_().decode().encode("utf-16"), "bad_bytes"),
    ("Latin-1", '{"user_id": "Zoë"}'.encode("latin-1"), "bad_bytes"),
    ("a byte order mark", b"\xef\xbb\xbf" + with_(), "bad_json"),
    ("cut off", with_()[:-1], "bad_json"),
    ("trailing garbage", with_() + b" hunter2", "bad_json"),
    ("a zero byte after it", with_() + b"\x00", "bad_json"),
    ("two objects", with_() + with_(), "bad_json"),
    ("two objects on two lines", with_() + b"\n" + with_(), "bad_json"),
    ("single quotes", b"{'event_id': 'hunter2'}", "bad_json"),
    ("a trailing comma", with_()[:-1] + b",}", "bad_json"),
    ("a lone surrogate", text(user_id='"\\ud800hunter2"'), "bad_json"),
    ("a control character", text(user_id='"a\nb"'), "bad_json"),
    ("NaN", text(amount="NaN"), "bad_json"),
    ("Infinity", text(amount="-Infinity"), "bad_json"),
    ("a number with a leading zero", text(amount="01"), "bad_json"),
    ("nested 10,000 deep", text(other="[" * 10_000 + "]" * 10_000), "bad_json"),
    ("10,000 brackets", b"[" * 10_000, "bad_json"),
    ("an array", b"[" + with_() + b"]", "no_object"),
    ("a number", b"5", "no_object"),
    ("a text", b'"hunter2"', "no_object"),
    ("null", b"null", "no_object"),
    ("no id", without("event_id"), "no_id"),
    ("id null", with_(event_id=None), "no_id"),
    ("id empty", with_(event_id=""), "no_id"),
    ("id an object", with_(event_id={"a": CONTENT}), "wrong_type"),
    ("id a fraction", with_(event_id=1.5), "wrong_type"),
    ("id a boolean", with_(event_id=True), "wrong_type"),
    ("id longer than a number may be", text(event_id="1" * 5000), "wrong_type"),
    ("no type", without("event"), "no_type"),
    ("type null", with_(event=None), "no_type"),
    ("type empty", with_(event=""), "no_type"),
    ("type a number", with_(event=5), "wrong_type"),
    ("type a list", with_(event=["order"]), "wrong_type"),
    ("no time", without("time"), "no_time"),
    ("time null", with_(time=None), "no_time"),
    ("time empty", with_(time=""), "no_time"),
    ("time a fraction", with_(time=1772323200000.5), "bad_time"),
    ("time with an exponent", text(time="1e12"), "bad_time"),
    ("time a boolean", with_(time=True), "bad_time"),
    ("time an object", with_(time={"$date": CONTENT}), "bad_time"),
    ("time without offset", with_(time="2026-03-01T00:00:00"), "bad_time"),
    ("time a date", with_(time="2026-03-01"), "bad_time"),
    ("30 February", with_(time="2026-02-30T00:00:00Z"), "bad_time"),
    ("a leap second", with_(time="2026-06-30T23:59:60Z"), "bad_time"),
    ("year 10000", with_(time="10000-01-01T00:00:00Z"), "bad_time"),
    ("time in nanoseconds", with_(time=1772323200000000000), "bad_time"),
    ("time a huge number", text(time="1" * 5000), "bad_time"),
    ("before 1970", with_(time="1969-12-31T23:59:59Z"), "absurd_time"),
    ("a negative time", with_(time=-1), "absurd_time"),
    ("an entity that is a boolean", with_(user_id=True), "wrong_type"),
    ("an entity that is a fraction", with_(user_id=1.5), "wrong_type"),
    ("an entity that is an object", with_(user_id={"id": CONTENT}), "wrong_type"),
    ("an entity longer than a number may be", text(user_id="1" * 5000), "bad_number"),
    ("an amount that is a text", with_(amount=CONTENT), "wrong_type"),
    ("an amount that is a number in quotes", with_(amount="12.50"), "wrong_type"),
    ("an amount that is a boolean", with_(amount=True), "wrong_type"),
    ("an amount that is not finite", text(amount="1e999"), "bad_number"),
    ("an amount with a giant exponent", text(amount="1e99999999999999999999"), "bad_number"),
    ("an amount of 5000 digits", text(amount="9" * 5000), "bad_number"),
    ("an amount too big once scaled", text(amount="90071992547409.92"), "bad_number"),
    ("a dimension that is a list", with_(country=[CONTENT]), "wrong_type"),
    ("a dimension that is not finite", text(country="1e999"), "bad_number"),
    ("a nested object that is a text", with_(address=CONTENT), "wrong_type"),
    ("a nested value of another type", with_(address={"city": {"name": CONTENT}}), "wrong_type"),
    ("items that are a number", with_(items=5), "wrong_type"),
    ("an item that is a text", with_(items=[{"sku": "a"}, CONTENT]), "wrong_type"),
    ("an item's amount that is a text", with_(items=[{"sku": "a", "price": CONTENT}]), "wrong_type"),
    ("items that add up to too much", with_(items=[{"price": 6e13}, {"price": 6e13}]), "bad_number"),
    ("one amount of an item too big", with_(items=[{"price": 1e14}, {"price": -1e14}]), "bad_number"),
]
VALUES = [value for _, value, _ in BROKEN]
REASONS = [reason for _, _, reason in BROKEN]


@pytest.mark.parametrize(
    ("value", "reason"), list(zip(VALUES, REASONS, strict=True)), ids=[name for name, _, _ in BROKEN]
)
def test_a_broken_event_is_refused_for_its_true_reason_and_alone(value: bytes | None, reason: Reason) -> None:
    decoded = decode(with_(event_id="before"), value, with_(event_id="after"))
    assert [(refused.index, refused.reason) for refused in decoded.refused] == [(1, reason)]
    assert decoded.ids == ["before", "after"]
    assert decoded.index == [0, 2]
    assert len(decoded.types.codes) == len(decoded.times) == len(decoded.amounts["amount"].units) == 2


def test_a_detail_tells_people_what_is_wrong_and_nothing_the_event_held() -> None:
    refused = decode(*VALUES).refused
    assert [one.reason for one in refused] == REASONS
    for one in refused:
        assert one.detail
        assert len(one.detail) < 200
        assert CONTENT not in one.detail
        assert "99999" not in one.detail


@pytest.mark.parametrize(
    "value",
    [
        with_(event="page_viewed", amount="n/a", items=5, country=[1]),
        with_(other="x" * 5_000_000),
        text(other='{"a":[1e999, true, null, "\\u00e9"]}'),
        with_(amount=None, items=None, address=None, country=None, user_id=None),
        with_(items=[None, {"sku": None}]),
        text(amount='1,"amount":2'),
        b" \r\n\t" + json.dumps(GOOD, indent=2).encode() + b"\n",
        with_(event_id=5, user_id=7, time=1),
        text(user_id='"\\ud83d\\ude00"'),
        with_(user_id=""),
    ],
    ids=lambda value: value[:60].decode(),
)
def test_what_no_measure_of_its_type_needs_refuses_no_event(value: bytes) -> None:
    assert not decode(value).refused
    assert decode(value, b"", with_()).ids[1] == "a"


@pytest.mark.parametrize(
    "values",
    [
        (with_() + with_(), b" "),
        (with_() + with_(), b""),
        (with_() + b" " + with_(), None),
        (with_()[:-1], b"}", with_() + with_()),
        (b'{"other":' + with_(), b"}" + with_()),
        (b'{"other":' + with_(), b"{}}", with_() + with_()),
        (with_() + b"\n" + with_(), with_()[:-5], with_()),
    ],
)
def test_one_broken_event_never_makes_another_whole(values: tuple[bytes | None, ...]) -> None:
    good = [value == with_() for value in values]
    decoded = decode(*values)
    assert len(decoded.times) == sum(good)
    assert [refused.index for refused in decoded.refused] == [i for i, one in enumerate(good) if not one]


PIECES = st.sampled_from(
    [with_(), b"{", b"}", b"\n", b",", b'"', b"[", b"1e999", b'"event":', b"\xff", b"\\u", b" ", b"5"]
)
VALUE = st.one_of(st.binary(), st.none(), st.lists(PIECES).map(b"".join), st.sampled_from(VALUES))


@given(st.lists(VALUE, max_size=6))
def test_any_bytes_are_good_or_refused_each_as_it_would_be_alone(values: list[bytes | None]) -> None:
    decoded = decode(*values)
    alone = [decode(value) for value in values]
    refused = [Refused(i, one.refused[0].reason, one.refused[0].detail) for i, one in enumerate(alone) if one.refused]
    assert decoded.refused == refused
    assert decoded.ids == [id_ for one in alone for id_ in one.ids]
    index = decoded.index if decoded.index is not None else list(range(len(values)))
    assert sorted(index + [one.index for one in refused]) == list(range(len(values)))
    assert (decoded.index is None) == (not refused)


@pytest.mark.parametrize(
    "needs",
    [
        EventNeeds(scalars=frozenset({"a", "a.b"})),
        EventNeeds(amounts={"event": 2}),
        EventNeeds(entities=frozenset({"time.zone"})),
    ],
)
def test_needs_that_contradict_each_other_are_told_when_the_decoder_is_made(needs: EventNeeds) -> None:
    with pytest.raises(DefinitionError):
        Decoder(Needs(format=FlatFormat(), every=needs))


def test_one_amount_of_one_event_has_one_number_of_decimals() -> None:
    every, order = EventNeeds(amounts={"amount": 2}), EventNeeds(amounts={"amount": 3})
    with pytest.raises(DefinitionError, match="amount"):
        Decoder(Needs(format=FlatFormat(), every=every, by_type={"order": order}))
