"""Every board of every definition, judged by rules of our own: Grafana itself accepts nonsense without a word."""

import json
import re
from collections import Counter
from itertools import pairwise

import promql_parser
import pytest

from schemas import names
from schemas.definition.model import Unit
from services.provisioner import colours
from services.provisioner.addresses import Addresses, department_uid
from services.provisioner.boards.all_boards import all_boards, to_json
from services.provisioner.rules.groups import all_rules
from services.provisioner.rules.model import BOARDS
from services.provisioner.sdk import dashboard
from tests.services.provisioner.boards.drawn import DEFINITIONS, EVERY_DEFINITION, Json, boards, expressions, panels

OF_PROMETHEUS = {
    "ALERTS": {"alertname", "alertstate", "severity", "concern"},
    "up": {"job", "instance"},
}
MADE = {"input", "owner", "against", "weekday", "hour", "slot"}
"""Labels that an expression makes itself."""
KNOWN_LABELS = MADE.union(*names.SERIES.values(), *OF_PROMETHEUS.values())
SAFE = {colours.GOOD, colours.WATCH, colours.BAD, colours.PLAIN, colours.FAINT}


@EVERY_DEFINITION
def test_panels_lie_inside_24_columns_and_none_on_another(name: str) -> None:
    for board in boards(name).values():
        taken: dict[tuple[int, int], str] = {}
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert place["x"] >= 0
            assert place["w"] > 0
            assert place["h"] > 0
            assert place["x"] + place["w"] <= 24
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    assert (x, y) not in taken, f"{panel['title']} lies on {taken[x, y]}"
                    taken[x, y] = panel["title"]
        height = max(y for _, y in taken) + 1
        assert len(taken) == 24 * height, "there is a hole"


@EVERY_DEFINITION
def test_a_number_is_wide_enough_for_a_screen_of_1280(name: str) -> None:
    for board in boards(name).values():
        for panel in panels(board):
            least = {"stat": 4, "text": 6, "bargauge": 8}.get(panel["type"], 6)
            assert panel["gridPos"]["w"] >= least, panel["title"]


@EVERY_DEFINITION
def test_identities_are_unique_and_short_enough(name: str) -> None:
    found = boards(name)
    assert len({board["title"] for board in found.values()}) == len(found)
    for uid, board in found.items():
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid)
        identities = [panel["id"] for panel in board["panels"]]
        assert len(set(identities)) == len(identities)
        assert all(identities)
        sources = {panel["datasource"]["uid"] for panel in panels(board) if "datasource" in panel}
        assert sources == {"nsm-prometheus"}


@EVERY_DEFINITION
def test_no_row_and_no_board_is_empty(name: str) -> None:
    for board in boards(name).values():
        kinds = [panel["type"] for panel in board["panels"]]
        assert kinds[0] == "row"
        assert kinds[-1] != "row"
        assert ("row", "row") not in pairwise(kinds)


@EVERY_DEFINITION
def test_every_panel_says_what_it_shows_in_which_unit_and_what_emptiness_means(name: str) -> None:
    for board in boards(name).values():
        assert board["description"]
        for panel in panels(board):
            assert panel["title"]
            assert panel["description"].endswith(".")
            if panel["type"] == "text":
                assert panel["options"]["content"]
                continue
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["unit"]
            assert defaults["noValue"]
            assert defaults["thresholds"]["steps"][0]["value"] is None
            values = [step["value"] for step in defaults["thresholds"]["steps"][1:]]
            assert values == sorted(set(values))
            assert panel["targets"]


@EVERY_DEFINITION
def test_the_lines_of_a_panel_can_be_told_apart_by_name(name: str) -> None:
    for board in boards(name).values():
        for panel in panels(board):
            legends = Counter(target["legendFormat"] for target in panel.get("targets", []))
            assert max(legends.values(), default=1) == 1, panel["title"]
            named = {target["legendFormat"] for target in panel.get("targets", [])}
            for override in panel.get("fieldConfig", {}).get("overrides", []):
                assert override["matcher"]["options"] in named | {"weekday\\hour"}, panel["title"]
            references = [target["refId"] for target in panel.get("targets", [])]
            assert len(set(references)) == len(references)


