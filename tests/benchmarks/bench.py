"""``make bench``: speed beside exactness, on real Kafka and Redis.

Prints a table and writes build/bench.json.  Exit code 1 when an answer is not the exact one; no time passes or fails.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from services.local.signals import leaving_on_signals
from tests.benchmarks import kinds, latency, runs, stock
from tests.benchmarks.parts import ROOT, BenchError, Parts, parts
from tests.benchmarks.table import show

OUT = ROOT / "build/bench.json"
Figures = dict[str, Any]


class Bench:
    """What was asked for, and what was found so far."""

    def __init__(self, args: argparse.Namespace, started: Parts) -> None:
        self._args, self._parts = args, started
        self._work: runs.Work | None = None
        self.figures: Figures = {"events": args.events}
        self.wrong: list[str] = []

    @property
    def work(self) -> runs.Work:
        """Made once."""
        if self._work is None:
            _say(f"making {self._args.events:,} events and the exact answer to them")
            self._work = runs.Work.of(self._args.events)
        return self._work

    def worker(self) -> None:
        """One worker, the median of some runs."""
        number = self._args.runs
        done = [self._run(f"one worker, run {i + 1} of {number}", "w1.yaml") for i in range(number)]
        middle = sorted(done, key=lambda run: run.speed.a_second)[len(done) // 2]
        median = {
            name: statistics.median(getattr(run.speed, name) for run in done)
            for name in ("a_second", "a_worker_cpu_second", "a_cpu_second")
        }
        self.figures["worker"] = {
            "events_per_second": median["a_second"],
            "events_per_cpu_second": median["a_worker_cpu_second"],
            "peak_mb": max(run.worker_peak_mb for run in done),
            "runs": [run.speed.a_second for run in done],
        }
        self.figures["worker_and_redis"] = {"events_per_cpu_second": median["a_cpu_second"]}
        self.figures["redis"] = {"peak_mb": max(run.redis_peak_mb for run in done), **_bytes(middle.kept)}

    def stock(self) -> None:
        """A stock Faust agent."""
        _say(f"a stock Faust agent, {self._args.stock_events:,} events")
        done = stock.measure(self._parts, self._args.stock_events)
        self._hold("stock Faust", done.wrong)
        self.figures["stock_faust"] = {
            "events_per_second": done.events / done.seconds,
            "events_per_cpu_second": done.events / done.cpu_seconds,
            "peak_mb": done.peak_mb,
        }

    def ten(self) -> None:
        """Ten measures instead of five."""
        done = self._run("one worker, ten measures", "w1_ten.yaml")
        self.figures["ten_measures"] = {**_speed(done), "peak_mb": done.worker_peak_mb}

    def every(self) -> None:
        """A measure of every kind, three dimensions; compared are the ten that the exact answer knows."""
        done = self._run("one worker, every kind and three dimensions", "w1_every.yaml")
        self.figures["every_kind"] = {**_speed(done), "peak_mb": done.worker_peak_mb}

    def kinds(self) -> None:
        """What each kind of measure adds."""
        _say("each kind of measure, in memory")
        events = self.work.events[:200_000]
        costs = kinds.measure(events, kinds.KINDS)
        costs += kinds.measure(list(kinds.with_dimensions(events[:50_000])), kinds.MANY_KINDS)[1:]
        self.figures["kinds"] = [cost._asdict() for cost in costs]

    def two(self) -> None:
        """Two workers."""
        done = self._run("two workers", "w1.yaml", 2)
        self.figures["two_workers"] = {**_speed(done), "peak_mb_each": done.worker_peak_mb}

    def memory(self) -> None:
        """From the first to the fifth million."""
        _say(f"memory over {self._args.memory_rounds} times {self._args.events:,} events")
        after, wrong = runs.memory(self._parts, [self._args.events] * self._args.memory_rounds)
        self._hold("memory", wrong)
        self.figures["memory"] = after

    def latency(self) -> None:
        """End to end, at full and at light load."""
        self.figures["end_to_end"] = []
        for rate, seconds in ((self._args.rate, self._args.seconds), (500, min(15, self._args.seconds))):
            _say(f"end to end, {rate:,} events/s for {seconds} s")
            done = latency.measure(self._parts, rate, seconds)
            if done.readable != done.events:
                self._hold("end to end", [f"{done.readable} of {done.events} events became readable"])
            self.figures["end_to_end"].append(done._asdict())

    def idle(self) -> None:
        """What costs nothing should."""
        _say(f"idle, {self._args.idle_seconds} s")
        events = self.work.events[:100_000]
        worker, exporter = runs.idle(self._parts, events, len(events), self._args.idle_seconds)
        self.figures["idle"] = {"worker": worker._asdict(), "exporter": exporter._asdict()}

    def finish(self) -> Figures:
        """With what follows from several parts."""
        figures = self.figures
        if "worker" in figures and "stock_faust" in figures:
            figures["ratio"] = figures["worker"]["events_per_second"] / figures["stock_faust"]["events_per_second"]
        figures["exact"] = not self.wrong
        return figures

    def _run(self, what: str, file: str, workers: int = 1) -> runs.Run:
        work = self.work
        _say(what)
        done = runs.run(self._parts, file, work, workers)
        self._hold(what, done.wrong)
        return done

    def _hold(self, what: str, wrong: Sequence[str]) -> None:
        self.wrong += [f"{what}: {one}" for one in wrong]


PARTS: dict[str, Callable[[Bench], None]] = {
    "worker": Bench.worker,
    "stock": Bench.stock,
    "ten": Bench.ten,
    "every": Bench.every,
    "kinds": Bench.kinds,
    "two": Bench.two,
    "latency": Bench.latency,
    "idle": Bench.idle,
    "memory": Bench.memory,
}


def _speed(run: runs.Run) -> Figures:
    return {
        "events_per_second": run.speed.a_second,
        "events_per_cpu_second": run.speed.a_worker_cpu_second,
        "with_redis_events_per_cpu_second": run.speed.a_cpu_second,
    }


def _bytes(kept: runs.Kept) -> Figures:
    return {
        "cells": kept.cells,
        "bytes_per_cell": kept.cells_bytes / max(1, kept.cells),
        "entities": kept.entities,
        "bytes_per_entity": kept.records_bytes / max(1, kept.entities),
        "ids": kept.ids,
        "ids_bytes": kept.ids_bytes,
    }


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def arguments() -> argparse.Namespace:
    """Everything, at full size, unless told otherwise."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas: {', '.join(PARTS)} (all)")
    parser.add_argument("--events", type=int, default=1_000_000, help="events of a run (1000000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of one worker; the median counts (3)")
    parser.add_argument("--stock-events", type=int, default=20_000, help="events for the stock Faust agent (20000)")
    parser.add_argument("--memory-rounds", type=int, default=5, help="times the events, for memory (5)")
    parser.add_argument("--rate", type=int, default=50_000, help="events a second, end to end (50000)")
    parser.add_argument("--seconds", type=int, default=20, help="how long, end to end (20)")
    parser.add_argument("--idle-seconds", type=int, default=15, help="how long nothing happens (15)")
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go (build/bench.json)")
    args = parser.parse_args()
    args.only = [name.strip() for name in args.only.split(",")]
    if unknown := set(args.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return args


def main() -> int:
    """What was measured is shown and written even if a later part fails."""
    args = arguments()
    failed = None
    with leaving_on_signals(), parts() as started:
        bench = Bench(args, started)
        for name, part in PARTS.items():
            if name in args.only:
                try:
                    part(bench)
                except BenchError as error:
                    failed = f"{name}: {error}"
                    _say(failed)
    figures = bench.finish()
    figures["exact"] = figures["exact"] and failed is None
    show(figures, bench.wrong)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures["exact"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
