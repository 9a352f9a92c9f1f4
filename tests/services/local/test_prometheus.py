import subprocess
from pathlib import Path

import pytest

from services.local import install
from services.local.prometheus import Scrape, alertmanager, prometheus

RULES = "groups: [{name: one, rules: [{record: one, expr: vector(1)}]}]\n"


def check(program: str, *words: str) -> str:
    done = subprocess.run([install.program(program), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("alerts", [None, "127.0.0.1:9093"])
def test_prometheus_understands_its_settings_and_finds_the_rules(tmp_path: Path, alerts: str | None) -> None:
    install.ensure(["prometheus", "promtool"])
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "nsm.yml").write_text(RULES, encoding="utf-8")
    prometheus(tmp_path, 9090, Scrape(exporter="127.0.0.1:9464", rules=rules, alertmanager=alerts))
    said = check("promtool", "check", "config", str(tmp_path / "prometheus.yml"))
    assert "1 rules found" in said
    assert (str(alerts) in (tmp_path / "prometheus.yml").read_text(encoding="utf-8")) == (alerts is not None)


def test_alertmanager_runs_with_the_settings_that_were_rendered(tmp_path: Path) -> None:
    install.ensure(["prometheus-alertmanager"])
    part = alertmanager(tmp_path, 9093, tmp_path / "rules/alertmanager/alertmanager.yml")
    assert f"--config.file={tmp_path}/rules/alertmanager/alertmanager.yml" in part.command
