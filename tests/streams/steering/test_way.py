"""A way leads from its base to its target, evenly or in steps, and never back."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.steering import Change, Hold, KeyResult, Milestone, Reach, Target
from streams.steering.comparable import Comparable
from streams.steering.course import TOLERANCE, course, progress, tolerated
from streams.steering.way import Way, way_of, way_of_result

DAY = date(2026, 1, 1).toordinal()
numbers = st.fractions(-1000, 1000, max_denominator=1000)


@st.composite
def ways(draw: st.DrawFn) -> Way:
    """Straight, upward or downward, of a day or of years."""
    base, target = draw(st.lists(numbers, min_size=2, max_size=2, unique=True))
    better: Literal["higher", "lower"] = "higher" if target > base else "lower"
    return Way(target=target, better=better, base=base, since=DAY, by=DAY + draw(st.integers(1, 3000)))


@st.composite
def stepped(draw: st.DrawFn) -> Target:
    """Milestones as a definition has them: in order, each at least as good as the one before."""
    days = sorted(draw(st.sets(st.integers(1, 2000), min_size=1, max_size=6)))
    better: Literal["higher", "lower"] = draw(st.sampled_from(["higher", "lower"]))
    values = sorted(draw(st.lists(st.integers(-500, 500), min_size=len(days) + 1, max_size=len(days) + 1)))
    base, *values = values if better == "higher" else values[::-1]
    begin = date(2026, 1, 1)
    path = tuple(Milestone(by=begin + timedelta(day), value=value) for day, value in zip(days, values, strict=True))
    return Target(metric="m", target=values[-1], base=base, since=begin, by=path[-1].by, path=path, better=better)


def known(value: Fraction | None) -> Fraction:
    assert value is not None
    return value


@given(ways(), st.integers(-10, 3100), st.integers(0, 3100))
def test_a_straight_way_never_goes_back_and_stays_between_its_ends(way: Way, first: int, further: int) -> None:
    before, after = known(way.at(DAY + first)), known(way.at(DAY + first + further))
    assert way.gained(after, before) >= 0
    assert min(known(way.base), way.target) <= before <= max(known(way.base), way.target)


@given(ways())
def test_it_begins_at_the_base_and_ends_at_the_target_on_the_very_days(way: Way) -> None:
    assert way.since is not None
    assert way.by is not None
    assert (way.at(way.since), way.at(way.by)) == (way.base, way.target)
    assert (way.at(way.since - 1), way.at(way.by + 1)) == (way.base, way.target)
    if way.by - way.since > 1:
        assert way.at(way.since + 1) not in (way.base, way.target)


@given(ways())
def test_progress_is_0_at_the_base_1_at_the_target_and_even_between(way: Way) -> None:
    base = known(way.base)
    assert [known(progress(way, value)) for value in (base, way.target)] == [0, 1]
    assert progress(way, base + (way.target - base) / 3) == Fraction(1, 3)
    beyond = way.target + (way.target - base)
    below = base - (way.target - base)
    assert [known(progress(way, value)) for value in (beyond, below)] == [1, 0]


@given(ways(), st.integers(0, 3000), numbers, numbers)
def test_a_better_value_is_never_further_behind(way: Way, day: int, one: Fraction, other: Fraction) -> None:
    order = ["behind", "on_course", "ahead"]
    worse, better = (one, other) if way.gained(other, one) >= 0 else (other, one)
    at = [course(way, Comparable(value, DAY + day)) for value in (worse, better)]
    assert order.index(str(at[0])) <= order.index(str(at[1]))
    assert known(progress(way, worse)) <= known(progress(way, better))


@given(ways(), st.integers(-3, 3000))
def test_whoever_is_on_the_path_is_on_course_and_a_twentieth_of_the_way_is_forgiven(way: Way, day: int) -> None:
    on = DAY + day
    path, tolerance = known(way.at(on)), tolerated(way)
    step = 1 if way.better == "higher" else -1
    assert tolerance == TOLERANCE * abs(way.target - known(way.base))
    assert course(way, Comparable(path, on)) == course(way, Comparable(path + step * tolerance, on)) == "on_course"
    assert course(way, Comparable(path + step * (tolerance + 1), on)) == "ahead"
    assert course(way, Comparable(path - step * (tolerance + 1), on)) == "behind"
    over = way.by is not None and on >= way.by
    assert course(way, Comparable(path - step * tolerance, on)) == ("behind" if over else "on_course")


def test_the_last_day_is_judged_strictly_only_when_it_is_over() -> None:
    way = Way(target=Fraction(10), better="higher", base=Fraction(0), since=DAY, by=DAY + 10)
    short = Fraction("9.9")
    told = [course(way, Comparable(short, DAY + day, ended=ended)) for day in (10, 11) for ended in (False, True)]
    assert told == ["on_course", "behind", "behind", "behind"]


@given(stepped(), st.integers(-10, 2100), st.integers(0, 2100))
def test_milestones_are_to_be_had_from_their_own_day_on(target: Target, first: int, further: int) -> None:
    way = way_of(target)
    assert way is not None
    for one in target.path:
        assert way.at(one.by.toordinal()) == one.value
    assert way.at(target.path[0].by.toordinal() - 1) == target.base
    assert way.at(target.path[-1].by.toordinal() + 1000) == target.target
    assert way.gained(known(way.at(DAY + first + further)), known(way.at(DAY + first))) >= 0


def test_a_way_that_nobody_told_is_none() -> None:
    assert way_of(Target(metric="m")) is None
    for target in (
        Target(metric="m", target=2, base=1, by=date(2026, 3, 1)),
        Target(metric="m", target=2, since=date(2026, 1, 1), by=date(2026, 3, 1)),
        Target(metric="m", target=2, base=1, since=date(2026, 1, 1)),
    ):
        way = way_of(target)
        assert way is not None
        assert way.at(DAY) is None
        assert course(way, Comparable(Fraction(2), DAY)) is None
        assert (progress(way, Fraction(3, 2)) is None) == (target.base is None)
    before_the_first = way_of(Target(metric="m", target=2, path=(Milestone(by=date(2026, 3, 1), value=2),)))
    assert before_the_first is not None
    assert before_the_first.at(DAY) is None


def test_decimals_are_what_was_written() -> None:
    way = way_of(Target(metric="m", target=0.3, base=0.1, since=date(2026, 1, 1), by=date(2026, 1, 3)))
    assert way is not None
    assert way.at(DAY + 1) == Fraction(2, 10)


def test_a_level_to_be_kept_has_no_way_but_a_side() -> None:
    way = way_of(Target(metric="m", target=2, base=2, since=date(2026, 1, 1), by=date(2026, 12, 31)))
    assert way is not None
    assert [progress(way, Fraction(value)) for value in (1, 2, 3)] == [0, 1, 1]
    assert [course(way, Comparable(Fraction(value), DAY)) for value in ("1.89", "1.9", "2.1", "2.11")] == [
        "behind",
        "on_course",
        "on_course",
        "ahead",
    ]


def test_the_way_of_a_key_result_ends_where_it_aims() -> None:
    since, by = date(2026, 1, 1), date(2026, 12, 31)
    change = KeyResult(name="k", metric="m", aim=Change(15), base=1.2, since=since, by=by)
    assert way_of_result(change).at(by.toordinal()) == Fraction("1.38")
    reach = KeyResult(name="k", metric="m", aim=Reach(1), base=3, since=since, by=by, better="lower")
    assert known(way_of_result(reach).at(by.toordinal() - 1)) > 1
    hold = KeyResult(name="k", metric="m", aim=Hold(35, 28), base=30, since=since, by=by)
    assert way_of_result(hold).at(by.toordinal() - 28) == 35
    assert known(way_of_result(hold).at(by.toordinal() - 29)) < 35
