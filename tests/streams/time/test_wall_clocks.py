"""Every zone of the tz database: its days are what its clocks showed."""

from collections import defaultdict
from zoneinfo import ZoneInfo

import numpy as np

from streams.time.calendar import Calendar
from tests.streams.time.wall_clocks import changes, distinct_zones, local, local_dates, ms, telling_instants

YEARS = [
    ("1971-12-01", "1972-06-01"),  # Monrovia's offset of 44 minutes and 30 seconds
    ("1993-07-01", "1995-02-01"),  # Kwajalein, Enderbury and Kiritimati leave a day out
    ("2009-06-01", "2012-02-01"),  # clocks go back at 00:01; Cairo changes four times a year; Apia leaves a day out
    ("2020-01-01", "2031-01-02"),
    ("2037-06-01", "2038-06-01"),  # from a list of changes to a rule
]
SPANS = [(ms(f"{begin}T00:00+00:00"), ms(f"{end}T00:00+00:00")) for begin, end in YEARS]
BACK_OVER_MIDNIGHT_UNTIL = ms("2011-11-07T00:00+00:00")


def test_in_every_zone_days_are_the_local_dates_and_begin_at_their_first_instants() -> None:
    wrong: list[tuple[str, str]] = []
    repeated: defaultdict[str, list[int]] = defaultdict(list)
    for name in distinct_zones():
        zone, calendar = ZoneInfo(name), Calendar(name)
        for span in SPANS:
            first, last = calendar.day(span[0]), calendar.day(span[1])
            starts = np.array([calendar.start(day) for day in range(first, last + 2)], np.int64)
            times = telling_instants(span, list(changes(zone, *span)), starts)
            dates = local_dates(zone, times)
            # Between two changes the date only rises, and each change is there with the instant before it: what is
            # reached here is what any instant up to this one had.  At starts and the instants before them it shows
            # that no start is late and none early.
            reached, days = np.maximum.accumulate(dates), calendar.days(times)
            inside = (starts[days - first] <= times) & (times < starts[days - first + 1])
            told = np.array([calendar.day(t) for t in times[::16].tolist()], np.int64)
            right = (days == reached) & inside
            right[::16] &= told == days[::16]
            wrong += [(name, local(zone, t).isoformat()) for t in times[~right][:1].tolist()]
            repeated[name] += times[reached != dates].tolist()
    assert wrong == []
    assert "America/St_Johns" in {name for name, times in repeated.items() if times}
    assert all(t < BACK_OVER_MIDNIGHT_UNTIL for times in repeated.values() for t in times)
