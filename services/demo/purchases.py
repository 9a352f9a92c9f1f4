"""The orders of CDNOW: as they were, moved so that they end today, and new ones like them."""

import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from schemas.definition.model import Source
from schemas.events.publishing import Event
from services.board.exporter import Exporter, NoAnswerError
from services.definition.moved_dates import with_dates
from services.local.stack import Stack
from services.publisher.lines import Reader, WireForm
from services.publisher.publisher import Publisher
from services.publisher.sending import Published, publish_lines
from services.publisher.shift import shifted, span_to

ROOT = Path(__file__).parents[2]
DEFINITION = ROOT / "deploy/definitions/cdnow.yaml"
ORDERS = ROOT / "deploy/demo/cdnow.jsonl.gz"
FIGURES = ROOT / "deploy/demo/published.json"

SETTLED_S = 180.0
NEWCOMERS = 0.2
"""Of the live orders, those of customers never seen before."""


def read_orders() -> list[bytes]:
    """One a line."""
    with gzip.open(ORDERS) as file:
        return list(file)


def days_to_today(lines: list[bytes], source: Source, now: datetime) -> timedelta:
    """Whole days from the last order to the day of ``now``: the orders are known to the day only."""
    return timedelta(days=span_to(now.astimezone(UTC), lines, WireForm(source).time_path).days)


def moved(lines: list[bytes], source: Source, span: timedelta) -> list[bytes]:
    """The orders, all made later by this much."""
    return list(shifted(lines, WireForm(source).time_path, span))


def moved_definition(span: timedelta, folder: Path) -> Path:
    """The definition in a file of its own, all that it steers by later by as much; nothing that is counted differs."""
    text = with_dates(DEFINITION.read_text(encoding="utf-8"), lambda day: day + span)
    file = folder / DEFINITION.name
    file.write_text(text, encoding="utf-8")
    return file


def first_moment(lines: list[bytes], source: Source) -> datetime:
    """When the first order was made; they are in order."""
    (time,) = Reader(WireForm(source).time_path)(lines[0])
    return datetime.fromisoformat(time)


def publish(lines: Iterator[bytes], kafka: str, source: Source) -> Published:
    """Sends them and waits until Kafka has them."""
    with Publisher(kafka, source) as publisher:
        return publish_lines(lines, publisher)


class LiveOrders:
    """Orders that happen now: customers, units and values drawn from the real ones."""

    def __init__(self, publisher: Publisher, lines: list[bytes], seed: int) -> None:
        self._publisher, self._lines = publisher, lines
        self._random = random.Random(seed)
        self._newcomers = 0

    def some(self) -> None:
        """One to five."""
        for _ in range(self._random.randint(1, 5)):
            self._publisher.publish(self._one(datetime.now(UTC)))

    def _one(self, now: datetime) -> Event:
        order = msgspec.json.decode(self._random.choice(self._lines))
        user = order["user_id"]
        if self._random.random() < NEWCOMERS:
            self._newcomers += 1
            user = f"n{self._newcomers:05}"
        bought = order["properties"]
        return Event.new(
            "order_completed",
            now,
            user_id=user,
            units=bought["units"],
            value=Decimal(str(bought["value"])),
            currency=bought["currency"],
        )


def is_folded(exporter: Exporter, count: int) -> bool:
    """Whether so many events have been judged, and none waits."""
    try:
        numbers = exporter.numbers()
        exporter.readings()
    except NoAnswerError:  # no worker has begun yet
        return False
    return numbers.lag == 0 and sum(numbers.outcomes.values()) >= count


def exporter_of(stack: Stack) -> Exporter:
    """Of a stack that runs."""
    return Exporter(stack.exporter)
