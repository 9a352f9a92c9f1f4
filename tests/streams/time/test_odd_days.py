"""Days that are not 24 hours from midnight to midnight, by name."""

from datetime import date

import numpy as np
import pytest

from streams.time.calendar import Calendar
from streams.time.grains import HOUR, MINUTE
from tests.streams.time.wall_clocks import local_dates, ms

ODD = [
    ("Europe/Amsterdam", "2026-03-29", "2026-03-28T23:00:00Z", 23 * HOUR),
    ("Europe/Amsterdam", "2026-10-25", "2026-10-24T22:00:00Z", 25 * HOUR),
    ("Europe/Amsterdam", "2026-06-01", "2026-05-31T22:00:00Z", 24 * HOUR),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24 * HOUR + 30 * MINUTE),
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23 * HOUR + 30 * MINUTE),
    ("Antarctica/Troll", "2026-03-29", "2026-03-29T00:00:00Z", 22 * HOUR),
    ("Asia/Kathmandu", "2026-05-02", "2026-05-01T18:15:00Z", 24 * HOUR),
    ("Africa/Casablanca", "2024-03-10", "2024-03-09T23:00:00Z", 25 * HOUR),  # Ramadan begins, clocks go back
    ("Africa/Casablanca", "2024-04-14", "2024-04-14T00:00:00Z", 23 * HOUR),
    # midnight is skipped: the day begins at 01:00
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23 * HOUR),
    ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z", 23 * HOUR),
    ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z", 23 * HOUR),
    ("Asia/Gaza", "2012-03-30", "2012-03-29T22:00:00Z", 23 * HOUR),
    ("Africa/Monrovia", "1972-01-07", "1972-01-07T00:44:30Z", 24 * HOUR - 44 * MINUTE - 30_000),
    # midnight is taken back before it shows: the day before has its last hour twice
    ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25 * HOUR),
    ("Asia/Beirut", "2024-10-26", "2024-10-25T21:00:00Z", 25 * HOUR),
    ("Africa/Cairo", "2023-10-26", "2023-10-25T21:00:00Z", 25 * HOUR),
    # midnight comes twice
    ("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", 25 * HOUR),
    # clocks move at 00:01, so that midnight comes twice
    ("America/St_Johns", "2010-03-14", "2010-03-14T03:30:00Z", 23 * HOUR),
    ("America/St_Johns", "2010-11-06", "2010-11-06T02:30:00Z", 24 * HOUR),
    ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", 25 * HOUR),
    ("Antarctica/Casey", "2010-03-05", "2010-03-04T13:00:00Z", 27 * HOUR),  # from 02:00 back to 23:00
    ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z", 23 * HOUR + 30 * MINUTE),  # from 23:30 on to 00:30
    # dates that were left out
    ("Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z", 0),
    ("Pacific/Kiritimati", "1994-12-31", "1994-12-31T10:00:00Z", 0),
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24 * HOUR),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24 * HOUR),
]


@pytest.mark.parametrize(("zone", "day", "start", "length"), ODD)
def test_a_day_begins_at_its_first_instant_and_is_as_long_as_its_clocks_made_it(
    zone: str, day: str, start: str, length: int
) -> None:
    calendar, number = Calendar(zone), date.fromisoformat(day).toordinal()
    assert calendar.start(number) == ms(start)
    assert calendar.start(number + 1) - calendar.start(number) == length


def test_the_hour_that_saint_johns_had_twice_stays_in_the_day_it_first_came_in() -> None:
    calendar, seventh = Calendar("America/St_Johns"), date(2010, 11, 7).toordinal()
    assert calendar.day(ms("2010-11-07T02:29:59Z")) == seventh - 1
    assert calendar.day(ms("2010-11-07T02:30:59Z")) == seventh  # 00:00:59
    assert calendar.day(ms("2010-11-07T02:31:00Z")) == seventh  # 23:01 on the sixth, again
    assert calendar.day(ms("2010-11-08T03:29:59Z")) == seventh


@pytest.mark.parametrize(
    ("zone", "day", "repeated"),
    [
        ("Antarctica/Casey", "2010-03-05", ("2010-03-04T15:00:00Z", "2010-03-04T15:59:59Z")),
        ("Pacific/Guam", "1969-01-26", ("1969-01-25T13:01:00Z", "1969-01-25T13:59:59Z")),  # before the table
    ],
)
def test_clocks_that_show_yesterday_again_take_no_day_back(zone: str, day: str, repeated: tuple[str, str]) -> None:
    calendar, times = Calendar(zone), np.array([ms(text) for text in repeated], np.int64)
    yesterday = date.fromisoformat(day).toordinal() - 1
    assert local_dates(calendar.zone, times).tolist() == [yesterday, yesterday]
    assert [calendar.day(t) for t in times.tolist()] == calendar.days(times).tolist() == [yesterday + 1, yesterday + 1]


def test_no_instant_lies_in_a_date_that_was_left_out() -> None:
    calendar, thirtieth = Calendar("Pacific/Apia"), date(2011, 12, 30).toordinal()
    jump = ms("2011-12-30T10:00:00Z")
    assert (calendar.day(jump - 1), calendar.day(jump)) == (thirtieth - 1, thirtieth + 1)
    assert calendar.days(np.array([jump - 1, jump])).tolist() == [thirtieth - 1, thirtieth + 1]
