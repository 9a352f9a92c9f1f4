"""Events in the order in which they would arrive, with what real logs have: the late and what is sent twice."""

import gzip
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.samples.people import BEGIN, DAYS

OFFLINE = 0.015
"""Of the events, those that waited on a telephone without network, for up to four days."""
TWICE = 0.01
"""Those of which the acknowledgement was lost, so that they were sent again within half an hour."""


class _Happened(NamedTuple):
    at: datetime
    type: str
    properties: dict[str, object]


class Log:
    """Of one company, seeded: the same events give the same bytes."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._events: list[_Happened] = []

    def add(self, type_: str, at: datetime, /, **properties: object) -> None:
        """A property that is None is left out, and so is what happens after the last day."""
        if at.date() >= BEGIN + timedelta(days=DAYS):
            return
        told = {name: value for name, value in properties.items() if value is not None}
        self._events.append(_Happened(at, type_, told))

    def lines(self) -> list[bytes]:
        """One JSON object each, numbered in the order in which they happened."""
        arrived: list[tuple[float, int, bytes]] = []
        for number, one in enumerate(sorted(self._events, key=lambda event: event.at.timestamp()), 1):
            whole = {"event_id": f"e{number:05}", "event": one.type, "time": one.at.isoformat(), **one.properties}
            line = json.dumps(whole, ensure_ascii=False).encode() + b"\n"
            waited = timedelta(seconds=self.rng.randrange(1, 20))
            if self.rng.random() < OFFLINE:
                waited = timedelta(minutes=self.rng.randrange(60, 4 * 24 * 60))
            at = (one.at + waited).timestamp()
            arrived.append((at, number, line))
            if self.rng.random() < TWICE:
                arrived.append((at + self.rng.randrange(5, 1800), number, line))
        return [line for _, _, line in sorted(arrived)]


def packed(lines: list[bytes], file: Path) -> None:
    """Without name or time in the file, so that the same lines make the same file."""
    with file.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.writelines(lines)
