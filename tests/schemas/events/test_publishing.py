import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.definition.model import CloudEventsFormat, FlatFormat, Source
from schemas.errors import PublishError
from schemas.events.publishing import Event, encode

TIME = datetime(2027, 3, 28, 14, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
FLAT = Source(name="orders", topic="orders", keyed_by="user_id")
CLOUD = Source(name="orders", topic="orders", keyed_by="user_id", format=CloudEventsFormat())


def order(**properties: Any) -> Event:
    return Event(id="e1", type="order_completed", time=TIME, properties=properties)


def test_a_flat_event_has_its_properties_at_the_top() -> None:
    message = encode(order(user_id="u1", amount=12), FLAT)
    assert message.key == b"u1"
    assert message.headers == ()
    assert json.loads(message.value) == {
        "event_id": "e1",
        "event": "order_completed",
        "time": "2027-03-28T14:30:00+02:00",
        "user_id": "u1",
        "amount": 12,
    }


def test_places_build_nested_objects_beside_the_folder_of_the_other_properties() -> None:
    form = FlatFormat(id="meta.id", type="meta.kind", time="ts", properties="properties", places={"user_id": "who.id"})
    source = Source(name="orders", topic="orders", keyed_by="user_id", format=form)
    message = encode(order(user_id="u1", items=[{"sku": "a", "qty": 2}]), source)
    assert message.key == b"u1"
    assert json.loads(message.value) == {
        "meta": {"id": "e1", "kind": "order_completed"},
        "ts": "2027-03-28T14:30:00+02:00",
        "who": {"id": "u1"},
        "properties": {"items": [{"sku": "a", "qty": 2}]},
    }


@pytest.mark.parametrize("form", [FlatFormat(), FlatFormat(places={"note": "event_id.note"})])
def test_a_property_that_stands_where_another_value_does_is_refused(form: FlatFormat) -> None:
    source = Source(name="orders", topic="orders", keyed_by="user_id", format=form)
    with pytest.raises(PublishError, match="another value stands"):
        encode(order(event_id="twice") if not form.places else order(note="n"), source)


def test_a_cloud_event_is_structured_and_says_so() -> None:
    message = encode(order(user_id=7, subject="s", amount=1), CLOUD, origin="/shop")
    assert message.key == b"7"
    assert message.headers == (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
    assert json.loads(message.value) == {
        "specversion": "1.0",
        "id": "e1",
        "type": "order_completed",
        "source": "/shop",
        "time": "2027-03-28T14:30:00+02:00",
        "datacontenttype": "application/json",
        "subject": "s",
        "data": {"user_id": 7, "amount": 1},
    }


def test_a_nested_entity_is_found() -> None:
    source = Source(name="orders", topic="orders", keyed_by="customer.id", format=FlatFormat(properties="p"))
    assert encode(order(customer={"id": "c1"}), source).key == b"c1"


@pytest.mark.parametrize("source", [FLAT, CLOUD])
@pytest.mark.parametrize("properties", [{}, {"user_id": None}, {"user_id": ""}])
def test_an_event_of_a_guest_has_no_key(source: Source, properties: dict[str, Any]) -> None:
    assert encode(order(**properties), source).key is None


@pytest.mark.parametrize("entity", [True, 1.5, ["u1"], {"id": 1}])
def test_an_entity_that_names_nobody_is_refused(entity: object) -> None:
    with pytest.raises(PublishError, match="event e1: user_id is neither text nor a whole number"):
        encode(order(user_id=entity), FLAT)


def test_a_decimal_travels_digit_by_digit() -> None:
    message = encode(order(amount=Decimal("0.1000000000000000000001")), FLAT)
    assert b'"amount":0.1000000000000000000001' in message.value


def test_a_time_without_offset_is_no_event() -> None:
    with pytest.raises(ValueError, match="event e1: its time has no offset"):
        Event(id="e1", type="t", time=datetime(2027, 1, 1))  # noqa: DTZ001  (the fault under test)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), [{"price": float("-inf")}]])
def test_a_number_that_is_not_finite_is_no_event(value: object) -> None:
    with pytest.raises(ValueError, match="not finite"):
        order(amount=value)


@pytest.mark.parametrize(("id_", "type_"), [("", "t"), ("e", "")])
def test_an_event_without_id_or_type_is_no_event(id_: str, type_: str) -> None:
    with pytest.raises(ValueError, match="needs an id and a type"):
        Event(id=id_, type=type_, time=datetime.now(UTC))


def test_a_new_event_has_an_id_of_its_own() -> None:
    first, second = (Event.new("order_completed", TIME, user_id="u1") for _ in range(2))
    assert first.id != second.id
    assert re.fullmatch(r"[0-9a-f-]{36}", first.id)
    assert first.properties == {"user_id": "u1"}
