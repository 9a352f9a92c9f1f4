"""What contradicts itself in the steering is told at its line, all at once."""

import pytest

from schemas.definition.loading import parse
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, line_of, with_line

LAST = len(GOOD.splitlines()) + 1
STAR = line_of("north_star:")
FIRST = "{name: A, start: 2026-01-01, end: 2026-01-02}"
MORE = "{objective: More, key_results: [{metric: orders, reach: 2}]}"
TWO = "path: [{by: 2026-06-30, value: 2}, {by: 2026-12-31, value: 3}]"


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    return caught.value.faults


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("target: 2, base: 1, from: 2026-05-01, by: 2026-04-30", "from: begins after the day it is due, 2026-04-30"),
        ("target: 2, base: 1, from: 2026-04-30, by: 2026-04-30", "from: begins on the day it is due, 2026-04-30"),
        ("from: 2026-04-30", "from: says since when, but there is no target to reach"),
        ("path: linear", "path: says which way, but there is no target to reach"),
        ("target: 2, path: linear", 'path: a straight way needs "base" and "from" and "by" beside target'),
        ("target: 2, path: linaer", 'path: "linaer" is no path; write linear, or milestones'),
        ("target: 2, path: []", "path: must be linear, or milestones"),
        ("path: [{by: 2026-06-30}]", 'path[0]: lacks "value"'),
        ("path: [{by: 2026-06-31, value: 1}]", 'path[0].by: "2026-06-31" is not a date'),
        (f"target: 4, {TWO}", "target: is not the value of the last milestone, 3"),
        (f"by: 2027-01-01, {TWO}", "by: is not the day of the last milestone, 2026-12-31"),
        (f"from: 2026-07-01, {TWO}", "path[0]: is due on 2026-06-30, no later than the beginning, 2026-07-01"),
        (f"base: 2.5, {TWO}", "path[0]: 2 is below the base, 2.5, although higher is better"),
        (f"better: lower, {TWO}", "path[1]: 3 is above the milestone before, 2, although lower is better"),
        (
            "path: [{by: 2026-12-31, value: 2}, {by: 2026-06-30, value: 3}]",
            "path[1]: is due on 2026-06-30, no later than the milestone before, 2026-12-31",
        ),
        ("target: 2, owner: [Ada]", "owner: must be text"),
        (f"target: 2, owner: {'a' * 81}", "owner: is longer than 80 characters, which no board has room for"),
        ("target: 2, runbook: http://", 'runbook: "http://" is no link such as'),
        ("target: 2, ownr: Ada", 'ownr: is no key here; did you mean "owner"?'),
    ],
)
def test_a_way_that_cannot_be_gone_is_told(said: str, fault: str) -> None:
    lines = faults_of(with_line(STAR, f"north_star: {{metric: orders, {said}}}"))
    (line,) = [one for one in lines if fault in one]
    assert line.startswith(f"nsm.yaml:{STAR}: north_star.")
    assert lines == (line,) or "linaer" in said


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("targets: {order: {target: 2}}", 'targets.order: there is no metric "order"; did you mean "orders"?'),
        ("targets: {orders: {better: lower}}", 'targets.orders: lacks "target"'),
        ("targets: {orders: {base: 2}}", "targets.orders.base: says where it stood, but there is no target to reach"),
        ("targets: {repeat_orders_per_customer: {target: 2}}", "is the north star; its target stands in north_star"),
        ("targets: [orders]", "targets: must be a mapping from metrics to targets"),
        ("targets: {orders: 500}", "targets.orders: must be a mapping, with "),
        ("targets: {orders: {target: 2}, orders: {target: 3}}", "targets.orders: stands here twice"),
        ("okrs: {objective: More}", "okrs: must be a list"),
        ("okrs: [{objective: More}]", 'okrs[0]: lacks "key_results"'),
        ("okrs: [{objective: More, key_results: []}]", "okrs[0].key_results: is an empty list"),
        (
            f"okrs: [{MORE}, {MORE}]",
            'okrs[1]: "More" stands here twice; first on line',
        ),
        ("initiatives: [{name: A, start: 2026-02-01, end: 2026-01-31}]", "initiatives[0].end: is 2026-01-31, before"),
        ("initiatives: [{name: A, start: 2026-02-01}]", 'initiatives[0]: lacks "end"'),
        (
            "initiatives: [{name: A, start: 2026-02-01, end: 2026-02-01, expects: {metric: ordrs}}]",
            'initiatives[0].expects.metric: there is no metric "ordrs"; did you mean "orders"?',
        ),
        (
            "initiatives: [{name: A, start: 2026-02-01, end: 2026-02-01, expects: {metric: orders, change: 5%}}]",
            'initiatives[0].expects.change: "5%" is no change in percent; write one such as +15% or -5%, with its sign',
        ),
        (
            f"initiatives: [{FIRST}, {{name: A, start: 2026-02-01, end: 2026-02-01}}]",
            'initiatives[1]: "A" stands here twice',
        ),
        (
            "calendar: {holidays: [{date: 2026-12-25, name: Christmas}, {date: 2026-12-25, name: Boxing Day}]}",
            'calendar.holidays[1]: "2026-12-25" stands here twice',
        ),
        ("calendar: {holiday: []}", 'calendar.holiday: is no key here; did you mean "holidays"?'),
        ("calendar: {holidays: [{date: 2026-12-25}]}", 'calendar.holidays[0]: lacks "name"'),
        ("calendar: {campaigns: [{name: A, start: 2026-02-02, end: 2026-02-01}]}", "campaigns[0].end: is 2026-02-01"),
        (
            f"calendar: {{campaigns: [{FIRST}, {{name: A, start: 2026-01-02, end: 2026-01-04}}]}}",
            'calendar.campaigns[1]: "A" is on already at that time, by line',
        ),
    ],
)
def test_each_section_tells_its_fault_where_it_stands(said: str, fault: str) -> None:
    (line,) = faults_of(f"{GOOD}{said}\n")
    assert line.startswith(f"nsm.yaml:{LAST}: ")
    assert fault in line


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("metric: orders", "must aim at one thing: change: +15%, reach: 40, or hold: 40 with for: 4w"),
        ("metric: orders, reach: 2, hold: 2, for: 4d", "must aim at one thing"),
        ("metric: orders, reech: 2", '.reech: is no key here; did you mean "reach"?'),
        ("metric: orders, reach: 2, for: 4d", ".for: goes with hold, not with reach"),
        ("metric: orders, hold: 2", 'lacks "for"'),
        ("metric: orders, hold: 2, for: 4h", '.for: "4h" is no number of days or weeks such as 10d or 4w'),
        ("metric: orders, hold: 2, for: 0d", '.for: "0d" is no number of days or weeks'),
        ("metric: orders, change: +15%", '.change: is a change of what? It lacks "base"'),
        ("metric: orders, change: 15%, base: 2", '.change: "15%" is no change in percent'),
        ("metric: orders, change: +0%, base: 2", '.change: "+0%" is no change at all'),
        ("metric: orders, change: +5%, base: 0", ".change: leaves nothing to do: any part of a base of 0 is 0"),
        ("metric: orders, change: +999999%, base: 1e308", ".change: leads further than a number can say"),
        ("metric: orders, reach: 2, base: 2.0", ".reach: leaves nothing to do: its base already"),
        ("metric: orders, change: -5%, base: 2, better: higher", ".change: is below its base of 2, although higher"),
        ("metric: orders, reach: 3, base: 2, better: lower", ".reach: is above its base of 2, although lower"),
        ("metric: orders, reach: 3, from: 2026-02-02, by: 2026-02-01", ".from: begins after the day it is due"),
        ("metric: orders, hold: 3, for: 2w, from: 2026-02-01, by: 2026-02-15", ".for: 14 days do not fit between"),
        ("metric: orders, hold: 3, for: 50d", ".for: is too long for a window of 1h; hold it for 41d at most"),
        ("metric: everything, hold: 3, for: 5d", ".for: everything is read over everything"),
        ("metric: order, reach: 3", '.metric: there is no metric "order"; did you mean "orders"?'),
    ],
)
def test_a_key_result_that_cannot_be_is_told(said: str, fault: str) -> None:
    text = GOOD.replace("north_star:", "  everything: {measure: orders, window: lifetime}\nnorth_star:")
    (line,) = faults_of(f"{text}okrs: [{{objective: More, key_results: [{{{said}}}]}}]\n")
    assert line.startswith(f"nsm.yaml:{LAST + 1}: okrs[0].key_results[0]")
    assert fault in line


