"""The table of midnights is the midnights one by one."""

import itertools
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.time.midnights import midnight, midnights
from tests.streams.time.wall_clocks import changes, distinct_zones, listed_changes, ms

ODD_ZONES = [
    "Europe/Amsterdam",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "America/Boa_Vista",  # a summer time of seven days, with a midnight skipped, in 2000
    "Asia/Beirut",
    "Africa/Cairo",
    "Asia/Gaza",
    "Africa/Monrovia",
    "America/Havana",
    "America/St_Johns",
    "Pacific/Kwajalein",
    "Pacific/Kiritimati",
    "Pacific/Apia",
]
FIRST, LAST = date(1969, 12, 25).toordinal(), date(2101, 1, 1).toordinal()


@pytest.mark.parametrize("name", ODD_ZONES)
def test_the_table_of_odd_zones_is_each_midnight_asked_for_by_itself(name: str) -> None:
    zone = ZoneInfo(name)
    assert midnights(zone, FIRST, LAST).tolist() == [midnight(zone, day) for day in range(FIRST, LAST + 1)]


@settings(deadline=None)
@given(st.sampled_from(ODD_ZONES), st.integers(FIRST, LAST), st.integers(0, 60))
def test_a_table_may_begin_and_end_anywhere(name: str, first: int, more: int) -> None:
    zone = ZoneInfo(name)
    days = range(first, first + more + 1)
    assert midnights(zone, days[0], days[-1]).tolist() == [midnight(zone, day) for day in days]


def test_a_table_knows_the_night_when_clocks_jumped_from_before_midnight_to_after_it() -> None:
    zone, day = ZoneInfo("America/Toronto"), date(1919, 3, 31).toordinal()
    for first, last in [(day - 9, day + 9), (day, day + 1), (day - 1, day)]:
        table = midnights(zone, first, last).tolist()
        assert table == [midnight(zone, one) for one in range(first, last + 1)]
        assert table[day - first] == ms("1919-03-31T04:30:00Z")


def test_no_zone_changes_its_clocks_twice_within_two_days_so_that_a_table_misses_no_midnight() -> None:
    begin = datetime(1969, 12, 20, tzinfo=UTC).timestamp()
    for name in distinct_zones():
        listed = [t for t in listed_changes(name) if t > begin]
        assert all(after - before > 2 * 86_400 for before, after in itertools.pairwise(listed)), name
    assert len([t for t in listed_changes("Pacific/Apia") if t > begin]) > 10


@pytest.mark.parametrize("name", ODD_ZONES)
def test_changes_that_are_walked_to_are_those_that_the_file_lists(name: str) -> None:
    listed = [t * 1000 for t in listed_changes(name)]
    begin, end = ms("1970-01-02T00:00+00:00"), ms("2007-01-02T00:00+00:00")
    walked = list(changes(ZoneInfo(name), begin, end))
    until = min(end, max(listed, default=begin))  # some files leave to a rule what others list
    assert [t for t in walked if t <= until] == [t for t in listed if begin < t <= until]
