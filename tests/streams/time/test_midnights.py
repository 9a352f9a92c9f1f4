"""The table of midnights is the midnights one by one."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.time.midnights import midnight, midnights

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
