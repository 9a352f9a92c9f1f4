"""How metrics would have behaved over events that are made so that it is known."""

import json
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.advice.observed import Behaviour, Fed
from schemas.definition.loading import parse
from schemas.definition.model import Definition
from schemas.errors import CommandError
from services.check.observing import Seen, observe

DAY = 86_400_000
BEGIN = 1_767_225_600_000  # 2026-01-01, a Thursday
HEAD = "company: a\ntime_zone: UTC\nevents: {topic: t, keyed_by: user_id}\n"
TEXT = f"""{HEAD}measures:
  orders: {{count: ordered}}
  big_orders: {{count: ordered, where: amount > 50}}
  revenue: {{sum: ordered.amount, unit: EUR}}
  customers: {{distinct: user_id, of: ordered}}
metrics:
  orders: {{measure: orders, window: [{{calendar: day}}, {{calendar: week}}, {{rolling: 14d}}, lifetime]}}
  revenue: {{measure: revenue, window: {{calendar: day}}}}
  big_share: {{ratio: [big_orders, orders], window: {{calendar: week}}}}
  orders_each: {{ratio: [orders, customers], window: {{calendar: day}}}}
north_star: {{metric: orders}}
"""

Observe = Callable[..., Seen]


@pytest.fixture
def observed(tmp_path: Path) -> Observe:
    """Of events given as (time, user, amount; None for none)."""

    def see(events: Iterable[tuple[int, str, float | None]], definition: Definition | None = None) -> Seen:
        file = tmp_path / "events.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            for number, (time, user, amount) in enumerate(events):
                made = {"event_id": str(number), "event": "ordered", "time": time, "user_id": user, "amount": amount}
                lines.write(json.dumps({key: value for key, value in made.items() if value is not None}) + "\n")
        return observe(definition or parse(TEXT), [str(file)])

    return see


def test_behind_a_quantile_stand_the_values_and_what_lacks_one_is_not_used(observed: Observe) -> None:
    measures = "measures:\n  spread: {distribution: ordered.amount}\n"
    metrics = "metrics:\n  usual: {quantile: 0.5, of: spread, window: {calendar: day}}\nnorth_star: {metric: usual}\n"
    seen = observed([*days([3, 5, 4]), *days([1], None)], parse(f"{HEAD}{measures}{metrics}"))
    one = by_label(seen)["usual", "day"]
    assert one.behind == 4
    assert one.level is not None
    assert abs(one.level - 10) <= 0.1
    assert seen.observed.fed["spread"] == Fed(of_type=13, matching=13, used=12)


def by_label(seen: Seen) -> dict[tuple[str, str], Behaviour]:
    return {(one.metric, one.window.label): one for one in seen.observed.behaviours}


