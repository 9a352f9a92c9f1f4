"""``nsm up`` gives a new Prometheus the past of what is published, once."""

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
time_zone: Europe/Amsterdam
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
    """Ten on each of the last 70 days."""
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


def test_a_new_prometheus_has_the_past_and_the_second_start_leaves_it_as_it_is(tmp_path: Path) -> None:
    file, now = tmp_path / "nsm.yaml", datetime.now(UTC)
    file.write_text(DEFINITION, encoding="utf-8")
    options = Options(data=tmp_path / "data", without=frozenset({"alertmanager"}), environment={})
    a_month_ago = (now - timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
    (source,) = load(file).sources
    with Stack(file, options) as stack:
        publish(iter(orders(now)), stack.kafka, source)
        until(stack, lambda: filled(stack.history) is not None)
        until(stack, lambda: bool(told(stack, a_month_ago)))
        assert told(stack, a_month_ago) == {"day": 10, "7d": 70}
        first = filled(stack.history)
        assert isinstance(first, Filled)
        assert first.blocks
    said: list[str] = []
    again = Options(data=options.data, without=options.without, environment={}, say=said.append)
    with Stack(file, again) as stack:
        until(stack, lambda: "history is done" in said)
        assert filled(stack.history) == first
        assert told(stack, a_month_ago) == {"day": 10, "7d": 70}


def test_a_changed_file_is_given_its_own_past_however_long_the_version_before_is_shown(tmp_path: Path) -> None:
    file, now = tmp_path / "nsm.yaml", datetime.now(UTC)
    file.write_text(DEFINITION, encoding="utf-8")
    options = Options(data=tmp_path / "data", without=frozenset({"alertmanager"}), environment={})
    a_month_ago = (now - timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
    (source,) = load(file).sources
    with Stack(file, options) as stack:
        publish(iter(orders(now)), stack.kafka, source)
        until(stack, lambda: filled(stack.history) is not None)
        first = filled(stack.history)
    file.write_text(DEFINITION.replace("{rolling: 7d}", "{rolling: 7d}, {rolling: 14d}"), encoding="utf-8")
    version = compile_plan(load(file)).version
    nobody = Options(data=options.data, without=options.without | {"worker"}, environment={})
    log = options.data / "logs/history.log"
    with Stack(file, nobody) as stack:
        until(stack, lambda: f"waiting until version {version} is shown" in log.read_text(encoding="utf-8"))
        assert "start nsm up, or nsm worker" in log.read_text(encoding="utf-8")
        assert filled(stack.history) == first
    with Stack(file, options) as stack:
        until(stack, lambda: filled(stack.history) != first)
        after = filled(stack.history)
        assert after is not None
        assert after.of.startswith(version)
        until(stack, lambda: told(stack, a_month_ago).keys() == {"day", "7d", "14d"})
        assert told(stack, a_month_ago) == {"day": 10, "7d": 70, "14d": 140}
