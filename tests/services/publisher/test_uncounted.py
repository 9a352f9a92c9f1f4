"""What the definition will not count is said to whoever publishes it."""

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.loading import parse
from schemas.definition.model import CloudEventsFormat, Source
from schemas.errors import PublishError
from schemas.events.publishing import Message
from services.publisher.lines import Faults
from services.publisher.table import Columns, read_table
from services.publisher.uncounted import Counted, Uncounted
from streams.plan import compile_plan
from tests.services.publisher.fakes import SOURCE

DEFINITION = """
company: Shop
time_zone: UTC
events: {topic: orders, keyed_by: user_id}
measures:
  orders:  {count: order_completed}
  revenue: {sum: order_completed.amount, unit: EUR}
  refunds: {sum: order_refunded.items.price, unit: EUR}
  unread:  {count: order_seen}
metrics:
  orders:  {measure: orders, window: lifetime}
  revenue: {measure: revenue, window: lifetime}
  refunds: {measure: refunds, window: lifetime}
north_star: {metric: orders}
"""
COUNTED = Counted.by(compile_plan(parse(DEFINITION)).sources["orders"])
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


def test_an_amount_that_is_text_is_told_where_the_type_sums_it() -> None:
    texts = [message(event="order_completed", amount="5"), message(event="order_refunded", amount="5")]
    numbers = [message(event="order_completed", amount=5), message(event="order_completed", amount=None)]
    assert told(*texts, *numbers) == [
        "1 with text as amount, where the definition reads a number: the worker refuses them"
    ]


def test_a_list_on_the_way_to_an_amount_and_what_is_no_event_are_passed_over() -> None:
    odd = [Message(None, value, (), "e") for value in (b"no JSON", b"[1]", b'{"event": 5}', b"{}")]
    listed = message(event="order_refunded", items=[{"price": "5"}])
    assert told(*odd, listed, message(event="x", items=[])) == ["1 of type x, which no measure counts"]


def test_the_type_of_a_cloud_event_is_its_attribute_and_amounts_stand_in_its_data() -> None:
    source = Source(name="o", topic="o", keyed_by="user_id", format=CloudEventsFormat())
    found = told(message(type="order_completed", data={"amount": "5"}), message(type="y"), source=source)
    assert [line.partition(",")[0] for line in found] == ["1 of type y", "1 with text as amount"]


def test_where_every_event_counts_nothing_is_told() -> None:
    assert told(message(event="anything"), counted=Counted()) == []


HEADER = "id,type,time,amount"


def rows(columns: Columns, type_: str = "order_completed") -> list[Message]:
    lines = [f"{HEADER}\n", f"e1,{type_},2027-03-28T14:30:00Z,5\n"]
    return list(read_table(lines, columns, SOURCE, Faults()))


def test_a_table_whose_amount_would_be_text_is_refused_before_anything_is_sent() -> None:
    sentence = "the definition reads amount as a number, and a table's cells are text: say --number amount"
    with pytest.raises(PublishError, match=sentence):
        rows(Columns(counted=COUNTED))
    with pytest.raises(PublishError, match=sentence):
        rows(Columns(counted=COUNTED, constants={"type": "order_completed"}))


def test_a_table_is_sent_whose_amount_is_a_number_or_of_a_type_that_sums_none() -> None:
    [sent] = rows(Columns(counted=COUNTED, numbers=frozenset({"amount"})))
    assert json.loads(sent.value)["amount"] == 5
    [sent] = rows(Columns(counted=COUNTED, constants={"type": "order_refunded"}))
    assert json.loads(sent.value)["amount"] == "5"
