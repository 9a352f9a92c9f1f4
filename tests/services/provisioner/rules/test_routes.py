"""The settings of Alertmanager: who is told of what, and what keeps silent."""

import argparse
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.errors import CommandError
from services.provisioner.rules import command
from services.provisioner.rules.groups import all_rules
from services.provisioner.rules.inhibitions import inhibitions
from services.provisioner.rules.owners import all_owners
from services.provisioner.rules.receivers import Receivers, read_receivers
from services.provisioner.rules.routes import alertmanager_yaml
from tests.services.provisioner.golden import ROOT
from tests.services.provisioner.rules.company import company

OWNERS = ("Ada", "growth team", "Grace", "marketing", "Edsger")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("routes") / "alertmanager.yml"
    made.write_text(alertmanager_yaml(company()), encoding="utf-8")
    return made


def accepted(file: Path) -> None:
    """By amtool."""
    check = ["amtool", "check-config", str(file)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def checked(file: Path, receiver: str, **labels: str) -> None:
    """Held by amtool: these labels reach this receiver and no other."""
    routes = ["amtool", "config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receiver}"]
    words = [*routes, *(f"{name}={value}" for name, value in labels.items())]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_amtool_accepts_it(file: Path) -> None:
    accepted(file)


@pytest.mark.parametrize("severity", ["page", "ticket"])
@pytest.mark.parametrize("who", ["pipeline", "product", *OWNERS])
def test_each_severity_of_each_concern_and_owner_has_a_receiver_of_its_own(file: Path, who: str, severity: str) -> None:
    concern = "pipeline" if who == "pipeline" else "metric"
    owner = {} if who in {"pipeline", "product"} else {"owner": who}
    checked(file, f"{who}/{severity}", concern=concern, severity=severity, alertname="X", metric="m", **owner)


def test_every_rule_reaches_its_owner(file: Path) -> None:
    seen = set()
    for rule in all_rules(company()):
        who = "pipeline" if rule.concern == "pipeline" else rule.answers.owner or "product"
        labels = {"alertname": rule.alert, "concern": rule.concern, "severity": rule.severity}
        key = (who, rule.severity)
        if key not in seen:
            checked(file, "/".join(key), **labels, **({"owner": rule.answers.owner} if rule.answers.owner else {}))
        seen.add(key)
    assert {("Ada", "page"), ("Grace", "ticket"), ("Edsger", "ticket"), ("pipeline", "page")} <= seen


def test_an_owner_with_awkward_words_is_matched_as_written(tmp_path: Path) -> None:
    owner = 'The "A" team \\ {night}, shift=1'
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_yaml(company(owner=owner)), encoding="utf-8")
    accepted(file)
    routes = yaml.safe_load(file.read_text(encoding="utf-8"))["route"]["routes"]
    assert routes[1]["matchers"] == ['owner="The \\"A\\" team \\\\ {night}, shift=1"']


def test_a_page_is_told_sooner_and_more_often_than_a_ticket() -> None:
    routes = yaml.safe_load(alertmanager_yaml(company()))["route"]["routes"]
    for route in routes[:-2]:
        page, ticket = route["routes"]
        assert (page["group_wait"], ticket["group_wait"]) == ("30s", "5m")
        assert (page["repeat_interval"], ticket["repeat_interval"]) == ("4h", "7d")


def silenced(by: str) -> set[str]:
    """The alerts that keep silent while this one fires."""
    found: set[str] = set()
    for rule in inhibitions(company()):
        if by in names_in(rule["source_matchers"]):
            found |= names_in(rule["target_matchers"])
    return found - {by}


def names_in(matchers: list[str]) -> set[str]:
    return set(matchers[0].removeprefix('alertname=~"').removesuffix('"').split("|"))


COMPARING = {
    "NorthStarDrop",
    "NorthStarWorseThanExpected",
    "NorthStarRise",
    "NorthStarSegmentDrop",
    "NorthStarSlowDecline",
    "NorthStarGuardrailBroken",
    "NorthStarKeyResultBehind",
}
WAITING = {"NorthStarStale", "NorthStarLag", "NorthStarIncomplete"}


