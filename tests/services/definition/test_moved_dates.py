"""The dates of a definition are moved, those of the events in its comments are not."""

from datetime import date, timedelta

import pytest

from services.definition.moved_dates import with_dates, years_later


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("  by: 2027-12-31\n", "  by: 2028-01-01\n"),
        ("- {start: 2026-10-12, end: 2027-01-31}", "- {start: 2026-10-13, end: 2027-02-01}"),
        ("  from: 2026-09-01     # on 2026-09-01\n", "  from: 2026-09-02     # on 2026-09-01\n"),
        ('#   {"time": "2026-08-03T20:30:00+01:00"}\n', '#   {"time": "2026-08-03T20:30:00+01:00"}\n'),
        ("sku: 12026-09-01 2026-09-011 x2026-09-01\n", "sku: 12026-09-01 2026-09-011 x2026-09-01\n"),
        ("", ""),
    ],
)
def test_a_date_is_moved_where_the_definition_says_it(text: str, moved: str) -> None:
    assert with_dates(text, lambda day: day + timedelta(days=1)) == moved


def test_a_leap_day_becomes_the_day_before_it() -> None:
    assert years_later(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert years_later(date(2028, 2, 29), 4) == date(2032, 2, 29)
