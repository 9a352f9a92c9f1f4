"""What a file of events shows of a definition: measures that nothing feeds, windows that hold too little."""

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.advice.observed import Behaviour, Fed, Observed
from schemas.advice.rules.volume import ENOUGH
from schemas.definition.loading import parse
from schemas.definition.model import Calendar, Lifetime, RollingDays, RollingSpan, Unit, Window
from tests.schemas.advice.sound import SOUND, changed, judged, told

DEFINITION = parse(SOUND)
FED = Fed(9, 9, 9)


def observed(*behaviours: Behaviour, left_out: tuple[str, ...] = (), **fed: Fed) -> Observed:
    return Observed(
        events=9,
        first_ms=0,
        last_ms=1,
        behaviours=behaviours,
        fed={name: fed.get(name, FED) for name in DEFINITION.measures},
        left_out=dict.fromkeys(left_out, 4),
    )


def behaviour(metric: str, window: Window, behind: float | None, zero_share: float = 0.0) -> Behaviour:
    return Behaviour(
        metric=metric, window=window, periods=20, level=1.0, noise=0.1, zero_share=zero_share, behind=behind
    )


def texts(seen: Observed, text: str = SOUND) -> list[str]:
    return [one.text for one in judged(text, seen).told]


def test_a_measure_that_nothing_feeds_is_found_at_its_line_with_what_is_missing() -> None:
    line = next(n for n, text in enumerate(SOUND.splitlines(), 1) if text.startswith("  revenue:"))
    nothing = observed(revenue=Fed(0, 0, 0), left_out=("order_complete",))
    assert told(SOUND, nothing) == [("unfed-measure", line)]
    assert texts(nothing) == ['no event is of type "order_completed"; did you mean "order_complete"?']
    assert texts(observed(revenue=Fed(0, 0, 0))) == ['no event is of type "order_completed"']
    unmet = observed(orders=Fed(1200, 0, 0))
    assert texts(unmet) == ["none of the 1,200 events of type order_completed meets its conditions"]
    assert texts(observed(revenue=Fed(7, 5, 0))) == ["none of the 5 events of type order_completed holds amount"]
    assert texts(observed(reorders=Fed(7, 5, 0)))[0].endswith("holds user_id and items.sku")
    assert texts(observed(active=Fed(7, 7, 0))) == ["none of the 7 events holds user_id"]


def test_a_conversion_that_leads_to_nothing_is_found_though_its_beginning_is_fed() -> None:
    text = changed(
        (
            "  deliveries: {count",
            "  bought: {conversion: [seen, order_complete], within: 1d, from: shop}\n  deliveries: {count",
        )
    )
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith("  bought:"))
    seen = msgspec.structs.replace(observed(left_out=("order_completed",)), fed={"bought": Fed(9, 9, 9, led_to=0)})
    assert told(text, seen) == [("unfed-measure", line)]
    said = 'no event is of type "order_complete", which it leads to; did you mean "order_completed"?'
    assert texts(seen, text) == [said]
    assert texts(msgspec.structs.replace(seen, fed={"bought": Fed(9, 9, 9, led_to=1)}), text) == []


def test_a_lifecycle_that_nothing_feeds_is_found_once_at_its_line() -> None:
    text = changed(
        ("  deliveries: {count", "  users: {lifecycle: user_id, of: logged_in, from: shop}\n  deliveries: {count")
    )
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith("  users:"))
    fed = {f"users.{part}": Fed(0, 0, 0) for part in ("new", "retained", "active")}
    seen = msgspec.structs.replace(observed(), fed=fed)
    assert told(text, seen) == [("unfed-measure", line)]
    assert texts(seen, text) == ['no event is of type "logged_in"']


def test_a_distribution_that_nothing_feeds_lacks_its_property() -> None:
    text = changed(("  minutes: {sum: order_completed.minutes", "  minutes: {distribution: order_completed.minutes"))
    assert texts(observed(minutes=Fed(7, 5, 0)), text) == ["none of the 5 events of type order_completed holds minutes"]


def test_a_net_retention_needs_an_amount_and_whose_it_is() -> None:
    paid = "  paid: {net_retention: order_completed.amount, unit: EUR, from: shop}\n  deliveries: {count"
    seen = msgspec.structs.replace(observed(), fed={"paid.kept": Fed(9, 8, 0), "paid.base": Fed(9, 8, 0)})
    told_of = texts(seen, changed(("  deliveries: {count", paid)))
    assert told_of == ["none of the 8 events of type order_completed holds amount and user_id"]


@pytest.mark.parametrize(
    ("last", "overdue"),
    [
        ("2027-06-29T12:00:00+02:00", False),
        ("2027-06-30T23:59:59.999+02:00", False),
        ("2027-07-01T00:00:00+02:00", True),
        ("2031-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:59Z", True),  # already the year 10000 there
    ],
)
def test_a_target_is_overdue_from_the_local_midnight_after_its_day(last: str, *, overdue: bool) -> None:
    last_ms = round(datetime.fromisoformat(last).timestamp() * 1000)
    seen = msgspec.structs.replace(observed(), last_ms=last_ms)
    line = next(n for n, text in enumerate(SOUND.splitlines(), 1) if text.startswith("north_star:"))
    assert told(SOUND, seen) == ([("overdue-target", line)] if overdue else [])
    assert texts(seen) == ([f"was due by 2027-06-30, and the last event is of {last[:10]}"] if overdue else [])


