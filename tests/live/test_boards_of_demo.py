"""Every expression of every board, asked of the Prometheus of a whole stack with the demo's orders and their past."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schemas.definition.loading import load
from schemas.definition.model import Definition
from services.demo.command import feed, fill_past, fresh_stack
from services.demo.purchases import DEFINITION, LiveOrders, days_to_today, moved, moved_definition, read_orders
from services.local import install
from services.publisher.publisher import Publisher
from tests.live.prometheus import ask
from tests.services.provisioner.placed import Placed, all_expressions

PATIENCE_S = 180.0
"""For Prometheus to find the blocks, which it does once a minute, and to scrape often enough for rates."""

NOBODY_NEW = "these customers all came in three months: nobody has been new since, and nothing compares with 0"
MAY_BE_EMPTY = {
    "Events that a measure could not use": "every order of the demo has what every measure reads",
    "Alerts that are firing": "nothing is wrong",
    "Memory of Redis: limit": "the stack's Redis has no limit",
    "Restated in an hour": "no order of the demo came late",
    "Events counted in an hour, by hour of the week": "no hour of the stack is over",
    "Forecast: end of this week": NOBODY_NEW,
    "Against the week before": NOBODY_NEW,
    "New customers over time: expected, lower": NOBODY_NEW,
    "New customers over time: expected, upper": NOBODY_NEW,
    "nsm-department-marketing, Against a year before": NOBODY_NEW,
}
"""A panel's title, with its line or its board where others of that title have something to show -> why it has not."""


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[str, Definition, Callable[[], None]]]:
    """Address of Prometheus, the definition, and what makes some orders happen."""
    install.ensure([program.name for program in install.PROGRAMS])
    orders = read_orders()
    (source,) = load(DEFINITION).sources
    span = days_to_today(orders, source, datetime.now(UTC))
    now_ending = moved(orders, source, span)
    with tempfile.TemporaryDirectory() as folder:
        file = moved_definition(span, Path(folder))
        definition = load(file)
        with fresh_stack(print, file) as stack:
            feed(stack, definition, now_ending, print)
            fill_past(stack, definition, now_ending, print)
            with Publisher(stack.kafka, source) as publisher:
                yield urlsplit(stack.prometheus).netloc, definition, LiveOrders(publisher, orders, seed=1).some


def is_excused(placed: Placed) -> bool:
    """By its title, with the board before it or the line behind it."""
    name = placed.place.partition(", ")[2]
    return any(told == key or told.startswith(f"{key}: ") for told in (name, placed.place) for key in MAY_BE_EMPTY)


def test_nothing_is_empty_but_what_has_a_reason(demo: tuple[str, Definition, Callable[[], None]]) -> None:
    address, definition, some_orders = demo
    waiting = [placed for placed in all_expressions(definition) if placed.kind != "alert"]
    until = time.monotonic() + PATIENCE_S
    while [placed for placed in waiting if not is_excused(placed)] and time.monotonic() < until:
        some_orders()
        waiting = [placed for placed in waiting if not ask(address, placed.text, time.time())]
        time.sleep(1)
    assert "\n".join(f"{placed.place}: {placed.text}" for placed in waiting if not is_excused(placed)) == ""
