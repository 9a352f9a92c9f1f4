"""Where the local days of a zone begin: at the first instant of a date as the clocks show it.

23:58  23:59 | 01:00  01:01        midnight is skipped: the day begins where the clocks went on
23:59  00:00 | 23:01 .. 00:00      midnight comes twice: the day begins at the first
Thursday     | Saturday            a date is left out: it has no length and begins where the next does
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, groupby, repeat
from operator import add
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from streams.time.clocks import CYCLE_DAYS, CYCLE_MS, DAY_MS, EPOCH, LAST_DAY, MILLISECOND, local


def midnight(zone: ZoneInfo, day: int) -> int:
    """The first instant of this day; ``day`` as ``date.toordinal``, at least the third."""
    if day > LAST_DAY:
        cycles = -((LAST_DAY - day) // CYCLE_DAYS)
        return midnight(zone, day - cycles * CYCLE_DAYS) + cycles * CYCLE_MS
    shown = datetime.combine(date.fromordinal(day), time.min, zone)  # fold=0: the first of two
    t = (shown.astimezone(UTC) - EPOCH) // MILLISECOND
    if local(zone, t).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return t
    low, high = t - DAY_MS, t  # midnight was skipped: the first instant after the jump
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if local(zone, middle).toordinal() >= day else (middle, high)
    return high


def midnights(zone: ZoneInfo, first: int, last: int) -> NDArray[np.int64]:
    """``midnight`` of each day from the first to the last, thirty times as fast.

    A midnight is what the clocks show less their offset from UTC, also where they jump on at midnight.  Where they
    jump from before it to after it (Toronto, 1919-03-31, 23:30 to 00:30) that is too late; the next midnight then has
    another offset.  So each day before such a step is asked for by itself.

        offset at midnight    +1  +1  +1 | +2  +2  +2  +2 | +1  +1
                                       ^                ^

    A jump taken back before the next midnight would not be seen; nowhere do clocks change twice within six days.
    """
    shown = accumulate(repeat(timedelta(days=1), last - first), add, initial=datetime.fromordinal(first))
    runs = [(offset or timedelta(), len(list(run))) for offset, run in groupby(map(zone.utcoffset, shown))]
    lengths = [length for _, length in runs]
    starts = (np.arange(first, last + 1, dtype=np.int64) - EPOCH.toordinal()) * DAY_MS
    starts -= np.repeat([offset // MILLISECOND for offset, _ in runs], lengths)
    for after in accumulate(lengths):
        starts[after - 1] = midnight(zone, first + after - 1)
    return starts