def test_a_key_result_is_overdue_where_it_stands() -> None:
    seen = msgspec.structs.replace(observed(), last_ms=round(datetime(2027, 6, 1, tzinfo=UTC).timestamp() * 1000))
    result = "{metric: orders, reach: 2, base: 1, from: 2026-07-01, by: 2027-05-31}"
    text = f"{SOUND}okrs: [{{objective: More, key_results: [{result}]}}]\n"
    assert told(text, seen) == [("overdue-target", len(SOUND.splitlines()) + 1)]


def test_without_a_date_or_without_events_no_target_is_overdue() -> None:
    late = msgspec.structs.replace(observed(), last_ms=4_000_000_000_000)
    assert "overdue-target" not in [rule for rule, _ in told(changed((", by: 2027-06-30", "")), late)]
    assert texts(msgspec.structs.replace(late, events=0)) == []


def test_one_event_is_enough_to_feed_a_measure() -> None:
    assert texts(observed(revenue=Fed(1200, 600, 1))) == []


def test_a_window_with_less_behind_it_than_enough_is_found_and_a_long_enough_one_named() -> None:
    line = next(n for n, text in enumerate(SOUND.splitlines(), 1) if text.startswith("  star:"))
    seen = observed(behaviour("star", RollingDays(28), 25))
    assert told(SOUND, seen) == [("window-too-short", line)]
    (said,) = texts(seen)
    assert said.startswith(
        "28d is short: about 25 entities or events stand behind a reading, so chance alone moves it "
    )
    assert said.endswith("by about 20%; {rolling: 112d} would hold enough")
    assert texts(observed(behaviour("star", RollingDays(28), ENOUGH - 0.5))) != []
    assert texts(observed(behaviour("star", RollingDays(28), ENOUGH))) == []


@pytest.mark.parametrize(
    ("window", "written", "behind", "longer"),
    [
        (Calendar(Unit.DAY), "{calendar: day}", 50, "; {rolling: 2d} would hold enough"),
        (Calendar(Unit.WEEK), "{calendar: week}", 50, "; {rolling: 14d} would hold enough"),
        (Calendar(Unit.MONTH), "{calendar: month}", 60, "; {rolling: 56d} would hold enough"),
        (RollingSpan(3_600_000), "{rolling: 1h}", 30, "; {rolling: 4h} would hold enough"),
        (RollingSpan(3_600_000), "{rolling: 1h}", 1, "; {rolling: 5d} would hold enough"),
        (RollingDays(28), "{rolling: 28d}", 0.5, "; no window would hold enough"),
        (RollingDays(28), "{rolling: 28d}", 0, "so it says nothing"),
    ],
)
def test_the_longer_window_is_named_as_it_is_written(window: Window, written: str, behind: float, longer: str) -> None:
    text = changed(("customers], window: {rolling: 28d}", f"customers], window: {written}"))
    (told_,) = texts(observed(behaviour("star", window, behind)), text)
    assert told_.endswith(longer)


def test_many_periods_that_come_to_nothing_are_told_as_well() -> None:
    assert texts(observed(behaviour("star", RollingDays(28), 400, 0.25))) == [
        "28d is short: 25% of 20 periods come to nothing"
    ]
    assert texts(observed(behaviour("star", RollingDays(28), 400, 0.1))) == []


def test_only_what_is_chased_is_judged_and_only_in_its_first_window() -> None:
    day, week = Calendar(Unit.DAY), Calendar(Unit.WEEK)
    assert texts(observed(behaviour("order_value", day, 3))) == []  # a guardrail
    assert texts(observed(behaviour("orders", week, 3))) == []  # nobody's
    assert texts(observed(behaviour("new_customers", day, 3))) == []  # not its window
    assert len(texts(observed(behaviour("new_customers", week, 3)))) == 1  # an input
    kpi = changed(("logistics: [deliveries_per_order]", "logistics: [deliveries_per_order, orders]"))
    assert len(texts(observed(behaviour("orders", week, 3)), kpi)) == 1
    assert texts(observed(behaviour("orders", day, 3)), kpi) == []


def test_what_cannot_be_told_is_not_judged() -> None:
    unknown = msgspec.structs.replace(behaviour("star", RollingDays(28), None), periods=0, zero_share=None)
    lifetime = changed(("customers], window: {rolling: 28d}", "customers], window: lifetime"))
    assert texts(observed(unknown)) == []
    assert texts(observed(behaviour("star", Lifetime(), 3)), lifetime) == []
    assert texts(observed()) == []


def by_city(**numbers: int) -> Observed:
    return msgspec.structs.replace(observed(), carried={"city": numbers})


def test_a_list_of_values_that_leaves_many_events_out_is_found_with_the_largest_of_them() -> None:
    text = changed(("  city: {property: city}", "  city:\n    property: city\n    values: [Ede, Epe]"))
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith("    values:"))
    many = by_city(Ede=50, Epe=20, Ens=10, Een=20)
    assert told(text, many) == [("undeclared-values", line)]
    assert texts(many, text) == ['30% of the events that carry it carry other values: "Een" (20%), "Ens" (10%)']
    assert texts(by_city(Ede=50, Epe=30, Ens=20), text) == []
    assert texts(by_city(Ede=50, Epe=29, Ens=21), text) != []
    assert texts(by_city(), text) == []


def test_of_many_other_values_the_largest_are_named() -> None:
    text = changed(("  city: {property: city}", "  city: {property: city, values: [Ede]}"))
    (said,) = texts(by_city(**{f"c{n}": 10 + n for n in range(9)}, other=374), text)
    assert said.startswith("25% of the events")
    assert said.count("(") == 5
    assert "other" not in said.partition(": ")[2]
    assert '"c8"' in said
    assert '"c3"' not in said
    assert texts(by_city(other=500), text) == []
