"""``nsm up`` gives Prometheus the past of what is published, once a version."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.definition.loading import load
from services.demo.purchases import publish
from services.history.blocks import Filled, filled
from services.local.stack import Options, Stack
from streams.plan import compile_plan

DEFINITION = """\
company: Versvork
time_zone: UTC
events: {topic: product-events, keyed_by: user_id}
measures:
  orders: {count: order_completed}
metrics:
  daily_orders: {measure: orders, window: [{calendar: day}, {rolling: 7d}]}
north_star: {metric: daily_orders, target: 12}
"""
DAYS = 70
PATIENCE_S = 240


def orders(now: datetime) -> list[bytes]:
    """Ten on each of the last 70 days; where clocks changed, a day might have none and the next twenty."""
    return [
        json.dumps(
            {
                "event_id": f"{day}-{n}",
                "event": "order_completed",
                "user_id": f"u{n}",
                "time": (now - timedelta(days=day, minutes=n)).isoformat(),
            }
        ).encode()
        for day in range(DAYS, 0, -1)
        for n in range(10)
    ]


def until(stack: Stack, found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        stack.check()
        assert time.monotonic() < deadline
        time.sleep(0.5)


def told(stack: Stack, at: datetime) -> dict[str, float]:
    """Window -> what Prometheus says of the metric at a moment."""
    query = urllib.parse.urlencode({"query": "nsm_metric_value", "time": at.timestamp()})
    with urllib.request.urlopen(f"{stack.prometheus}/api/v1/query?{query}", timeout=30) as answer:  # noqa: S310 ours
        result = json.loads(answer.read())["data"]["result"]
    return {one["metric"]["window"]: float(one["value"][1]) for one in result}


class Folder:
    """Where the stack of a definition keeps its data; Prometheus finds new blocks once a minute, or when it starts."""

    def __init__(self, folder: Path) -> None:
        self.file, self.data = folder / "nsm.yaml", folder / "data"
        self.said: list[str] = []
        self.file.write_text(DEFINITION, encoding="utf-8")

    def up(self, *without: str) -> Stack:
        self.said.clear()
        left_out = frozenset({"alertmanager", *without})
        return Stack(self.file, Options(data=self.data, without=left_out, environment={}, say=self.said.append))

    def history_says(self) -> str:
        return (self.data / "logs/history.log").read_text(encoding="utf-8")


def test_prometheus_is_given_the_past_once_and_that_of_a_changed_file_when_it_is_shown(tmp_path: Path) -> None:
    folder, now = Folder(tmp_path), datetime.now(UTC)
    a_month_ago = (now - timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
    (source,) = load(folder.file).sources
    with folder.up() as stack:
        publish(iter(orders(now)), stack.kafka, source)
        until(stack, lambda: filled(stack.history) is not None)
        first = filled(stack.history)
    assert isinstance(first, Filled)
    assert first.blocks
    with folder.up() as stack:
        until(stack, lambda: "history is done" in folder.said)
        assert filled(stack.history) == first
        assert told(stack, a_month_ago) == {"day": 10, "7d": 70}

    folder.file.write_text(DEFINITION.replace("{rolling: 7d}", "{rolling: 7d}, {rolling: 14d}"), encoding="utf-8")
    version = compile_plan(load(folder.file)).version
    with folder.up("worker") as stack:  # so that the version before is shown for as long as it takes
        until(stack, lambda: f"waiting until version {version} is shown" in folder.history_says())
        assert "start nsm up, or nsm worker" in folder.history_says()
        assert filled(stack.history) == first
    with folder.up() as stack:
        until(stack, lambda: filled(stack.history) != first)
        after = filled(stack.history)
    assert after is not None
    assert after.of.startswith(version)
    with folder.up() as stack:
        until(stack, lambda: told(stack, a_month_ago).keys() == {"day", "7d", "14d"})
        assert told(stack, a_month_ago) == {"day": 10, "7d": 70, "14d": 140}
