"""What reaches people when several alerts fire at once: a real Alertmanager over the routes that are rendered."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.local import install
from services.local.ports import free_port
from services.local.process import Process
from services.local.prometheus import alertmanager
from services.provisioner.rules.groups import all_rules
from services.provisioner.rules.rhythm import Rhythm
from services.provisioner.rules.routes import alertmanager_yaml
from tests.live.road import until
from tests.live.webhook import Told, Webhook, webhook
from tests.services.provisioner.rules.company import company

AT_ONCE = Rhythm(page_wait=1, page_gather=1, ticket_wait=1, ticket_gather=1)
EVERYBODY = ("pipeline/page", "pipeline/ticket", "product/page", "Ada/page", "Ada/ticket", "Grace/ticket")
RULES = {rule.alert: rule for rule in reversed(all_rules(company()))}


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook(free_port()) as made:
        yield made


@pytest.fixture
def post(tmp_path: Path, hook: Webhook) -> Iterator[str]:
    """Where alerts are posted to."""
    install.ensure(["prometheus-alertmanager"])
    settings = tmp_path / "alertmanager.yml"
    settings.write_text(alertmanager_yaml(company(), hook.receivers(*EVERYBODY), AT_ONCE), encoding="utf-8")
    port = free_port()
    part = alertmanager(tmp_path, port, settings)
    process = Process(part.command, tmp_path / "alertmanager.log")
    try:
        until(part.ready, process.last_lines)
        yield f"{part.address}/api/v2/alerts"
    finally:
        process.kill()


def fire(post: str, *alerts: str, **labels: str) -> None:
    """As Prometheus does, with the labels of the rules."""
    body = []
    for alert in alerts:
        rule = RULES[alert]
        owner = {"owner": rule.answers.owner} if rule.answers.owner else {}
        own = {"alertname": alert, "concern": rule.concern, "severity": rule.severity}
        body.append({"labels": own | owner | labels, "annotations": {"summary": alert}})
    request = urllib.request.Request(post, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 our own process
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 our own process
        assert answer.status == 200


@pytest.mark.parametrize(
    ("firing", "told"),
    [
        (
            ("NorthStarDrop", "NorthStarSegmentDrop", "NorthStarWorseThanExpected"),
            {("Ada/page", "NorthStarDrop"), ("Ada/page", "NorthStarWorseThanExpected")},
        ),
        (("NorthStarDrop", "NorthStarGuardrailBroken", "NorthStarLag"), {("pipeline/ticket", "NorthStarLag")}),
        (
            ("NorthStarDrop", "NorthStarWorkerDown", "NorthStarStuck", "NorthStarStale", "NorthStarLag"),
            {("pipeline/page", "NorthStarWorkerDown")},
        ),
        (
            ("NorthStarAbsent", "NorthStarStoreNearlyFull", "NorthStarStoreFilling", "NorthStarDrop"),
            {
                ("Ada/page", "NorthStarAbsent"),
                ("pipeline/page", "NorthStarStoreNearlyFull"),
                ("Ada/page", "NorthStarDrop"),
            },
        ),
    ],
    ids=["the whole and its part", "lag", "no worker", "a full store explains nothing yet"],
)
def test_only_the_cause_is_told(post: str, hook: Webhook, firing: tuple[str, ...], told: set[tuple[str, str]]) -> None:
    fire(post, *firing, metric="orders_an_hour")
    expected = {Told(receiver, alert) for receiver, alert in told}
    until(lambda: hook.told >= expected, lambda: f"{hook.told}", within_s=20)
    time.sleep(2.5)  # whatever else there was to tell would have been told by now: groups wait for one second
    assert hook.told == expected
