"""The board, judged by rules of our own: Grafana itself accepts nonsense without a word."""

import argparse
import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from schemas import names
from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import to_json
from services.provisioner.boards.north_star import build_board
from services.provisioner.expressions import selector
from services.provisioner.grafana import command as grafana_command
from services.provisioner.placed import all_expressions
from services.provisioner.sdk import dashboard
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.golden import DEFINITIONS, FOLDER, ROOT, rendered

STARS = [shop(), *(starring(metric, better="lower", target=None) for metric in shop().metrics)]
EVERY_STAR = pytest.mark.parametrize("definition", STARS, ids=lambda found: found.north_star.metric)


def board(definition: Definition) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(build_board(definition, Addresses())))
    return found


def panels(definition: Definition) -> list[dict[str, Any]]:
    return [panel for panel in board(definition)["panels"] if panel["type"] != "row"]


@EVERY_STAR
def test_panels_lie_inside_24_columns_and_none_on_another(definition: Definition) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in board(definition)["panels"]:
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken[x, y]}"
                taken[x, y] = panel["title"]


@EVERY_STAR
def test_identities_are_unique_and_short_enough(definition: Definition) -> None:
    found = board(definition)
    identities = [panel["id"] for panel in found["panels"]]
    assert len(set(identities)) == len(identities)
    assert all(identities)
    uids = {found["uid"]} | {panel["datasource"]["uid"] for panel in panels(definition) if "datasource" in panel}
    assert uids == {"nsm", "nsm-prometheus"}
    assert max(map(len, uids)) <= 40


@EVERY_STAR
def test_every_panel_says_what_it_shows_in_which_unit_and_what_emptiness_means(definition: Definition) -> None:
    for panel in panels(definition):
        assert panel["title"]
        assert panel["description"]
        if panel["type"] != "text":
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["unit"]
            assert defaults["noValue"]
            assert defaults["thresholds"]["steps"]
            assert defaults["thresholds"]["steps"][0]["value"] is None
            assert panel["targets"]


@EVERY_STAR
def test_every_expression_is_promql_over_known_series_and_labels(definition: Definition) -> None:
    def judge(found: promql_parser.Expr) -> None:
        if isinstance(found, promql_parser.VectorSelector):
            assert found.name in names.SERIES
            for matcher in found.matchers.matchers:
                assert matcher.name in names.SERIES[found.name]

    for placed in all_expressions(definition):
        promql_parser.walk(promql_parser.parse(placed.text), judge)
        for labels in re.findall(r"\b(?:by|on) \(([a-z, ]*)\)", placed.text):
            known = {label for series in names.SERIES.values() for label in series}
            assert set(filter(None, labels.split(", "))) <= known


@EVERY_STAR
def test_the_sdk_reads_back_all_that_it_wrote(definition: Definition) -> None:
    # its reader drops keys that it does not know: what is lost would be a typing error
    written = to_json(build_board(definition, Addresses()))
    assert to_json(dashboard.Dashboard.from_json(json.loads(written))) == written


@EVERY_STAR
def test_an_unfinished_period_never_stands_beside_finished_ones_unsaid(definition: Definition) -> None:
    calendar = {"day", "week", "month", "quarter", "year"}
    for panel in panels(definition):
        for target in panel.get("targets", []):
            running = re.search(rf'{names.METRIC_VALUE}{{[^}}]*window="(\w+)"', target["expr"])
            if running and running.group(1) in calendar:
                assert "unfinished" in target["legendFormat"] + panel["title"]


def test_time_is_the_companys() -> None:
    found = board(shop())
    assert (found["timezone"], found["weekStart"]) == ("Europe/Amsterdam", "monday")


def test_segments_are_shown_where_measures_are_split() -> None:
    assert "Orders an hour by city" in [panel["title"] for panel in panels(shop())]


def test_runbooks_are_links_only_where_a_browser_can_follow() -> None:
    relative = to_json(build_board(shop(), Addresses()))
    assert "](docs/" not in relative
    online = json.loads(to_json(build_board(shop(), Addresses(runbooks="https://docs.example/runbooks"))))
    assert online["links"][0]["url"] == "https://docs.example/runbooks"
    assert "(https://docs.example/runbooks/NorthStarDrop.md)" in json.dumps(online)


def test_a_label_that_a_series_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no label user_id"):
        selector(names.METRIC_VALUE, user_id="1")


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_is_rendered_is_what_was_looked_at(name: str) -> None:
    for file, text in rendered(name).items():
        assert (FOLDER / file).read_text(encoding="utf-8") == text


def test_rendering_writes_what_grafana_reads_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    grafana_command.add_arguments(parser)
    folder = tmp_path / "grafana"
    definition = ROOT / "deploy" / "definitions" / "cdnow.yaml"
    arguments = ["render", str(folder), "--definition", str(definition), "--prometheus-url", "http://prometheus:9090"]

    def render() -> dict[str, bytes]:
        assert grafana_command.run(parser.parse_args(arguments)) == 0
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    first = render()
    assert render() == first
    source = yaml.safe_load(first["provisioning/datasources/nsm.yaml"])["datasources"][0]
    assert (source["uid"], source["url"]) == ("nsm-prometheus", "http://prometheus:9090")
    provider = yaml.safe_load(first["provisioning/dashboards/nsm.yaml"])["providers"][0]
    assert provider["options"]["path"] == str(folder / "dashboards")
    assert json.loads(first["dashboards/nsm.json"])["uid"] == "nsm"
