"""Rule files as they are written."""

import argparse
import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml

from schemas.definition.steering import Guardrail
from services.provisioner.addresses import Addresses
from services.provisioner.rules import command as rules_command
from services.provisioner.rules.groups import all_rules, rule_groups
from services.provisioner.rules.model import Rule, template_free, to_yaml
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.golden import ROOT
from tests.services.provisioner.rules.company import company

RULES = all_rules(company())


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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.alert} {rule.labels}")
def test_every_alert_has_numbers_links_and_a_page_that_says_what_to_do(rule: Rule) -> None:
    written: dict[str, dict[str, str]] = yaml.safe_load(yaml.safe_dump(rule.as_yaml(Addresses())))
    assert {"severity": rule.severity, "concern": rule.concern}.items() <= written["labels"].items()
    notes = written["annotations"]
    assert notes["summary"]
    assert any(character.isdigit() for character in notes["description"]) or "{{" in notes["description"]
    assert notes["dashboard"] in {"/d/nsm", "/d/nsm-objectives", "/d/nsm-pipeline"}
    page = (ROOT / notes["runbook_url"]).read_text(encoding="utf-8")
    for heading in ("## What it means", "## What to look at", "## What to do"):
        assert heading in page


def test_there_is_no_page_of_an_alert_that_is_not() -> None:
    pages = {page.stem for page in (ROOT / "docs/runbooks").glob("*.md")}
    assert pages == {rule.alert for rule in RULES}


def test_rules_of_one_name_are_told_apart_by_their_labels() -> None:
    told = [(rule.alert, *sorted(rule.labels.items())) for rule in RULES]
    assert len(told) == len(set(told))
    assert all("metric" in rule.labels for rule in RULES if rule.alert == "NorthStarGuardrailBroken")


def test_promtool_finds_no_two_alike(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(to_yaml(rule_groups(company()), Addresses()), encoding="utf-8")
    command = ["promtool", "check", "rules", "--lint-fatal", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_about_alerts_names_each_with_its_severity() -> None:
    page = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
    rows = {row.split("](")[0].removeprefix("| ["): row for row in page.splitlines() if row.startswith("| [")}
    assert rows.keys() == {rule.alert for rule in RULES}
    for rule in RULES:
        assert rule.severity in rows[rule.alert].split("|")[3], rule.alert


def test_every_alert_may_wait_and_all_but_those_of_silence_linger() -> None:
    assert all(rule.hold >= 300 for rule in RULES)
    lingering = {rule.alert for rule in RULES if rule.keep != 0}
    # what is absent or away is over as soon as it is back
    assert {rule.alert for rule in RULES} - lingering == {"NorthStarExporterDown", "NorthStarStateAway"}


def test_each_alert_says_whose_it_is_and_where_they_say_what_to_do() -> None:
    owners = {(rule.alert, rule.labels.get("metric", ""), *rule.answers) for rule in RULES}
    assert {
        ("NorthStarDrop", "", "Ada", "https://wiki.example.com/orders"),
        ("NorthStarSlowDecline", "new_customers", "growth team", ""),
        ("NorthStarGuardrailBroken", "refund_ratio", "Grace", "wiki/refunds"),
        ("NorthStarKeyResultBehind", "new_customers", "Edsger", ""),
        ("NorthStarLag", "", "", ""),
    } <= owners
    drop = next(rule for rule in RULES if rule.alert == "NorthStarDrop").as_yaml(Addresses())
    assert msgspec.convert(drop["labels"], dict[str, str])["owner"] == "Ada"
    notes = msgspec.convert(drop["annotations"], dict[str, str])
    assert notes["own_runbook_url"] == "https://wiki.example.com/orders"


def test_words_of_the_definition_are_no_templates(tmp_path: Path) -> None:
    awkward = company(owner='A "{{ $value }}" \\ B')
    file = tmp_path / "rules.yml"
    file.write_text(to_yaml(rule_groups(awkward), Addresses()), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert template_free("{{ $value }}") == '{{ "{{" }} $value }}'


def test_how_far_a_guardrail_is_broken_is_a_part_of_its_limit_and_of_none_a_number() -> None:
    for limit, said in (
        (0.05, "above its limit, by {{ $value | humanizePercentage }} of it"),
        (0.0, "above its limit, by {{ $value | humanize }}"),
    ):
        guarded = msgspec.structs.replace(shop(), guardrails=(Guardrail(metric="refund_ratio", max=limit),))
        [summary] = [rule.summary for rule in all_rules(guarded) if rule.alert == "NorthStarGuardrailBroken"]
        assert summary == f"refund_ratio is {said}"


def test_a_month_that_was_worse_waits_for_the_morning() -> None:
    def severity(metric: str) -> str:
        return next(rule.severity for rule in all_rules(starring(metric)) if rule.alert == "NorthStarDrop")

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
    assert groups[0]["rules"][0]["annotations"]["dashboard"] == "https://boards.example/d/nsm-pipeline"