def days(counts: Iterable[int], amount: float | None = 10) -> list[tuple[int, str, float | None]]:
    """So many orders each day, each of another customer, spread over the day."""
    return [
        (BEGIN + day * DAY + n * (DAY // (count + 1)), f"u{n}", amount)
        for day, count in enumerate(map(int, counts))
        for n in range(count)
    ]


def test_the_noise_of_poisson_counts_is_what_chance_alone_makes(observed: Observe) -> None:
    weekday = np.tile([1.0, 1.1, 0.9, 1.0, 1.0, 0.4, 0.2], 40)
    steady = np.random.default_rng(5).poisson(100, 280)
    one = by_label(observed(days([*steady, 1])))["orders", "day"]
    assert one.periods == 280
    assert one.behind == pytest.approx(100, rel=0.03)
    assert one.expected_error == pytest.approx(0.1, rel=0.03)
    assert one.noise == pytest.approx(0.1, rel=0.15)
    rhythm = np.round(100 * weekday).astype(int)
    assert by_label(observed(days([*rhythm, 1])))["orders", "day"].noise == 0, "a weekly rhythm is no noise"


def test_level_zeros_and_volume_are_those_of_complete_periods(observed: Observe) -> None:
    counts = [3, 0, 5, 2, 0, 4, 7, 6, 0, 9, 1]
    found = by_label(observed(days(counts)))
    day = found["orders", "day"]  # the last day is not over
    assert (day.periods, day.level, day.zero_share, day.behind) == (10, 9, 0.3, 3.5)
    week = found["orders", "week"]  # from Monday the 5th on
    assert (week.periods, week.level, week.noise) == (0, None, None)
    assert found["orders", "lifetime"].level == sum(counts)
    assert found["orders", "lifetime"].behind == sum(counts)
    assert found["orders", "14d"].periods == 0
    assert found["orders_each", "day"].zero_share == 0.3, "over nothing there is no reading"


def test_behind_a_sum_stand_its_events_and_behind_a_ratio_the_smaller_side(observed: Observe) -> None:
    events = [*days([8] * 29, 100)[: 8 * 21], *days([8] * 29, 10)[8 * 21 :]]
    found = by_label(observed(events))
    assert found["revenue", "day"].behind == 8
    assert found["revenue", "day"].level == 80
    share = found["big_share", "week"]
    assert (share.periods, share.level, share.behind) == (3, 3 / 7, 56)
    one_customer = [(time, "u0", amount) for time, _, amount in days([8] * 9)]
    assert by_label(observed(one_customer))["orders_each", "day"].behind == 1


def test_what_feeds_a_measure_is_of_its_type_meets_its_conditions_and_holds_what_it_needs(observed: Observe) -> None:
    events = [*days([4], 60), *days([3], 5), *days([2], None)]
    text = TEXT.replace("metrics:", "  again: {sum: ordered.tax, unit: EUR}\n  misspelt: {count: orderd}\nmetrics:")
    assert observed(events, parse(text)).observed.fed == {
        "orders": Fed(9, 9, 9),
        "big_orders": Fed(9, 4, 4),
        "revenue": Fed(9, 9, 7),
        "customers": Fed(9, 9, 9),
        "again": Fed(9, 9, 0),
        "misspelt": Fed(0, 0, 0),
    }
    both = TEXT.replace("revenue: {sum: ordered.amount,", "revenue: {sum: ordered.amount, where: amount > 20,")
    assert observed(events, parse(both)).observed.fed["revenue"] == Fed(9, 4, 4)


def test_a_lifecycle_is_fed_whether_a_metric_shows_it_or_not_and_behaves_by_its_parts(observed: Observe) -> None:
    text = TEXT.replace("metrics:", "  users: {lifecycle: user_id, of: ordered}\nmetrics:")
    shown = "  back: {measure: users.retained, window: {calendar: day}}\nnorth_star:"
    for written in (text, text.replace("north_star:", shown)):
        seen = observed([*days([4, 3, 3, 3]), (BEGIN, "", None)], parse(written)).observed
        assert {name: fed for name, fed in seen.fed.items() if name.startswith("users.")} == {
            f"users.{part}": Fed(14, 14, 13) for part in ("new", "retained", "resurrected", "dormant", "active")
        }
    (back,) = (one for one in seen.behaviours if one.metric == "back")
    assert (back.level, back.behind, back.zero_share) == (3, 3, 1 / 3)  # nobody is retained on the first day


def test_a_conversion_is_fed_by_what_it_begins_with(tmp_path: Path) -> None:
    lines = [
        {"event_id": "1", "event": "came", "time": BEGIN, "user_id": "u"},
        {"event_id": "2", "event": "came", "time": BEGIN + 1},
        {"event_id": "3", "event": "ordered", "time": BEGIN + 2, "user_id": "u"},
        {"event_id": "4", "event": "ordered", "time": BEGIN + 3},
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    made = "  activated: {conversion: [came, ordered], within: 1d}\nmetrics:"
    seen = observe(parse(TEXT.replace("metrics:", made)), [str(file)])
    assert seen.observed.fed["activated"] == Fed(2, 2, 1, led_to=2)
    misspelt = observe(parse(TEXT.replace("metrics:", made.replace("ordered", "orderd"))), [str(file)])
    assert misspelt.observed.fed["activated"] == Fed(2, 2, 1, led_to=0)
    shown = "  back: {measure: activated, window: lifetime}\nnorth_star:"
    seen = observe(parse(TEXT.replace("metrics:", made).replace("north_star:", shown)), [str(file)])
    assert by_label(seen)["back", "lifetime"].level == 1
    unused = {key: number for key, number in seen.folded.unused.items() if key[0] == "activated"}
    assert unused == {("activated", "no user_id"): 1, ("activated", "no user_id in ordered"): 1}


def test_behind_what_is_kept_stand_the_events_that_pay(observed: Observe) -> None:
    text = TEXT.replace("metrics:", "  paid: {net_retention: ordered.amount, unit: EUR}\nmetrics:")
    shown = "  kept: {ratio: [paid.kept, paid.base], window: {calendar: day}}\nnorth_star:"
    events = [*days([4, 2, 3, 3]), (BEGIN, "", 1), (BEGIN, "u0", None), (BEGIN, "", None)]
    for written in (text, text.replace("north_star:", shown)):
        seen = observed(events, parse(written)).observed
        assert {name: fed for name, fed in seen.fed.items() if name.startswith("paid.")} == {
            f"paid.{part}": Fed(15, 15, 12) for part in ("base", "kept")
        }
    (kept,) = (one for one in seen.behaviours if one.metric == "kept")
    assert kept.behind == 3


def test_entities_that_are_missing_feed_nothing(tmp_path: Path) -> None:
    file = tmp_path / "guests.jsonl"
    file.write_text('{"event_id": "1", "event": "ordered", "time": 1, "amount": 3}\n', encoding="utf-8")
    fed = observe(parse(TEXT), [str(file)]).observed.fed
    assert (fed["customers"], fed["orders"]) == (Fed(1, 1, 0), Fed(1, 1, 1))


def test_types_that_no_measure_counts_are_told(observed: Observe) -> None:
    definition = parse(TEXT.replace("ordered", "orderd"))
    seen = observed(days([3]), definition)
    assert seen.observed.left_out == {"ordered": 3}
    assert seen.observed.fed["orders"] == Fed(0, 0, 0)


def test_nothing_of_what_was_put_beside_the_measures_is_shown(observed: Observe) -> None:
    seen = observed(days([3], None))
    assert {measure for measure, _ in seen.folded.unused} == {"revenue", "big_orders"}
    assert list(seen.plan.definition.metrics) == ["orders", "revenue", "big_share", "orders_each"]


def test_files_that_hold_no_event_or_are_asked_for_twice_are_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    with pytest.raises(CommandError, match="no event counted"):
        observe(parse(TEXT), [str(empty)])
    with pytest.raises(CommandError, match="standard input can be read once only"):
        observe(parse(TEXT), ["-", "-"])


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("ordered")
ODD_EVENTS = st.dictionaries(
    st.sampled_from(["event_id", "event", "time", "user_id", "amount"]),
    ODD | st.integers(0, 4_000_000_000_000) | st.lists(ODD, max_size=2),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ODD_EVENTS.map(lambda event: json.dumps(event).encode()) | st.binary(max_size=30), max_size=6))
def test_whatever_a_file_holds_it_is_observed_or_refused_in_a_sentence(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events"
        file.write_bytes(b"\n".join(lines))
        try:
            observed = observe(parse(TEXT), [str(file)]).observed
        except CommandError:
            return
        assert 1 <= observed.events <= len(file.read_bytes().splitlines())
        assert all(fed.of_type >= fed.matching >= fed.used >= 0 for fed in observed.fed.values())


SPLIT = f"""{HEAD}dimensions:
  city: {{property: city, values: [Ede]}}
  came_by: {{property: channel, settled: user_id, values: [ads]}}
  free: {{property: city}}
measures:
  customers: {{distinct: user_id, of: ordered, by_dimension: [city]}}
  orders: {{count: ordered, by_dimension: [came_by, free]}}
  visits: {{count: visited}}
metrics:
  customers: {{measure: customers, window: {{calendar: day}}}}
  orders: {{measure: orders, window: {{calendar: day}}}}
  visits: {{measure: visits, window: {{calendar: day}}}}
north_star: {{metric: customers}}
"""


def test_values_that_events_carry_are_counted_where_only_declared_ones_are_told_apart(tmp_path: Path) -> None:
    carried: list[tuple[str, dict[str, str]]] = [
        *[("ordered", {"city": "Ede"})] * 3,
        *[("ordered", {"city": "Epe", "channel": "ads"})] * 2,
        ("ordered", {}),
        *[("visited", {"city": "Ens", "channel": "friends"})] * 4,
        ("left", {"city": "Een", "channel": "nobody"}),
    ]
    file = tmp_path / "events.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number, (kind, properties) in enumerate(carried):
            event = {"event_id": str(number), "event": kind, "time": BEGIN + number, "user_id": "u"} | properties
            lines.write(json.dumps(event) + "\n")
    seen = observe(parse(SPLIT), [str(file)]).observed
    assert seen.carried == {"city": {"Ede": 3, "Epe": 2}, "came_by": {"ads": 2, "friends": 4}}
    assert seen.left_out == {"left": 1}


def test_values_are_counted_of_every_source_and_of_what_a_conversion_leads_to(tmp_path: Path) -> None:
    events = "events: [{name: shop, topic: s, keyed_by: user_id}, {name: web, topic: w, keyed_by: user_id}]"
    text = f"""company: a\ntime_zone: UTC\n{events}
dimensions:
  city: {{property: city, values: [Ede]}}
  came_by: {{property: channel, settled: user_id, values: [ads]}}
measures:
  customers: {{distinct: user_id, of: ordered, from: shop, by_dimension: [city]}}
  visitors: {{distinct: user_id, of: visited, from: web, by_dimension: [city]}}
  bought: {{conversion: [seen, bought], from: web, by: user_id, within: 1d, by_dimension: [came_by]}}
metrics:
  customers: {{measure: customers, window: {{calendar: day}}}}
  visitors: {{measure: visitors, window: {{calendar: day}}}}
  bought: {{measure: bought, window: {{calendar: day}}}}
north_star: {{metric: customers}}
"""
    for source, kinds in (("shop", ["ordered"]), ("web", ["visited", "visited", "seen", "bought"])):
        with (tmp_path / source).open("w", encoding="utf-8") as lines:
            for number, kind in enumerate(kinds):
                carried = {"city": f"Ens {source}", "channel": f"by {kind}"}
                event = {"event_id": str(number), "event": kind, "time": BEGIN + number, "user_id": "u"} | carried
                lines.write(json.dumps(event) + "\n")
    seen = observe(parse(text), [f"{source}={tmp_path / source}" for source in ("shop", "web")]).observed
    assert seen.carried == {
        "city": {"Ens shop": 1, "Ens web": 2},
        "came_by": {"by visited": 2, "by seen": 1, "by bought": 1},
    }
