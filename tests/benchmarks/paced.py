"""Publishes at an even rate and notes when Kafka had acknowledged how many.

    python -m tests.benchmarks.paced KAFKA TOPIC RATE SECONDS OUT

OUT gets a JSON list of [monotonic time, events acknowledged so far].
"""

import gc
import json
import sys
import time
from pathlib import Path

from confluent_kafka import KafkaError, Message, Producer

from tests.benchmarks.generate import W1, Keyed
from tests.benchmarks.parts import BenchError
from tests.benchmarks.publish import FLUSH_S, SETTINGS

TICK_S = 0.002
LINGER_MS = 10
"""No part of the latency, which begins at the acknowledgement; less costs the broker most of one of the two cores."""
SAMPLES_A_SECOND = 5_000


class Acknowledged:
    """Counts by samples, one in ``of``, since asking of every event would cost as much as sending it."""

    def __init__(self, of: int) -> None:
        self.of, self.number, self.noted = of, 0, list[tuple[float, int]]()

    def told(self, error: KafkaError | None, _: Message) -> None:
        """By the client, of a sample."""
        if error is not None:
            raise BenchError(str(error))
        self.number += self.of

    def note(self) -> None:
        """Now."""
        if self.number and (not self.noted or self.noted[-1][1] != self.number):
            self.noted.append((time.monotonic(), self.number))


def paced(kafka: str, topic: str, events: list[Keyed], rate: int) -> list[tuple[float, int]]:
    """Sends the events a tick's worth at a time, and comes back once all are acknowledged."""
    acknowledged = Acknowledged(max(1, rate // SAMPLES_A_SECOND))
    producer = Producer({**SETTINGS, "bootstrap.servers": kafka, "linger.ms": LINGER_MS})
    key, value = events[0]
    producer.produce(topic, value, key)
    producer.flush(FLUSH_S)  # connected: what is due meanwhile would come all at once
    began, sent = time.monotonic(), 1
    while sent < len(events):
        due = min(len(events), int((time.monotonic() - began) * rate))
        for i in range(sent, due):
            key, value = events[i]
            if (i + 1) % acknowledged.of:
                producer.produce(topic, value, key)
            else:
                producer.produce(topic, value, key, on_delivery=acknowledged.told)
        sent = due
        producer.poll(TICK_S)
        acknowledged.note()
        time.sleep(TICK_S)
    if producer.flush(FLUSH_S):
        raise BenchError("not all events were acknowledged")
    acknowledged.number = len(events)
    acknowledged.note()
    return acknowledged.noted


def main() -> None:
    """The events bear the time of their making, a little before they are sent."""
    kafka, topic, rate, seconds, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])
    events = list(W1(time.time_ns() // 1_000_000 - seconds * 1000, seconds * 1000, topic).events(rate * seconds))
    gc.disable()
    noted = paced(kafka, topic, events, rate)
    part = out.with_suffix(".part")
    part.write_text(json.dumps(noted), encoding="utf-8")
    part.rename(out)


if __name__ == "__main__":
    main()
