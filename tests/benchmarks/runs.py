"""Runs of our worker: how fast, over how long, with how much more to count, side by side, and with nothing to do."""

import contextlib
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from schemas import names
from services.local.ports import free_port
from services.local.process import Process
from tests.benchmarks.cells import counted, differences
from tests.benchmarks.exact import Answer
from tests.benchmarks.generate import W1, Keyed
from tests.benchmarks.measure import Speed, Watch
from tests.benchmarks.parts import PARTITIONS, Definition, Parts
from tests.benchmarks.processes import cpu_seconds, forget_peak, peak_mb, resident_mb
from tests.benchmarks.publish import publish

MB = 2**20
MEMORY_DEDUPE = "20s"
"""Less than one of the millions takes to publish and fold, so that the window is full after the first."""


class Work(NamedTuple):
    """Events, and the exact answer to them."""

    events: Sequence[Keyed]
    answer: Answer
    last_day: int

    @classmethod
    def of(cls, number: int) -> "Work":
        """W1's first so many."""
        w1 = W1()
        events = list(w1.events(number))
        return cls(events, w1.facts.answer(), max(w1.facts.active))


class Kept(NamedTuple):
    """What Redis holds of a version, in bytes, and of how many."""

    cells: int
    cells_bytes: int
    entities: int
    records_bytes: int
    ids: int
    ids_bytes: int


class Run(NamedTuple):
    """One run; ``wrong`` are the cells that differ from the exact answer, in words."""

    speed: Speed
    worker_peak_mb: float
    redis_peak_mb: float
    kept: Kept
    wrong: Sequence[str]


class Idle(NamedTuple):
    """A process with nothing to do."""

    cpu_ratio: float
    resident_mb: float


def run(parts: Parts, file: str, work: Work, workers: int = 1) -> Run:
    """The events are there before the workers start."""
    with parts.run(file) as definition, contextlib.ExitStack() as started:
        publish(parts.kafka, definition.topic, work.events)
        forget_peak(parts.redis_pid)
        processes = [started.enter_context(parts.nsm("worker", definition.file)) for _ in range(workers)]
        speed = Watch(parts, definition, processes).speed(len(work.events))
        peaks = max(peak_mb(process.pid) for process in processes), peak_mb(parts.redis_pid)
        return Run(speed, *peaks, kept(parts, definition), wrong(parts, definition, work))


def wrong(parts: Parts, definition: Definition, work: Work) -> list[str]:
    """Cell by cell, and that every event was counted."""
    found, totals = counted(parts.redis_url, definition, work.answer)
    told = differences(found, work.answer, work.last_day)
    number = len(work.events)
    if totals.get("counted") != number:
        told.append(f"{totals.get('counted')} of {number} events were counted: {totals}")
    return told


def kept(parts: Parts, definition: Definition) -> Kept:
    """Asks Redis for the memory of every key of the topic."""
    client: Any = parts.client  # its stub leaves open whether texts or bytes come back
    found = dict.fromkeys(("cells", "records", "ids"), (0, 0))
    for number in range(PARTITIONS):
        prefix = names.partition_prefix(definition.plan.version, definition.topic, number)
        for name in client.smembers(names.own_keys(prefix)[2]):
            kind, key = name.partition(":")[0], prefix + name
            if not name.startswith(names.records_name("~")):  # the values of a dimension are no entities
                size = client.strlen(key) // 8 if kind == "ids" else client.hlen(key)
                found[kind] = found[kind][0] + size, found[kind][1] + client.memory_usage(key, samples=0)
    return Kept(*found["cells"], *found["records"], *found["ids"])


def memory(parts: Parts, millions: Sequence[int]) -> tuple[list[dict[str, float]], list[str]]:
    """One worker that goes on; what it and Redis hold after each of so many events.  And what differs at the end.

    Ids are remembered for a fraction of the run, as they are for a fraction of a service's life.
    """
    w1, seen, after = W1(), 0, []
    with parts.run("w1.yaml", MEMORY_DEDUPE) as definition, parts.nsm("worker", definition.file) as worker:
        watch = Watch(parts, definition, [worker])
        for number in millions:
            seen += publish(parts.kafka, definition.topic, w1.events(number))
            watch.until(seen)
            bytes_ = kept(parts, definition)
            after.append(
                {
                    "events": seen,
                    "worker_mb": resident_mb(worker.pid),
                    "redis_mb": resident_mb(parts.redis_pid),
                    "cells_mb": bytes_.cells_bytes / MB,
                    "records_mb": bytes_.records_bytes / MB,
                    "ids_mb": bytes_.ids_bytes / MB,
                }
            )
        answer = w1.facts.answer()
        found, _ = counted(parts.redis_url, definition, answer)
        return after, differences(found, answer, max(w1.facts.active))


def idle(parts: Parts, events: Iterable[Keyed], number: int, seconds: float) -> tuple[Idle, Idle]:
    """A worker that has counted some events and an exporter that shows them, while nothing happens."""
    with parts.run("w1.yaml") as definition:
        publish(parts.kafka, definition.topic, events)
        exporter_port = str(free_port())
        with (
            parts.nsm("worker", definition.file) as worker,
            parts.nsm("exporter", definition.file, "--port", exporter_port) as exporter,
        ):
            Watch(parts, definition, [worker]).until(number)
            time.sleep(3)
            processes: list[Process] = [worker, exporter]
            before = [cpu_seconds(process.pid) for process in processes]
            time.sleep(seconds)
            after = [cpu_seconds(process.pid) for process in processes]
            rests = [
                Idle((last - first) / seconds, resident_mb(process.pid))
                for process, first, last in zip(processes, before, after, strict=True)
            ]
            return rests[0], rests[1]
