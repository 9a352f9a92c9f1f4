"""What clocks on the wall said, by the tz database, an instant at a time: the truth that calendars are held to."""

import itertools
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import numpy as np

from streams.time.calendar import Times
from streams.time.grains import DAY, HOUR, MINUTE

STRIDE = DAY // 2
"""Of the walk that looks for changes; the whole tz database has no two less than six days apart."""


def ms(text: str) -> int:
    """Epoch milliseconds of an ISO time."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def local(zone: ZoneInfo, t: int) -> datetime:
    """What the clock shows at an instant, to the second."""
    return datetime.fromtimestamp(t // 1000, zone)


def distinct_zones() -> list[str]:
    """One name of each set of zones that share their rules, byte by byte."""
    return list({rules(name): name for name in sorted(available_timezones(), reverse=True)}.values())


def rules(name: str) -> bytes:
    """The zone's file in the tz database, where ``ZoneInfo`` finds it."""
    for place in (*map(Path, TZPATH), Path(str(files("tzdata"))) / "zoneinfo"):
        if (place / name).is_file():
            return (place / name).read_bytes()
    raise LookupError(name)


def changes(zone: ZoneInfo, begin: int, end: int) -> Iterator[int]:
    """The first instants of another offset from UTC.

    A walk along the clock finds two readings with different offsets; the change lies near them, wherever the clock
    jumped to, and is then looked for among the instants.
    """
    readings = _readings(begin, end)
    offsets = list(map(zone.utcoffset, readings))
    for place, (before, after) in enumerate(itertools.pairwise(offsets)):
        if before != after:
            middle = begin + place * STRIDE
            low, high = (middle - 2 * DAY) // 1000, (middle + 2 * DAY) // 1000
            while high - low > 1:
                half = (low + high) // 2
                low, high = (half, high) if local(zone, half * 1000).utcoffset() == before else (low, half)
            yield high * 1000


@cache
def _readings(begin: int, end: int) -> list[datetime]:
    first, step = datetime(1970, 1, 1), timedelta(milliseconds=STRIDE)  # noqa: DTZ001 what a clock shows, anywhere
    return [first + i * step for i in range(begin // STRIDE, end // STRIDE)]


def listed_changes(name: str) -> list[int]:
    """Every change of offset that the zone's file lists, in seconds: RFC 9636, the second block, of 64-bit times."""
    content = rules(name)
    header = content.index(b"TZif", 1)
    times, types = struct.unpack_from(">2l", content, header + 32)
    place = header + 44
    moments = struct.unpack_from(f">{times}q", content, place)
    kinds = content[place + 8 * times : place + 9 * times]
    offsets = [struct.unpack_from(">l", content, place + 9 * times + 6 * kind)[0] for kind in range(types)]
    after = [offsets[kind] for kind in kinds]
    before = (offsets[:1] + after)[:times]
    return [t for t, old, new in zip(moments, before, after, strict=True) if old != new]


def telling_instants(span: tuple[int, int], changed: list[int], starts: Times) -> Times:
    """In order: those at, just before and around each change of the clocks and each supposed start of a day."""
    steps = [1, 1000, MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 90 * MINUTE, 3 * HOUR, DAY]
    around = np.array([0, *steps, *(-step for step in steps)], np.int64)
    near = np.add.outer(np.array(changed, np.int64), around).ravel()
    chosen = np.unique(np.concatenate([near, starts, starts - 1]))
    inside: Times = chosen[(chosen >= span[0]) & (chosen < span[1])]
    return inside


def local_dates(zone: ZoneInfo, times: Times) -> Times:
    """The local date of each instant, numbered as ``date.toordinal``."""
    shown = datetime.fromtimestamp
    return np.array([shown(t, zone).toordinal() for t in (times // 1000).tolist()], np.int64)
