"""What the definition will not count is said to whoever publishes it."""

import json
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.model import CloudEventsFormat, Source
from schemas.events.publishing import Message
from services.publisher.uncounted import Counted, Uncounted
from tests.services.publisher.fakes import PLAN, SOURCE

COUNTED = Counted.by(PLAN)
TYPES = ("order_completed", "order_refunded", "order_seen", "order_complete", "x")


def message(**properties: object) -> Message:
    return Message(None, json.dumps(properties).encode(), (), "e")


def told(*messages: Message, source: Source = SOURCE, counted: Counted = COUNTED) -> list[str]:
    uncounted = Uncounted(source, counted)
    assert tuple(uncounted.watch(messages)) == messages
    return list(uncounted.told())


@given(st.lists(st.sampled_from(TYPES)))
def test_as_many_are_told_as_are_of_a_type_that_nothing_counts(types: list[str]) -> None:
    lines = told(*(message(event=type_) for type_ in types))
    assert sum(int(line.split()[0]) for line in lines) == sum(type_ not in TYPES[:2] for type_ in types)


def test_a_misspelt_type_is_told_with_the_nearest_right_word() -> None:
    assert told(message(event="order_complete"), message(event="x"), message(event="order_complete")) == [
        "2 of type order_complete, which no measure counts; did you mean order_completed?",
        "1 of type x, which no measure counts",
    ]


def test_types_beyond_the_first_few_are_told_as_one_number() -> None:
    lines = told(*(message(event="".join(pair)) for pair in combinations("abcde", 2)))
    assert len(lines) == 6
    assert lines[-1] == "5 of other types that no measure counts"


def test_what_is_no_event_is_passed_over() -> None:
    odd = [Message(None, value, (), "e") for value in (b"no JSON", b"[1]", b'{"event": 5}', b"{}")]
    assert told(*odd, message(event="x")) == ["1 of type x, which no measure counts"]


def test_the_type_of_a_cloud_event_is_its_attribute() -> None:
    source = Source(name="o", topic="o", keyed_by="user_id", format=CloudEventsFormat())
    assert told(message(type="order_completed"), message(type="y"), source=source) == [
        "1 of type y, which no measure counts"
    ]


def test_where_every_event_counts_nothing_is_told() -> None:
    assert told(message(event="anything"), counted=Counted()) == []
