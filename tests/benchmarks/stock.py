"""A stock Faust agent on the same work, over fewer events, against the same Kafka."""

import json
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.benchmarks.cells import differences
from tests.benchmarks.exact import FIVE, Answer
from tests.benchmarks.generate import W1
from tests.benchmarks.parts import BenchError, Parts
from tests.benchmarks.publish import publish

WITHIN_S = 120.0


class Stock(NamedTuple):
    """What it did."""

    events: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    wrong: Sequence[str]


def measure(parts: Parts, events: int) -> Stock:
    """One run."""
    w1, topic, out = W1(), "stock", parts.folder / "stock.json"
    with parts.topic(topic):
        publish(parts.kafka, topic, w1.events(events))
        with parts.python("tests.benchmarks.stock_faust", parts.kafka, topic, str(events), out) as process:
            until = time.monotonic() + WITHIN_S
            while not out.exists():
                if process.exit_code() is not None or time.monotonic() > until:
                    raise BenchError(f"stock Faust did not finish:\n{process.last_lines()}")
                time.sleep(0.1)
    told = json.loads(out.read_text(encoding="utf-8"))
    exact = w1.facts.answer()
    wrong = differences(_answer(told["answer"]), {name: exact[name] for name in FIVE}, max(w1.facts.active))
    return Stock(told["events"], told["seconds"], told["cpu_seconds"], told["peak_mb"], wrong)


def _answer(told: dict[str, dict[str, int]]) -> Answer:
    answer: Answer = {}
    for measure_, numbers in told.items():
        cells = ((key.partition("|"), number) for key, number in numbers.items())
        answer[measure_] = {(int(piece), segment): number for (piece, _, segment), number in cells}
    return answer