@pytest.mark.parametrize(
    ("by", "silent"),
    [
        ("NorthStarExporterDown", COMPARING),
        ("NorthStarStale", COMPARING),
        ("NorthStarLag", COMPARING),
        ("NorthStarIncomplete", COMPARING),
        ("NorthStarDeadLettersMany", COMPARING | {"NorthStarDeadLetters", "NorthStarLate"}),
        (
            "NorthStarWorkerDown",
            COMPARING | WAITING | {"NorthStarStuck"},
        ),
        ("NorthStarStuck", COMPARING | WAITING),
        ("NorthStarStateAway", COMPARING | WAITING),
        ("NorthStarImpossible", COMPARING),
        ("NorthStarDrop", {"NorthStarSegmentDrop"}),
        ("NorthStarWorseThanExpected", {"NorthStarSegmentDrop"}),
        ("NorthStarStoreNearlyFull", {"NorthStarStoreFilling"}),
        ("NorthStarDeadLetters", set()),
        ("NorthStarLate", set()),
        ("NorthStarStoreFilling", set()),
        ("NorthStarSeriesLeftOut", set()),
        ("NorthStarAbsent", set()),
        ("NorthStarGuardrailBroken", set()),
    ],
)
def test_what_keeps_silent_beside_what(by: str, silent: set[str]) -> None:
    assert silenced(by) == silent


def test_nothing_silences_what_is_absent_or_impossible_nor_a_page_of_the_pipeline_but_its_cause() -> None:
    alerts = {rule.alert for rule in all_rules(company())}
    ever = {silent for by in alerts for silent in silenced(by)}
    assert not ever & {"NorthStarAbsent", "NorthStarImpossible", "NorthStarWorkerDown", "NorthStarExporterDown"}


WEBHOOK = {"webhook_configs": [{"url": "http://127.0.0.1:9/"}]}


def receivers(definition_receivers: Receivers) -> dict[str, Any]:
    content = yaml.safe_load(alertmanager_yaml(company(), definition_receivers))
    return {one.pop("name"): one for one in content["receivers"]}


def test_the_most_exact_name_of_a_receiver_serves() -> None:
    given = {name: {"webhook_configs": [{"url": f"http://{name}/"}]} for name in ("default", "page", "Ada", "Ada/page")}
    found = {
        name: body["webhook_configs"][0]["url"].removeprefix("http://").rstrip("/")
        for name, body in receivers(Receivers(given)).items()
    }
    assert found["Ada/page"] == "Ada/page"
    assert found["Ada/ticket"] == "Ada"
    assert found["Grace/page"] == "page"
    assert found["pipeline/ticket"] == "default"


def test_without_receivers_alerts_are_only_shown() -> None:
    assert set(map(str, receivers(Receivers()).values())) == {"{}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("receivers: {Ad/page: {}}", r"no alert goes to the receiver 'Ad/page'; did you mean 'Ada/page'\?"),
        ("receivers: {nobody at all: {}}", "no alert goes to the receiver 'nobody at all'; there are pipeline/page"),
        ("receiver: {page: {}}", r"no alert goes to the key 'receiver'; did you mean 'receivers'\?"),
        ("receivers: {page: {name: mine}}", "receiver 'page' has a name of its own; leave it out"),
        ("receivers: [page]", "receivers must map each name"),
        ("[1, 2]", "must hold receivers, by name"),
        ("a: [", "is no YAML"),
        ("[" * 5000, "is nested too deeply"),
    ],
)
def test_a_file_of_receivers_that_would_serve_nobody_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "receivers.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=said):
        read_receivers(file, all_owners(company()))


def test_a_file_of_receivers_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"receivers\.yml cannot be read: no such file"):
        read_receivers(tmp_path / "receivers.yml", ())


def test_the_example_is_good_and_an_empty_file_too(tmp_path: Path) -> None:
    example = read_receivers(ROOT / "deploy/alertmanager/receivers.yml", ())
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_yaml(company(), example), encoding="utf-8")
    accepted(file)
    empty = tmp_path / "receivers.yml"
    empty.write_text("", encoding="utf-8")
    assert read_receivers(empty, ()) == Receivers()


def test_settings_of_the_company_are_passed_on(tmp_path: Path) -> None:
    file = tmp_path / "receivers.yml"
    file.write_text("global: {resolve_timeout: 1m}\nreceivers: {page: }\n", encoding="utf-8")
    given = read_receivers(file, ())
    assert yaml.safe_load(alertmanager_yaml(company(), given))["global"] == {"resolve_timeout": "1m"}


def test_routes_are_rendered_beside_the_rules_where_prometheus_does_not_read_them(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    (tmp_path / "receivers.yml").write_text("receivers: {page: {webhook_configs: [{url: 'http://a/'}]}}", "utf-8")
    where = ["--definition", str(ROOT / "deploy/definitions/cdnow.yaml")]
    where += ["--receivers", str(tmp_path / "receivers.yml")]
    assert command.run(parser.parse_args(["render", str(tmp_path / "rules"), *where])) == 0
    beside = {file.name for file in (tmp_path / "rules").glob("*.yml")}
    assert command.FILE_NAME in beside
    assert Path(command.ROUTES_NAME).name not in beside
    routes = tmp_path / "rules/alertmanager/alertmanager.yml"
    accepted(routes)
    assert "url: http://a/" in routes.read_text(encoding="utf-8")
