"""How fast, with how much CPU: read off the positions in Redis and off the processes."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from schemas import names
from services.local.process import Process
from tests.benchmarks.parts import PARTITIONS, BenchError, Definition, Parts
from tests.benchmarks.processes import cpu_seconds

LOOK_EVERY_S = 0.01
STALLED_S = 60.0


class Moment(NamedTuple):
    """How many events were committed at a time, and the CPU seconds used up to then."""

    at: float
    events: int
    workers_cpu: float
    redis_cpu: float


class Speed(NamedTuple):
    """Between the first commit that was seen and the last."""

    events: int
    seconds: float
    workers_cpu: float
    redis_cpu: float

    @property
    def a_second(self) -> float:
        return self.events / self.seconds

    @property
    def a_worker_cpu_second(self) -> float:
        return self.events / self.workers_cpu

    @property
    def a_cpu_second(self) -> float:
        """Of workers and Redis together."""
        return self.events / (self.workers_cpu + self.redis_cpu)


class Watch:
    """Looks at the positions of a definition's topic."""

    def __init__(self, parts: Parts, definition: Definition, workers: Sequence[Process]) -> None:
        self._parts, self._workers = parts, workers
        version = definition.plan.version
        self._states = [
            names.own_keys(names.partition_prefix(version, definition.topic, number))[0] for number in range(PARTITIONS)
        ]

    def committed(self) -> int:
        """Events of all partitions; the topic has nothing else in it."""
        pipe = self._parts.client.pipeline(transaction=False)
        for state in self._states:
            pipe.hget(state, "position")
        return sum(int(position) for position in pipe.execute() if position)

    def moment(self) -> Moment:
        """Now."""
        used = sum(cpu_seconds(worker.pid) for worker in self._workers)
        return Moment(time.monotonic(), self.committed(), used, cpu_seconds(self._parts.redis_pid))

    def until(self, events: int) -> Moment:
        """Waits for so many; raises BenchError with the worker's last words when nothing moves any more."""
        seen, since = -1, time.monotonic()
        while (now := self.committed()) < events:
            if now != seen:
                seen, since = now, time.monotonic()
            ended = [worker for worker in self._workers if worker.exit_code() is not None]
            if ended or time.monotonic() - since > STALLED_S:
                worker = (ended or self._workers)[0]
                raise BenchError(f"stands at {now} of {events} events:\n{worker.last_lines()}")
            time.sleep(LOOK_EVERY_S)
        return self.moment()

    def speed(self, events: int) -> Speed:
        """From the first commit to this many."""
        first, last = self.until(1), self.until(events)
        if last.events == first.events:
            raise BenchError(f"{events} events are too few to measure: all were committed at once")
        return Speed(
            last.events - first.events,
            last.at - first.at,
            last.workers_cpu - first.workers_cpu,
            last.redis_cpu - first.redis_cpu,
        )
