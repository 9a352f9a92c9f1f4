"""From events to people: Kafka, worker, Redis, exporter, Prometheus and Alertmanager, all real, to a receiver.

Time is compressed: a week is 8 seconds long, windows are seconds, alerts hold for 2 seconds.  The rules are those that
are rendered, with other values.
"""

import json
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis

from schemas.events.publishing import Event
from services.local import install
from services.local.parts import ROOT, Part
from services.local.ports import LOOPBACK, free_port
from services.local.process import Process
from services.local.prometheus import Scrape, alertmanager, prometheus
from services.provisioner.addresses import Addresses
from services.provisioner.expressions import Weeks
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import to_yaml
from services.provisioner.rules.rhythm import Rhythm
from services.provisioner.rules.routes import alertmanager_yaml
from services.publisher.publisher import Publisher
from tests.live import compressed
from tests.live.road import MakeRoad, Road, until
from tests.live.webhook import Told, Webhook, webhook
from tests.servers import KafkaServer, RedisServer

DEFINITION = """\
company: Test
time_zone: Europe/Amsterdam
events: {topic: TOPIC, keyed_by: user_id, lateness: 1d, dedupe: 1h}
dimensions:
  city: {property: city, values: [Ede, Oss, Urk]}
measures:
  orders: {count: order, by_dimension: [city]}
metrics:
  orders: {measure: orders, window: {rolling: 20m, grain: 1m}}
north_star: {metric: orders, owner: Ada, target: 100000}
guardrails: [{metric: orders, max: 1000000}]
"""
WINDOW_S = 20
WEEK_S = 8
A_SECOND = {"Ede": 45, "Oss": 45, "Urk": 10}
"""A tenth of all is too little for a drop of the whole."""
# A worker that is held up for as long as would look like a drop makes the data stale first.
SHORT = Limits(
    weeks=Weeks(seconds=WEEK_S, around_seconds=4),
    least_volume=50,
    hold_seconds=2,
    steering_hold_seconds=2,
    stale_seconds=6,
    soon_seconds=15,
    later_seconds=15,
    standing_seconds=10,
    rate_seconds=10,
    evaluated_every_seconds=1,
)
AT_ONCE = Rhythm(page_wait=2, page_gather=1, ticket_wait=2, ticket_gather=1)
EVERYBODY = ("pipeline/page", "pipeline/ticket", "product/page", "product/ticket", "Ada/page", "Ada/ticket")


class Shop:
    """Publishes so many orders a second from each city that is open."""

    def __init__(self, publisher: Publisher) -> None:
        self.open = set(A_SECOND)
        self._publisher = publisher
        self._number = 0
        self._ended = threading.Event()

    def order(self, city: str, at_s: float) -> None:
        self._number += 1
        at = datetime.fromtimestamp(at_s, UTC)
        self._publisher.publish(Event.new("order", at, user_id=f"u{self._number % 97}", city=city))

    def stock(self) -> None:
        """The orders of the window before now, as if it had been open all the time."""
        now = time.time()
        for second in range(WINDOW_S):
            for city, number in A_SECOND.items():
                for n in range(number):
                    self.order(city, now - second - n / number)

    def run(self) -> None:
        """Every order at its own moment, whoever else wants the processor meanwhile."""
        begun = time.time()
        sold = dict.fromkeys(A_SECOND, 0)
        while not self._ended.wait(0.05):
            for city, number in A_SECOND.items():
                while sold[city] / number < time.time() - begun:
                    if city in self.open:
                        self.order(city, begun + sold[city] / number)
                    sold[city] += 1

    def end(self) -> None:
        self._ended.set()


@contextmanager
def running(shop: Shop) -> Iterator[None]:
    """In a thread of its own."""
    selling = threading.Thread(target=shop.run, daemon=True)
    selling.start()
    try:
        yield
    finally:
        shop.end()
        selling.join()


