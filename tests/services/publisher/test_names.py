"""The names of a table are held against the definition before any of its rows is read."""

import json

import pytest

from schemas.errors import PublishError
from schemas.events.publishing import Message
from services.publisher.lines import Faults
from services.publisher.names import Columns
from services.publisher.table import read_table
from services.publisher.uncounted import Counted
from tests.services.publisher.fakes import PLAN, SOURCE

COUNTED = Counted.by(PLAN)
HEADER = "id,type,time,user_id,amount,Stadt"


def rows(*, type_: str = "order_completed", header: str = HEADER, **given: object) -> list[Message]:
    lines = [f"{header}\n", f"e1,{type_},2027-03-28T14:30:00Z,u1,5,Bonn\n"]
    return list(read_table(lines, Columns(counted=COUNTED, **given), SOURCE, Faults()))  # type: ignore[arg-type]


NUMBERS = frozenset({"amount"})
COMPLETED = {"type": "order_completed"}


def test_an_amount_that_would_be_text_is_refused() -> None:
    sentence = "the definition reads amount as a number, and a table's cells are text: say --number amount"
    with pytest.raises(PublishError, match=sentence):
        rows()
    with pytest.raises(PublishError, match=sentence):
        rows(constants=COMPLETED)
    with pytest.raises(PublishError, match=sentence):
        rows(header=HEADER.replace("amount", "note"), constants={"amount": "5"})


def test_a_table_is_read_whose_amount_is_a_number_or_of_a_type_that_sums_none() -> None:
    [sent] = rows(numbers=NUMBERS)
    assert json.loads(sent.value)["amount"] == 5
    [sent] = rows(constants={"type": "order_refunded"})
    assert json.loads(sent.value)["amount"] == "5"


def test_a_number_that_is_the_same_in_every_event_is_a_number() -> None:
    [sent] = rows(numbers=NUMBERS, constants={"amount": "1.50"})
    assert b'"amount":1.50' in sent.value
    with pytest.raises(PublishError, match="--set amount=much: amount is no number"):
        rows(numbers=NUMBERS, constants={"amount": "much"})


def test_a_name_that_nobody_reads_is_refused_where_one_that_is_read_is_missing() -> None:
    sentence = (
        r'the definition reads no citi, and the table has no city, which it reads; did you mean "city"\? '
        r"\(--allow unread goes on all the same\)"
    )
    with pytest.raises(PublishError, match=sentence):
        rows(numbers=NUMBERS, constants=COMPLETED, mapped={"citi": "Stadt"})
    with pytest.raises(PublishError, match="the definition reads no citi"):
        rows(numbers=NUMBERS, constants=COMPLETED | {"citi": "Bonn"})


def test_a_name_that_nobody_reads_is_taken_where_nothing_is_missing_or_it_is_allowed() -> None:
    [sent] = rows(numbers=NUMBERS, constants=COMPLETED | {"note": "x"}, mapped={"city": "Stadt"})
    assert json.loads(sent.value)["note"] == "x"
    [sent] = rows(numbers=NUMBERS, constants=COMPLETED, mapped={"citi": "Stadt"}, allowed=frozenset({"unread"}))
    assert json.loads(sent.value)["citi"] == "Bonn"


def test_what_is_read_of_other_types_alone_is_not_missed() -> None:
    constants = {"type": "order_refunded", "price": "1"}
    assert rows(constants=constants, numbers=frozenset({"price"}), mapped={"citi": "Stadt"})


def test_a_number_that_no_event_has_is_refused() -> None:
    with pytest.raises(PublishError, match='--number amont: the events have no amont; did you mean "amount"'):
        rows(numbers=frozenset({"amont"}))


def test_a_table_without_what_its_topic_is_keyed_by_is_refused_unless_it_is_allowed() -> None:
    header = HEADER.replace("user_id", "customer")
    with pytest.raises(PublishError, match="no column is user_id, which the topic is keyed by: --map user_id=COLUMN"):
        rows(header=header, numbers=NUMBERS)
    [sent] = rows(header=header, numbers=NUMBERS, allowed=frozenset({"keyless"}))
    assert sent.key is None
