"""Rule files as they are written."""

import argparse
import subprocess
from pathlib import Path

import pytest
import yaml

from services.provisioner.addresses import Addresses
from services.provisioner.rules import command as rules_command
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import Rule, to_yaml
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.golden import ROOT

RULES = [rule for group in rule_groups(shop()) for rule in group.rules]


@pytest.mark.parametrize("metric", list(shop().metrics))
@pytest.mark.parametrize("better", ["higher", "lower"])
def test_promtool_accepts_the_rules_of_every_kind_of_metric_and_window(
    tmp_path: Path, metric: str, better: str
) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(to_yaml(rule_groups(starring(metric, better=better)), Addresses()), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_every_alert_has_numbers_and_a_page_that_says_what_to_do(rule: Rule) -> None:
    written: dict[str, dict[str, str]] = yaml.safe_load(yaml.safe_dump(rule.as_yaml(Addresses())))
    assert written["labels"] == {"severity": rule.severity, "concern": rule.concern}
    notes = written["annotations"]
    assert notes["summary"]
    assert any(character.isdigit() for character in notes["description"]) or "{{" in notes["description"]
    assert notes["dashboard"] == "/d/nsm"
    page = (ROOT / notes["runbook_url"]).read_text(encoding="utf-8")
    for heading in ("## What it means", "## What to look at", "## What to do"):
        assert heading in page


def test_a_month_that_was_worse_waits_for_the_morning() -> None:
    def severity(metric: str) -> str:
        rules = [rule for group in rule_groups(starring(metric)) for rule in group.rules]
        return next(rule.severity for rule in rules if rule.alert == "NorthStarDrop")

    assert severity("repeat_orders_per_customer") == "page"
    assert severity("average_order_value") == "page"
    assert severity("new_customers") == "ticket"
    assert severity("repeat_share") == "ticket"


def test_rendering_makes_the_folder_and_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    rules_command.add_arguments(parser)
    folder = tmp_path / "a" / "b"
    definition = ROOT / "deploy" / "definitions" / "cdnow.yaml"
    arguments = ["render", str(folder), "--definition", str(definition), "--grafana-url", "https://boards.example/"]
    assert rules_command.run(parser.parse_args(arguments)) == 0
    first = (folder / "nsm.rules.yml").read_bytes()
    assert rules_command.run(parser.parse_args(arguments)) == 0
    assert (folder / "nsm.rules.yml").read_bytes() == first
    groups = yaml.safe_load(first)["groups"]
    assert groups[0]["rules"][0]["annotations"]["dashboard"] == "https://boards.example/d/nsm"


def test_alertmanager_accepts_its_file_and_sends_each_concern_to_its_people() -> None:
    file = str(ROOT / "deploy" / "alertmanager" / "alertmanager.yml")
    check = ["amtool", "check-config", file]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for concern, receiver in (("pipeline", "pipeline"), ("metric", "product")):
        command = ["amtool", "config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receiver}"]
        labels = [f"concern={concern}", "severity=page", "alertname=NorthStarDrop"]
        done = subprocess.run([*command, *labels], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_pipeline_that_pages_silences_the_drop_and_nothing_else() -> None:
    file = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
    rules = yaml.safe_load(file.read_text(encoding="utf-8"))["inhibit_rules"]
    assert rules == [
        {
            "source_matchers": ['concern="pipeline"', 'severity="page"'],
            "target_matchers": ['alertname="NorthStarDrop"'],
        }
    ]
