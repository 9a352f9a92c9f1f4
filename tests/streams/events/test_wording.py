"""Why a property is refused, as people read it in the dead-letter topic."""

import json

import pytest

from schemas.definition.model import FlatFormat
from schemas.events.needs import EventNeeds, Needs, RawRecord
from streams.events.decoding import Decoder
from streams.events.wording import worded

NEEDS = Needs(
    format=FlatFormat(places={"city": "address.city"}),
    every=EventNeeds(
        entities=frozenset({"user_id"}),
        amounts={"amount": 2, "items.price": 2},
        scalars=frozenset({"country", "items.qty", "city"}),
    ),
)
GOOD = {"event_id": "a", "event": "order", "time": "2026-03-01T00:00:00Z"}
DECODER = Decoder(NEEDS)


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"amount": "12.50"}, "amount: a number is wanted, not text"),
        ({"amount": True}, "amount: a number is wanted, not true or false"),
        ({"amount": [1]}, "amount: a number is wanted, not a list"),
        ({"user_id": {"id": 1}}, "user_id: a whole number or text is wanted, not an object"),
        ({"user_id": 1.5}, "user_id: a whole number or text is wanted, not a fraction"),
        ({"country": []}, "country: true or false, a number or text is wanted, not a list"),
        ({"address": "Ede"}, "address: an object is wanted, not text"),
        ({"items": [{}, {"price": "5"}]}, "items[1].price: a number is wanted, not text"),
        ({"items": 5}, "items: an object or a list is wanted, not a whole number"),
    ],
)
def test_the_property_is_named_with_what_is_wanted_and_what_came(wrong: dict[str, object], detail: str) -> None:
    [refused] = DECODER.decode([RawRecord(0, 0, None, json.dumps(GOOD | wrong).encode(), ())]).refused
    assert refused.detail == detail


def test_a_number_too_large_for_any_use_is_out_of_range() -> None:
    value = json.dumps(GOOD | {"amount": 0}).replace(": 0}", ": 1e999}").encode()
    [refused] = DECODER.decode([RawRecord(0, 0, None, value, ())]).refused
    assert (refused.reason, refused.detail) == ("bad_number", "amount: a number out of range")


@pytest.mark.parametrize("told", ["", "Expected `uuid`, got `str`", "JSON is malformed: trailing comma (byte 5)"])
def test_what_we_have_no_words_for_is_left_as_it_was_told(told: str) -> None:
    assert worded(told) == told