class Parts:
    """The programs after Kafka and Redis, each started when it is asked for."""

    def __init__(self, road: Road, folder: Path, hook: Webhook) -> None:
        self.road, self.folder, self.hook = road, folder, hook
        self.definition = compressed.load(road.file)
        self.prometheus = ""
        self._ended = ExitStack()

    def exporter(self) -> str:
        """Its address; its code is that of ``nsm exporter``."""
        port = free_port()
        code = f"{compressed.PATCH}import sys\nfrom services.cli.main import main\nsys.exit(main())"
        command = [sys.executable, "-c", code, "exporter", str(self.road.file), "--port", str(port)]
        environment = {
            "NSM_KAFKA": self.road.kafka.bootstrap,
            "NSM_REDIS": self.road.redis.url,
            "PYTHONPATH": str(ROOT),
        }
        self._start(Process(command, self.folder / "exporter.log", environment))
        return f"{LOOPBACK}:{port}"

    def alerting(self, exporter: str) -> None:
        """Alertmanager and Prometheus over what is rendered."""
        rules = self.folder / "rules"
        (rules / "alertmanager").mkdir(parents=True)
        (rules / "nsm.rules.yml").write_text(to_yaml(rule_groups(self.definition, SHORT), Addresses()), "utf-8")
        routes = rules / "alertmanager/alertmanager.yml"
        routes.write_text(alertmanager_yaml(self.definition, self.hook.receivers(*EVERYBODY), AT_ONCE), "utf-8")
        alerts = alertmanager(self.folder, free_port(), routes)
        scrape = Scrape(exporter=exporter, rules=rules, alertmanager=alerts.address.removeprefix("http://"), every="1s")
        history = prometheus(self.folder, free_port(), scrape)
        self.prometheus = history.address
        for part in (alerts, history):
            self._ready(part)

    def _ready(self, part: Part) -> None:
        process = Process(part.command, self.folder / f"{part.name}.log")
        self._start(process)
        until(part.ready, process.last_lines)

    def _start(self, process: Process) -> None:
        self._ended.callback(process.kill)

    def end(self) -> None:
        self._ended.close()

    def ask(self, query: str) -> list[float]:
        """The values that Prometheus finds now."""
        url = f"{self.prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 our own process
            return [float(one["value"][1]) for one in json.load(answer)["data"]["result"]]


@pytest.fixture
def parts(
    kafka: KafkaServer, redis_server: RedisServer, redis: Redis, new_road: MakeRoad, tmp_path: Path
) -> Iterator[Parts]:
    install.ensure(["prometheus", "prometheus-alertmanager"])
    with webhook(free_port()) as hook:
        made = Parts(new_road(kafka, redis_server, DEFINITION), tmp_path, hook)
        try:
            yield made
        finally:
            made.end()


def shown(exporter: str) -> float:
    """The north star, as the exporter shows it now."""
    try:
        with urllib.request.urlopen(f"http://{exporter}/v1/metrics/orders", timeout=5) as answer:
            return float(json.load(answer)["value"] or 0)
    except OSError:
        return 0.0


def told(parts: Parts, *expected: Told) -> None:
    """Waits until exactly these have been told."""
    until(lambda: parts.hook.told >= set(expected), lambda: f"{parts.hook.told} of {expected}", within_s=30)
    assert parts.hook.told == set(expected)


def test_what_stops_reaches_those_whom_it_concerns_and_nothing_else_does(parts: Parts) -> None:
    road, usual = parts.road, WINDOW_S * sum(A_SECOND.values())
    road.start(before=compressed.PATCH)
    exporter = parts.exporter()
    with Publisher(road.kafka.bootstrap, road.source.source) as publisher:
        shop = Shop(publisher)
        shop.stock()
        with running(shop):
            until(lambda: shown(exporter) > 0.9 * usual, lambda: f"{shown(exporter)}\n{road.last_words()}")
            parts.alerting(exporter)
            four_weeks_ago = f"count(nsm_metric_value{{segment='Urk'}} offset {4 * WEEK_S + 2}s)"
            until(lambda: bool(parts.ask(four_weeks_ago)), lambda: "no history", within_s=90)
            assert parts.hook.told == set(), "all is well"

            shop.open.remove("Urk")
            segment = Told("Ada/ticket", "NorthStarSegmentDrop", "Urk")
            told(parts, segment)
            assert "orders over" in parts.hook.notes["NorthStarSegmentDrop"]["description"]

            shop.open.clear()
            told(parts, segment, Told("Ada/page", "NorthStarDrop"))
            assert "the pipeline is not the cause" in parts.hook.notes["NorthStarDrop"]["description"]
            assert parts.hook.notes["NorthStarDrop"]["runbook_url"].endswith("NorthStarDrop.md")
            firing = "count(ALERTS{alertstate='firing',concern='pipeline'})"
            assert parts.ask(firing) == [], "nothing is wrong with the pipeline"
