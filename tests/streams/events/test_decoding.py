"""What good events are read as, by getters and columns; and that the quick ways and the careful one read alike."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from schemas.definition.model import CloudEventsFormat, FlatFormat
from schemas.events.needs import EventNeeds, Needs, Raw, RawRecord
from streams.events.columns import as_entity, column_of, rows_of
from streams.events.decoding import Decoded, Decoder

FRAME: dict[str, Any] = {"event_id": "a", "event": "order", "time": "2026-03-01T00:00:00Z"}
NEEDS = Needs(
    format=FlatFormat(places={"plan": "account.plan.name", "lines": "cart.lines"}),
    every=EventNeeds(entities=frozenset({"user_id"}), amounts={"fee": 1}),
    by_type={
        "order": EventNeeds(
            entities=frozenset({"items.sku", "shop"}),
            amounts={"amount": 2, "items.price": 2, "lines.tax": 0, "score": 0},
            scalars=frozenset({"country", "address.geo.lat", "items.qty", "plan", "shop"}),
        ),
        "view": EventNeeds(scalars=frozenset({"country", "score", "event"}), amounts={"amount": 1}),
    },
)


def raws(*events: dict[str, Any]) -> list[Raw]:
    return [
        RawRecord(i, 0, None, json.dumps(FRAME | {"event_id": str(i)} | event).encode(), ())
        for i, event in enumerate(events)
    ]


def decode(*events: dict[str, Any], needs: Needs = NEEDS) -> tuple[Decoder, Decoded]:
    decoder = Decoder(needs)
    decoded = decoder.decode(raws(*events))
    assert not decoded.refused
    return decoder, decoded


def entities(decoded: Decoded, name: str) -> list[Any]:
    return decoded.entities[name].tolist() if name in decoded.entities else list(map(as_entity, decoded.columns[name]))


def test_absent_and_null_are_unset_and_no_amount() -> None:
    decoded = decode({}, {"country": None, "amount": None, "user_id": None, "items": None, "account": None})[1]
    assert decoded.index is None
    for name in ("country", "plan", "items."):
        assert decoded.columns[name] == [UNSET, UNSET]
    assert entities(decoded, "user_id") == [UNSET, UNSET]
    assert list(rows_of(UNSET)) == []
    assert {name: column.tolist() for name, column in decoded.amounts.items()} == {
        name: [None, None] for name in ("amount", "fee", "items.price", "lines.tax", "score")
    }


def test_an_entity_is_text_whatever_it_was_written_as_and_empty_is_absent() -> None:
    decoded = decode({"user_id": 7}, {"user_id": "7"}, {"user_id": ""}, {"user_id": 10**30}, {"user_id": -0})[1]
    assert entities(decoded, "user_id") == ["7", "7", UNSET, "1" + "0" * 30, "0"]


def test_a_property_that_is_entity_and_scalar_is_read_as_either() -> None:
    decoded = decode({"shop": 7}, {"shop": "7"}, {"shop": ""}, {"shop": None}, {})[1]
    assert entities(decoded, "shop") == ["7", "7", UNSET, UNSET, UNSET]
    assert decoded.columns["shop"] == [7, "7", "", UNSET, UNSET]


def test_a_scalar_keeps_its_type() -> None:
    values = ["NL", "", 5, 2.5, True, False]
    decoded = decode(*({"country": value} for value in values))[1]
    got = decoded.columns["country"]
    assert got == values
    assert list(map(type, got)) == list(map(type, values))


def test_plain_objects_lead_to_any_depth() -> None:
    decoder, decoded = decode(
        {"account": {"plan": {"name": "pro"}}, "address": {"geo": {"lat": 52.1}}},
        {"account": {"plan": None}, "address": {}},
        {},
    )
    assert decoded.columns["plan"] == ["pro", UNSET, UNSET]
    lat = decoder.within("address.geo.lat")
    assert [[lat(row) for row in rows_of(value)] for value in decoded.columns["address."]] == [[52.1], [UNSET], []]


def test_items_are_rows_whether_they_came_as_a_list_or_as_one_object() -> None:
    decoder, decoded = decode(
        {"items": [{"sku": "a", "qty": 2, "price": 1.5}, None, {"sku": 7, "price": 0.25}]},
        {"items": {"sku": "c", "qty": 1}},
        {"items": []},
    )
    sku, qty = decoder.entity_within("items.sku"), decoder.within("items.qty")
    got = [[(sku(row), qty(row)) for row in rows_of(value)] for value in decoded.columns["items."]]
    assert got == [[("a", 2), ("7", UNSET)], [("c", 1)], []]
    assert decoded.amounts["items.price"].tolist() == [175, None, None]


def test_a_nested_amount_is_the_sum_of_its_rows_each_rounded_for_itself() -> None:
    decoded = decode(
        {"items": [{"price": 0.005}, {"price": 0.005}, {"sku": "free"}]},
        {"items": [{"price": -1.005}, {"price": 2}]},
        {"items": {"price": 3}, "cart": {"lines": [{"tax": 1}, {"tax": 2.5}]}},
    )[1]
    assert decoded.amounts["items.price"].tolist() == [2, 99, 300]
    assert decoded.amounts["lines.tax"].tolist() == [None, None, 4]


def test_an_amount_is_scaled_by_the_type_of_its_event_and_none_where_that_needs_none() -> None:
    decoded = decode(
        {"amount": 1.25, "fee": 1}, {"event": "view", "amount": 1.25}, {"event": "other", "amount": 1.25, "fee": 2}
    )[1]
    assert decoded.amounts["amount"].tolist() == [125, 13, None]
    assert decoded.amounts["fee"].tolist() == [10, None, 20]
    assert decoded.types.tolist() == ["order", "view", "other"]


def test_whole_numbers_are_ids_too() -> None:
    assert decode({"event_id": 5}, {"event_id": "5"})[1].ids == ["5", "5"]


def test_id_type_and_time_may_stand_anywhere_and_be_properties_too() -> None:
    form = FlatFormat(id="meta.id", type="meta.kind", time="at", properties="data.attributes")
    every = EventNeeds(entities=frozenset({"key"}), scalars=frozenset({"kind"}), amounts={"n": 0})
    form = FlatFormat(
        id=form.id,
        type=form.type,
        time=form.time,
        properties=form.properties,
        places={"kind": "meta.kind", "key": "meta.id"},
    )
    decoder = Decoder(Needs(format=form, every=every, by_type={"b": EventNeeds(scalars=frozenset({"x.y"}))}))
    event = {"meta": {"id": 9, "kind": "b"}, "at": 5, "data": {"attributes": {"n": 3, "x": [{"y": 1}, {"y": 2}]}}}
    good = RawRecord(0, 0, None, json.dumps(event).encode(), ())
    for batch in ([good], [good, good._replace(value=b'{"meta":{"id":1}}'), good._replace(value=b'{"meta":5}')]):
        decoded = decoder.decode(batch)
        assert (decoded.ids, decoded.types.tolist(), decoded.times.tolist()) == (["9"], ["b"], [5])
        assert {name: column.tolist() for name, column in decoded.amounts.items()} == {"n": [3]}
        assert entities(decoded, "key") == ["9"]
        assert decoded.columns["kind"] == ["b"]
        assert list(map(decoder.within("x.y"), rows_of(decoded.columns["x."][0]))) == [1, 2]
    assert [one.reason for one in decoded.refused] == ["no_type", "wrong_type"]


def test_an_empty_batch_is_empty_columns() -> None:
    decoded = Decoder(NEEDS).decode([])
    assert (decoded.index, decoded.ids, decoded.types.tolist(), decoded.refused) == (None, [], [], [])
    assert len(decoded.times) == 0
    assert not any(decoded.columns.values())


NUMBERS = st.sampled_from([0, 5, -0.0, 0.125, 0.5, 1e13, 2**53, 2**63, 10**25, 1e300])
PLAIN = st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "7", "NL"])
INNER = ["sku", "qty", "price", "geo", "lat", "plan", "name"]
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner), max_leaves=4
)
KEYS = ["user_id", "fee", "shop", "amount", "score", "country", "plan", "address", "items", "account", "cart", "lines"]
TIMES = st.sampled_from(["2026-03-01T00:00:00.000Z", "2026-03-01T05:45:00+05:45", 1772323200000, None, "never", -1])
WILD = st.fixed_dictionaries(
    {"event": st.sampled_from(["order", "view", "other", ""]), "time": TIMES, "event_id": st.sampled_from(["a", None])},
    optional=dict.fromkeys(KEYS, JSON),
)
NAMES = st.sampled_from(["a", "7", 7, "", None])
AMOUNTS = st.sampled_from([0.005, 3, -1.25, 1e13, None])
ITEM = st.fixed_dictionaries({}, optional={"sku": NAMES, "qty": PLAIN, "price": AMOUNTS})
TAME = st.fixed_dictionaries(
    {"event": st.sampled_from(["order", "view", "other"]), "event_id": st.sampled_from(["a", 5])},
    optional={
        "user_id": NAMES,
        "shop": NAMES,
        "fee": AMOUNTS,
        "amount": AMOUNTS,
        "score": AMOUNTS,
        "country": PLAIN,
        "account": st.sampled_from([None, {}, {"plan": None}, {"plan": {"name": None}}, {"plan": {"name": "pro"}}]),
        "address": st.sampled_from([None, {}, {"geo": None}, {"geo": {"lat": 52.5}}, [{"geo": {"lat": 1}}, None]]),
        "items": st.none() | ITEM | st.lists(ITEM | st.none(), max_size=3),
        "cart": st.sampled_from([None, {"lines": None}, {"lines": [{"tax": 1}, {}, {"tax": 0.5}]}]),
    },
)
EVENTS = st.lists(TAME, max_size=6) | st.lists(TAME | WILD, max_size=6)


def told(decoder: Decoder, decoded: Decoded) -> list[tuple[Any, ...]]:
    """All that the fold may ask of each event."""
    needs = {of: (NEEDS.every, one) for of, one in NEEDS.by_type.items()}
    rows = []
    types = decoded.types.tolist()
    for i, type_ in enumerate(types):
        answers: list[Any] = [decoded.ids[i], type_, int(decoded.times[i])]
        answers += [column.tolist()[i] for column in decoded.amounts.values()]
        for one in needs.get(type_, (NEEDS.every,)):
            for name in sorted(one.entities | one.scalars):
                if "." in name:
                    value = decoded.columns[column_of(name)][i]
                    get = decoder.entity_within(name) if name in one.entities else decoder.within(name)
                    values = list(map(get, rows_of(value)))
                else:
                    values = [entities(decoded, name)[i] if name in one.entities else decoded.columns[name][i]]
                answers.append((name, [(type(value), value) for value in values]))
        rows.append(tuple(answers))
    return rows


@given(EVENTS)
def test_the_quick_ways_and_the_careful_one_read_and_refuse_alike(events: list[dict[str, Any]]) -> None:
    batch = raws(*events)
    quick, careful = Decoder(NEEDS), Decoder(NEEDS)
    careful._at_once = lambda _values: None  # type: ignore[method-assign, assignment]
    quickly, carefully = quick.decode(batch), careful.decode(batch)
    assert quickly.refused == carefully.refused
    assert quickly.index == carefully.index
    assert told(quick, quickly) == told(careful, carefully)


@given(EVENTS)
def test_how_a_log_is_cut_into_batches_changes_nothing(events: list[dict[str, Any]]) -> None:
    batch, decoder = raws(*events), Decoder(NEEDS)
    alone = [row for one in batch for row in told(decoder, decoder.decode([one]))]
    assert told(decoder, decoder.decode(batch)) == alone


def test_a_bad_event_among_many_costs_no_other() -> None:
    events = [{"amount": i / 100} for i in range(1000)]
    events[500]["amount"] = math.nan
    decoded = Decoder(NEEDS).decode(raws(*events))
    assert [one.index for one in decoded.refused] == [500]
    assert decoded.amounts["amount"].tolist() == [i for i in range(1000) if i != 500]
    assert decoded.index == [i for i in range(1000) if i != 500]


@pytest.mark.parametrize("form", [FlatFormat(), CloudEventsFormat()])
def test_an_event_of_a_type_nobody_named_is_good(form: FlatFormat | CloudEventsFormat) -> None:
    envelope = {"specversion": "1.0", "source": "s", "id": "a", "type": "x", "time": "2026-03-01T00:00:00Z"}
    event = FRAME if isinstance(form, FlatFormat) else envelope
    assert len(Decoder(Needs(format=form)).decode([RawRecord(0, 0, None, json.dumps(event).encode(), ())]).times) == 1
