"""Two definitions compared: every change is told, and whether it must be folded anew."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.loading import parse
from schemas.definition.model import Calendar, Definition, Plain, Ratio, RollingDays, Unit
from services.definition.diff import sentences
from services.definition.differences import differences
from services.definition.telling import fields, told
from streams.plan import compile_plan
from tests.schemas.definition.texts import STEERED
from tests.streams.changes import COUNTED_ALIKE, COUNTED_OTHERWISE, SAID_OTHERWISE, with_measure, with_metric
from tests.streams.folding import definition
from tests.streams.settling import settling

Change = Callable[[Definition], Definition]
BEFORE = compile_plan(definition())
UNNAMED = "this release counts it otherwise"


@pytest.mark.parametrize("change", COUNTED_OTHERWISE)
def test_what_changes_a_count_is_named(change: Change) -> None:
    found = differences(BEFORE, compile_plan(change(definition())))
    assert found.anew
    assert found.counted
    assert found.measures
    assert not any(UNNAMED in one for one in found.counted)


@pytest.mark.parametrize("change", COUNTED_ALIKE)
def test_what_is_only_shown_folds_nothing_anew(change: Change) -> None:
    found = differences(BEFORE, compile_plan(change(definition())))
    assert (found.anew, found.counted, found.measures) == (False, (), ())


@pytest.mark.parametrize(("change", "other"), SAID_OTHERWISE)
def test_what_is_only_said_otherwise_folds_nothing_anew(change: Change, other: Change) -> None:
    found = differences(compile_plan(change(definition())), compile_plan(other(definition())))
    assert (found.anew, found.counted, found.measures) == (False, (), ())


@given(st.lists(st.sampled_from([*COUNTED_ALIKE, *COUNTED_OTHERWISE]), max_size=3))
def test_it_says_anew_exactly_where_the_versions_differ_and_the_way_back_names_the_same_measures(
    changes: list[Change],
) -> None:
    changed = definition()
    for change in changes:
        changed = change(changed)
    after = compile_plan(changed)
    there, back = differences(BEFORE, after), differences(after, BEFORE)
    assert there.anew == (BEFORE.version != after.version) == bool(there.counted)
    assert there.measures == back.measures
    assert len(there.counted) == len(back.counted)
    assert bool(there.counted or there.shown) == (changed != definition())


def test_what_is_steered_by_otherwise_is_told_piece_by_piece_in_words_of_the_file() -> None:
    after = STEERED
    for old, new in (
        ("target: 40, base: 31.5, from: 2026-01-01", "target: 42, base: 31.5, from: 2026-02-01"),
        ("min: 0.5, max: 3, owner: Lin", "min: 0.5, max: 4, owner: Lin"),
        ("departments: {shop: {metrics: [orders], owner: Shop}}", "departments: {sales: [orders]}"),
        ("owner: Ada\n    key_results", "owner: Eve\n    key_results"),
        ("hold: 35, for: 4w", "hold: 36, for: 4w, name: Held"),
        ("end: 2026-05-31", "end: 2026-06-30"),
        ("name: Christmas", "name: Yule"),
        ("name: Black Friday, start: 2025-11-28", "name: Black Week, start: 2025-11-28"),
    ):
        assert old in after
        after = after.replace(old, new)
    found = differences(compile_plan(parse(STEERED)), compile_plan(parse(after)))
    assert not found.anew
    assert found.shown == (
        "target of average_order_value: target: 42 instead of 40",
        "target of average_order_value: from: 2026-02-01 instead of 2026-01-01",
        "guardrail hours_per_active: max: 4 instead of 3",
        "department sales is new",
        "department shop is gone",
        "objective Whoever bought once comes back: owner: Eve instead of Ada",
        "key result Whoever bought once comes back: Held is new",
        "key result Whoever bought once comes back: average_order_value 35 for 4w is gone",
        "initiative New checkout: end: 2026-06-30 instead of 2026-05-31",
        "holiday 2026-12-25: name: Yule instead of Christmas",
        "campaign Black Friday 2025-11-28 is gone",
        "campaign Black Week 2025-11-28 is new",
    )


def test_a_definition_differs_from_itself_in_nothing() -> None:
    found = differences(BEFORE, BEFORE)
    assert (found.anew, found.counted, found.shown, found.measures) == (False, (), (), ())
    assert list(sentences(found)) == [f"The same fold: version {BEFORE.version} goes on, nothing is folded anew."]


def test_a_time_zone_is_everything() -> None:
    after = compile_plan(msgspec.structs.replace(definition(), time_zone="Asia/Kathmandu"))
    found = differences(BEFORE, after)
    assert found.measures == tuple(sorted(definition().measures))
    assert found.counted == (f"the time zone: Asia/Kathmandu instead of {definition().time_zone}",)


def test_lengths_of_time_are_told_as_the_file_writes_them_and_what_is_missing_is_nothing() -> None:
    one = definition()
    [source] = one.sources
    longer = msgspec.structs.replace(source, lateness_ms=36 * 3_600_000, dedupe_ms=0)
    after = msgspec.structs.replace(one, sources=(longer,))
    assert list(
        fields("events", msgspec.structs.replace(source, lateness_ms=7 * 86_400_000, dedupe_ms=90_000), longer)
    ) == [
        "events: lateness: 36h instead of 7d",
        "events: dedupe: nothing instead of 90s",
    ]
    told = differences(BEFORE, compile_plan(after)).counted
    assert told
    assert not any("_ms" in sentence or "null" in sentence for sentence in told)


def test_only_the_measure_that_changed_counts_otherwise() -> None:
    after = compile_plan(with_measure("orders", of="view")(definition()))
    found = differences(BEFORE, after)
    assert found.measures == ("orders",)
    assert found.counted == ("measure orders: of: view instead of order",)
    *_, said, carried = sentences(found)
    assert said == "Not counted as before: orders."
    assert "only the others are folded over the topics, which must still have their beginning" in carried
    assert "(orders over a lifetime asks for every event there ever was)" in carried
    assert found.carriable is not None
    assert found.carriable.needs_all == ("orders over a lifetime asks for every event there ever was",)


def test_what_cannot_go_on_is_said() -> None:
    elsewhere = compile_plan(msgspec.structs.replace(definition(), time_zone="Asia/Kathmandu"))
    *_, carried = sentences(differences(BEFORE, elsewhere))
    assert carried.startswith(
        "It begins at the start of the topics. nsm definition carry is not possible: the time zone is Asia/Kathmandu"
    )


def test_what_could_go_on_is_said() -> None:
    metrics = {name: one for name, one in definition().metrics.items() if name == definition().north_star.metric}
    before = compile_plan(msgspec.structs.replace(definition(), metrics=metrics, guardrails=(), departments={}))
    told = differences(BEFORE, before).carriable
    assert told is not None
    assert told.series == told.of > 0
    assert (told.needs_all, told.refused) == ((), ())
    said, number = list(sentences(differences(BEFORE, before)))[-1], len({one.name for one in before.series.values()})
    assert said == (
        "It begins at the start of the topics, "
        f"unless nsm definition carry lets all its {number} series go on as they stand."
    )


def test_measures_that_are_new_or_gone_are_not_said_to_count_otherwise() -> None:
    metrics = {name: one for name, one in definition().metrics.items() if name == definition().north_star.metric}
    few = compile_plan(msgspec.structs.replace(definition(), metrics=metrics, guardrails=(), departments={}))
    there, back = (list(sentences(differences(*pair))) for pair in ((few, BEFORE), (BEFORE, few)))
    assert [line.partition(":")[0] for line in there[-3:-1]] == ["Another fold", "New"]
    assert [line.partition(":")[0] for line in back[-3:-1]] == ["Another fold", "No longer counted"]
    assert there[-2].partition(": ")[2] == back[-2].partition(": ")[2]


def test_what_begins_beside_what_could_go_on_is_said() -> None:
    star = definition().north_star.metric
    daily = {
        name: msgspec.structs.replace(one, windows=(Calendar(Unit.DAY),)) if name == "m_orders" else one
        for name, one in definition().metrics.items()
        if name in {star, "m_orders"}
    }
    few, more = (
        compile_plan(msgspec.structs.replace(definition(), metrics=metrics, guardrails=(), departments={}))
        for metrics in ({star: daily[star]}, daily)
    )
    number, of = (len({one.name for one in plan.series.values()}) for plan in (few, more))
    assert list(sentences(differences(few, more)))[-3:] == [
        f"Another fold: version {more.version} instead of {few.version}, beside it.",
        "New: orders.",
        (
            f"It begins at the start of the topics, unless nsm definition carry lets {number} of its {of} series "
            "go on as they stand: only the others are folded over the topics."
        ),
    ]


def test_what_only_the_file_shows_may_be_shown_already() -> None:
    after = compile_plan(msgspec.structs.replace(definition(), phase="mature"))
    found = differences(BEFORE, after)
    assert not found.anew
    assert list(sentences(found, of_served=True)) == [
        *sentences(found),
        "Compared with the file that its workers began with: an exporter shows what its own says by now.",
    ]


def test_a_measure_that_nothing_shows_any_more_is_gone_and_new_on_the_way_back() -> None:
    without = definition()
    metrics = {name: one for name, one in without.metrics.items() if name != "m_views"}
    if len(metrics) == len(without.metrics):
        metrics = dict(list(without.metrics.items())[:-1])
    after = compile_plan(msgspec.structs.replace(without, metrics=metrics))
    there, back = differences(BEFORE, after), differences(after, BEFORE)
    assert [one.replace("is gone", "is new") for one in there.counted] == list(back.counted)
    assert there.counted == tuple(f"measure {name} is gone" for name in there.measures)


def test_another_window_is_told_of_the_measures_that_are_read_over_it() -> None:
    after = compile_plan(with_metric("m_orders", windows=(RollingDays(11),))(definition()))
    found = differences(BEFORE, after)
    assert found.measures == ("orders",)
    assert found.counted[0].startswith("measure orders is also read over {rolling: 11d}")
    assert found.shown[0].startswith("metric m_orders: window: {rolling: 11d} instead of [{calendar: day}, ")
    assert not any("..." in sentence or '"' in sentence for sentence in (*found.counted, *found.shown))


def test_events_that_have_no_name_of_their_own_are_called_events() -> None:
    before = parse(STEERED)
    [source] = before.sources
    named = msgspec.structs.replace(before, sources=(msgspec.structs.replace(source, lateness_ms=36 * 3_600_000),))
    told = differences(compile_plan(before), compile_plan(named)).counted
    assert told == ("events: lateness: 36h instead of 7d",)


def test_what_a_metric_shows_is_told_as_the_file_writes_it() -> None:
    changes = {
        "m_orders": ("metric m_orders: {measure: revenue} instead of {measure: orders}", Plain("revenue")),
        "m_actives": ("metric m_actives: {ratio: [revenue, orders]} instead of", Ratio("revenue", "orders")),
    }
    for name, (words, value) in changes.items():
        metrics = definition().metrics
        changed = metrics | {name: msgspec.structs.replace(metrics[name], value=value)}
        after = msgspec.structs.replace(definition(), metrics=changed)
        assert any(one.startswith(words) for one in differences(BEFORE, compile_plan(after)).shown)


def test_what_is_text_in_one_file_and_a_number_in_the_other_is_told_apart() -> None:
    assert list(told("target", 1, 1.0)) == ["target: 1.0 instead of 1"]
    assert list(told("limit", 3, 3)) == []


def test_what_is_remembered_of_an_entity_otherwise_is_another_fold_of_what_is_split_by_it() -> None:
    before = settling()

    def after(**changed: Any) -> Definition:
        dimension = msgspec.structs.replace(before.dimensions["vip"], **changed)
        return msgspec.structs.replace(before, dimensions=before.dimensions | {"vip": dimension})

    for changed in ({"within_ms": 1}, {"values": ("true", "false")}, {"property": "rank"}):
        found = differences(compile_plan(before), compile_plan(after(**changed)))
        assert found.measures == ("actives", "amounts", "orders")
        assert not any(UNNAMED in one for one in found.counted)
    assert not differences(compile_plan(before), compile_plan(after(limit=7))).anew


def test_another_declared_value_is_another_fold_of_what_splits_entities_by_it() -> None:
    def with_values(*values: str) -> Definition:
        whole = with_measure("actives", by_dimension=("city",))(definition())
        city = msgspec.structs.replace(whole.dimensions["city"], values=values)
        return msgspec.structs.replace(whole, dimensions=whole.dimensions | {"city": city})

    found = differences(compile_plan(with_values("Ede", "Urk")), compile_plan(with_values("Ede")))
    assert found.measures == ("actives",)
    assert not any(UNNAMED in one for one in found.counted)
    assert not differences(compile_plan(with_values("Ede", "Urk")), compile_plan(with_values("Urk", "Ede"))).anew
