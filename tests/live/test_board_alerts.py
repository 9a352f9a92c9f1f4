"""What the terminal board says of alerts, of a real Prometheus and a real Alertmanager as one after the other ends."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from services.board.alerts import Alerts, ask_alerts
from services.local import install
from services.local.parts import Part
from services.local.ports import LOOPBACK, free_port
from services.local.process import Process
from services.local.prometheus import Scrape, alertmanager, prometheus
from services.provisioner.rules.groups import all_rules
from services.provisioner.rules.routes import alertmanager_yaml
from tests.live.road import until
from tests.services.provisioner.rules.company import company

FIRING = ("NorthStarDrop", "NorthStarWorkerDown", "NorthStarStoreNearlyFull", "NorthStarStoreFilling", "NodeDown")
PENDING = "NorthStarLate"
LATER_S = 15
"""By then Prometheus has found Alertmanager; an alert that it could send nowhere is sent again after a minute."""
RESENT_S = 120
RULES = {rule.alert: rule for rule in reversed(all_rules(company()))}


class Servers(NamedTuple):
    """Where they are, and their processes."""

    prometheus: str
    alertmanager: str
    processes: dict[str, Process]

    def asked(self) -> Alerts:
        return ask_alerts(self.prometheus, self.alertmanager, datetime.now(UTC))

    def settled(self, *firing: str) -> Alerts:
        """What is answered once exactly these fire and the other is pending."""

        def names() -> list[str]:
            return sorted(one.name for one in self.asked().firing)

        until(lambda: names() == sorted(firing), lambda: f"{self.asked()}", within_s=RESENT_S)
        return self.asked()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    install.ensure(["prometheus", "prometheus-alertmanager"])
    (tmp_path / "routes.yml").write_text(alertmanager_yaml(company()), encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/always.yml").write_text(json.dumps({"groups": [_group()]}), encoding="utf-8")
    tells = alertmanager(tmp_path, free_port(), tmp_path / "routes.yml")
    scrape = Scrape(
        exporter=f"{LOOPBACK}:{free_port()}",
        rules=tmp_path / "rules",
        alertmanager=tells.address.removeprefix("http://"),
        every="1s",
    )
    judges = prometheus(tmp_path, free_port(), scrape)
    processes: dict[str, Process] = {}
    try:
        for part in (tells, judges):
            processes[part.name] = _started(part, tmp_path)
        yield Servers(judges.address, tells.address, processes)
    finally:
        for process in processes.values():
            process.kill()


def _started(part: Part, folder: Path) -> Process:
    process = Process(part.command, folder / f"{part.name}.log")
    until(part.ready, process.last_lines)
    return process


def _group() -> dict[str, object]:
    """Rules that soon fire and go on, with the labels of ours; and one that would in an hour."""
    expression = f"vector(time()) > {datetime.now(UTC).timestamp() + LATER_S:.0f}"
    rules: list[dict[str, object]] = []
    for name in (*FIRING, PENDING):
        rule = RULES.get(name)
        labels = {"severity": "page"} if rule is None else {"severity": rule.severity, "concern": rule.concern}
        wait = "1h" if name == PENDING else "0s"
        rules.append(
            {"alert": name, "expr": expression, "for": wait, "labels": labels, "annotations": {"summary": "so it is"}}
        )
    return {"name": "always", "interval": "1s", "rules": rules}


def silence(alertmanager: str, alert: str) -> None:
    """As a person does, for an hour."""
    now = datetime.now(UTC)
    body = {
        "matchers": [{"name": "alertname", "value": alert, "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "somebody",
        "comment": "known",
    }
    request = urllib.request.Request(  # noqa: S310 our own process
        f"{alertmanager}/api/v2/silences", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 our own process
        assert answer.status == 200


def test_the_board_tells_what_people_are_told_and_whom_it_cannot_ask(servers: Servers) -> None:
    silence(servers.alertmanager, "NorthStarStoreFilling")
    told = servers.settled("NorthStarWorkerDown", "NorthStarStoreNearlyFull")
    assert (told.pending, told.silenced, told.held_back, told.trouble) == (1, 1, 1, "")
    assert {one.summary for one in told.firing} == {"so it is"}
    assert all(abs((one.since - told.at).total_seconds()) < 600 for one in told.firing)

    servers.processes["alertmanager"].kill()
    ours = [name for name in FIRING if name.startswith("NorthStar")]
    alone = servers.settled(*ours)
    assert "nobody is told" in alone.trouble
    assert alone.pending == 1

    servers.processes["prometheus"].kill()
    nobody = servers.asked()
    assert not nobody.known
    assert "neither Prometheus at" in nobody.trouble
