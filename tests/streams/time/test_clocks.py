"""What clocks show, also past the year 9999."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.time.clocks import CYCLE_DAYS, CYCLE_MS, ahead_seconds, local_date, written
from tests.streams.time.wall_clocks import ms

ZONES = ["UTC", "Europe/Amsterdam", "Pacific/Apia", "Pacific/Kiritimati", "America/New_York", "Pacific/Pago_Pago"]
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(zones, st.integers(0, ms("9999-12-30T00:00:00+00:00")))
def test_what_is_written_of_an_instant_is_that_instant_on_its_date(zone: ZoneInfo, t: int) -> None:
    shown = datetime.fromisoformat(written(zone, t))
    assert (shown - datetime.fromisoformat("1970-01-01T00:00:00+00:00")).total_seconds() * 1000 == pytest.approx(
        t, abs=0.5
    )
    assert shown.utcoffset() == shown.astimezone(zone).utcoffset()
    assert local_date(zone, t) == shown.toordinal()


@given(zones, st.integers(ms("9590-01-01T00:00:00+00:00"), ms("9980-01-01T00:00:00+00:00")), st.integers(1, 9))
def test_clocks_repeat_every_four_centuries_without_end(zone: ZoneInfo, t: int, times: int) -> None:
    later = t + times * CYCLE_MS
    assert local_date(zone, later) == local_date(zone, t) + times * CYCLE_DAYS
    year, now, then = int(written(zone, t)[:4]) + 400 * times, written(zone, t), written(zone, later)
    assert then == f"{'+' if year > 9999 else ''}{year}{now[4:]}"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "9999-12-31T23:59:59.999000+00:00"),
        ("America/New_York", "9999-12-31T18:59:59.999000-05:00"),
        ("Europe/Amsterdam", "+10000-01-01T00:59:59.999000+01:00"),
    ],
)
def test_the_last_time_that_an_event_may_bear_can_be_written_in_every_zone(zone: str, text: str) -> None:
    assert written(ZoneInfo(zone), 253_402_300_799_999) == text


@pytest.mark.parametrize(
    ("zone", "at", "seconds"),
    [
        ("Europe/Amsterdam", "2026-03-29T00:59:59+00:00", 3600),
        ("Europe/Amsterdam", "2026-03-29T01:00:00+00:00", 7200),
        ("Asia/Kathmandu", "2026-03-29T01:00:00+00:00", 20_700),
        ("America/New_York", "2026-11-28T12:00:00+00:00", -18_000),
        ("UTC", "2026-11-28T12:00:00+00:00", 0),
    ],
)
def test_clocks_are_ahead_of_utc_by_what_holds_at_that_instant(zone: str, at: str, seconds: int) -> None:
    assert ahead_seconds(ZoneInfo(zone), ms(at)) == seconds