def test_key_results_of_one_objective_have_names_of_their_own() -> None:
    twice = "{metric: orders, reach: 2}, {metric: orders, reach: 2.0}"
    (line,) = faults_of(f"{GOOD}okrs: [{{objective: More, key_results: [{twice}]}}]\n")
    assert 'key_results[1]: "orders 2" stands here twice' in line
    named = "{metric: orders, reach: 2}, {metric: orders, reach: 2.0, name: again}"
    assert len(parse(f"{GOOD}okrs: [{{objective: More, key_results: [{named}]}}]\n").okrs[0].key_results) == 2


def test_all_faults_of_the_steering_are_told_at_once() -> None:
    said = """\
targets: {orders: {target: 2, base: 3}}
okrs: [{objective: More, key_results: [{metric: nothing, reach: 2, base: 2}]}]
initiatives: [{name: A, start: 2026-02-01, end: 2026-01-01}]
calendar: {holidays: [{date: soon, name: Party}]}
"""
    lines = faults_of(GOOD + said)
    assert [int(line.split(":")[1]) for line in lines] == [LAST, LAST + 1, LAST + 1, LAST + 2, LAST + 3]


@pytest.mark.parametrize("day", ["0001-01-05", "1969-12-31", "3000-01-01", "9999-12-31"])
def test_a_date_leaves_room_for_periods_before_and_after_it(day: str) -> None:
    (fault,) = faults_of(with_line(STAR, f"north_star: {{metric: orders, target: 2, by: {day}}}"))
    assert f'"{day}" is not a date such as 2027-06-30, from 1970-01-01 to 2999-12-31' in fault
