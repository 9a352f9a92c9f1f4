"""End to end: from acknowledged by Kafka to readable at the exporter, in seconds.

acknowledged   1 2 3 4 ............. n          an event's latency is the time between the two moments at which
committed        1 2 3 4 ............. n        its number was reached
readable             1 2 3 ............. n
"""

import http.client
import json
import re
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.names import EVENTS
from services.local.ports import LOOPBACK, free_port
from services.local.process import Process
from tests.benchmarks.measure import Watch
from tests.benchmarks.parts import BenchError, Parts
from tests.benchmarks.processes import cpu_seconds

LOOK_EVERY_S = 0.02
SCRAPE_EVERY_S = 0.04
READY_WITHIN_S = 60.0
CAUGHT_UP_WITHIN_S = 60.0
COUNTED = re.compile(rf'^{EVENTS}\{{[^}}]*outcome="counted"[^}}]*\}} (\S+)$', re.MULTILINE)


Reached = tuple[float, int]
"""A monotonic time, and the number of events up to it."""


class Latency(NamedTuple):
    """Over all events of a run; ``readable`` of ``events`` came out at the other end."""

    rate: int
    events: int
    readable: int
    p50_s: float
    p99_s: float
    max_s: float
    committed_p50_s: float
    committed_p99_s: float
    worker_cpu: float
    redis_cpu: float
    exporter_cpu: float


class Scraper:
    """Asks the exporter over one connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)

    def counted(self) -> int | None:
        """Events counted, None while the exporter has nothing to show or is not there yet."""
        try:
            self._connection.request("GET", "/metrics")
            body = self._connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        found = COUNTED.findall(body)
        return sum(int(float(number)) for number in found) if found else None

    def close(self) -> None:
        """The connection."""
        self._connection.close()


def measure(parts: Parts, rate: int, seconds: int) -> Latency:
    """A worker, an exporter and a publisher of this rate, each a process."""
    port = free_port()
    with (
        parts.run("w1.yaml") as definition,
        parts.nsm("worker", definition.file) as worker,
        parts.nsm("exporter", definition.file, "--port", str(port)) as exporter,
    ):
        scraper, out = Scraper(port), parts.folder / f"acknowledged-{rate}.json"
        seen = Seen(scraper, Watch(parts, definition, [worker]))
        try:
            _wait_for(scraper, worker, exporter)
            before = [cpu_seconds(pid) for pid in (worker.pid, parts.redis_pid, exporter.pid)]
            arguments = (parts.kafka, definition.topic, str(rate), str(seconds), out)
            with parts.python("tests.benchmarks.paced", *arguments) as publisher:
                seen.follow(rate * seconds, publisher)
            used = [cpu_seconds(pid) for pid in (worker.pid, parts.redis_pid, exporter.pid)]
        finally:
            scraper.close()
    acknowledged = json.loads(out.read_text(encoding="utf-8"))
    readable, committed = (latencies(acknowledged, reached) for reached in (seen.readable, seen.committed))
    p50, p99, longest = np.percentile(readable, (50, 99, 100)).tolist()
    cpu = [(after - first) / seconds for first, after in zip(before, used, strict=True)]
    times = (p50, p99, longest, *np.percentile(committed, (50, 99)).tolist())
    return Latency(rate, rate * seconds, seen.readable[-1][1], *times, *cpu)


def _wait_for(scraper: Scraper, *processes: Process) -> None:
    """Until the exporter shows the positions of a worker that has begun."""
    until = time.monotonic() + READY_WITHIN_S
    while scraper.counted() is None:
        for process in processes:
            if process.exit_code() is not None or time.monotonic() > until:
                raise BenchError(f"exporter and worker did not come up:\n{process.last_lines()}")
        time.sleep(0.1)


class Seen:
    """When which number was reached, at two places."""

    def __init__(self, scraper: Scraper, watch: Watch) -> None:
        self._scraper, self._watch, self._scraped_at = scraper, watch, 0.0
        self.committed, self.readable = list[Reached](), list[Reached]()

    def look(self) -> None:
        """At both; the exporter is asked less often, as that costs more."""
        _note(self.committed, self._watch.committed())
        if time.monotonic() - self._scraped_at > SCRAPE_EVERY_S:
            self._scraped_at = time.monotonic()
            _note(self.readable, self._scraper.counted() or 0)

    def follow(self, events: int, publisher: Process) -> None:
        """Until all are readable, or too long after the publisher has ended."""
        until = float("inf")
        while (not self.readable or self.readable[-1][1] < events) and time.monotonic() < until:
            self.look()
            ended = publisher.exit_code()
            if ended:
                raise BenchError(f"the publisher failed:\n{publisher.last_lines()}")
            if ended == 0:
                until = min(until, time.monotonic() + CAUGHT_UP_WITHIN_S)
            time.sleep(LOOK_EVERY_S)
        if not self.readable:
            raise BenchError("nothing became readable")
        publisher.wait_until(lambda: False, CAUGHT_UP_WITHIN_S)


def _note(reached: list[Reached], number: int) -> None:
    if number and (not reached or number > reached[-1][1]):
        reached.append((time.monotonic(), number))


def latencies(acknowledged: list[Reached], reached: list[Reached]) -> NDArray[np.float64]:
    """In seconds, of each event that was reached, by its number."""
    sent_at, sent = np.array(acknowledged, np.float64).T
    seen_at, seen = np.array(reached, np.float64).T
    numbers = np.arange(1, min(seen[-1], sent[-1]) + 1)
    times: NDArray[np.float64] = seen_at[np.searchsorted(seen, numbers)] - sent_at[np.searchsorted(sent, numbers)]
    return times