@EVERY_DEFINITION
def test_colours_are_those_that_colour_blind_people_can_tell_apart(name: str) -> None:
    for board in boards(name).values():
        text = json.dumps(board)
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", text)) <= SAFE
        modes = set(re.findall(r'"mode": "((?:palette|continuous|fixed|shades)[^"]*)"', text))
        assert modes <= {"continuous-YlBl", "continuous-blues", "fixed"}


@EVERY_DEFINITION
def test_every_link_leads_to_a_board_that_is_there(name: str) -> None:
    found = boards(name)
    for uid, board in found.items():
        links = [*board["links"], *(link for panel in panels(board) for link in panel["links"])]
        led = {link["url"].removeprefix("/d/") for link in links}
        assert led <= found.keys()
        assert {link["url"] for link in board["links"]} == {f"/d/{other}" for other in found if other != uid}
        assert all(link["keepTime"] for link in links)


@EVERY_DEFINITION
def test_every_expression_is_promql_over_known_series_and_labels(name: str) -> None:
    def judge(found: promql_parser.Expr) -> None:
        if isinstance(found, promql_parser.VectorSelector):
            known = OF_PROMETHEUS.get(str(found.name)) or set(names.SERIES[str(found.name)])
            for matcher in found.matchers.matchers:
                assert matcher.name in known

    for board in boards(name).values():
        for text in expressions(board):
            promql_parser.walk(promql_parser.parse(text), judge)
            for labels in re.findall(r"\b(?:by|on) \(([a-z_, ]*)\)", text):
                assert set(filter(None, labels.split(", "))) <= KNOWN_LABELS


@EVERY_DEFINITION
def test_the_sdk_reads_back_all_that_it_wrote(name: str) -> None:
    # its reader drops keys that it does not know: what is lost would be a typing error
    for board in all_boards(DEFINITIONS[name], Addresses()):
        written = to_json(board)
        assert to_json(dashboard.Dashboard.from_json(json.loads(written))) == written


@EVERY_DEFINITION
def test_boards_are_the_same_bytes_each_time(name: str) -> None:
    first, second = ([to_json(board) for board in all_boards(DEFINITIONS[name], Addresses())] for _ in range(2))
    assert first == second


def _says_unfinished(panel: Json, target: Json) -> bool:
    # a forecast stands on what there is so far, and says that it is one
    return "unfinished" in target["legendFormat"] + panel["title"] or panel["title"].startswith("Forecast: ")


@EVERY_DEFINITION
def test_an_unfinished_period_never_stands_beside_finished_ones_unsaid(name: str) -> None:
    calendar = {unit.value for unit in Unit}
    for board in boards(name).values():
        for panel in panels(board):
            for target in panel.get("targets", []):
                running = re.findall(rf'{names.METRIC_VALUE}{{[^}}]*window="(\w+)"[^}}]*}}', target["expr"])
                if calendar & set(running):
                    assert _says_unfinished(panel, target), panel["title"]


@EVERY_DEFINITION
def test_time_is_the_companys(name: str) -> None:
    definition = DEFINITIONS[name]
    for board in boards(name).values():
        assert (board["timezone"], board["weekStart"]) == (definition.time_zone, definition.week_starts)


@pytest.mark.parametrize("name", ["growth", "a" * 25, "a" * 26, "customer_success_and_support_of_the_north"])
def test_the_uid_of_a_department_is_never_too_long(name: str) -> None:
    uid = department_uid(name)
    assert len(uid) <= 40
    assert uid.startswith(f"nsm-department-{name[:16]}"[:31])
    assert uid != department_uid(f"{name}x")


@EVERY_DEFINITION
def test_every_alert_leads_to_a_board_that_is_there(name: str) -> None:
    assert {rule.board or BOARDS[rule.concern] for rule in all_rules(DEFINITIONS[name])} <= boards(name).keys()
