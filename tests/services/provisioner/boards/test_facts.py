"""What stands on the boards, fact by fact: other than files kept to be compared, each says what it is for."""

import json
from typing import Any

import msgspec
import pytest

from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards, to_json
from services.provisioner.colours import past
from tests.services.provisioner.boards.drawn import Json, boards, panel, panels, rows
from tests.services.provisioner.example import shop
from tests.services.provisioner.steered import steered

STAR = "repeat_orders_per_customer"


def override(found: Json, name: str) -> dict[str, Any]:
    """Property -> value, of what is called by this name."""
    (one,) = (one for one in found["fieldConfig"]["overrides"] if one["matcher"]["options"] == name)
    return {item["id"]: item["value"] for item in one["properties"]}


def words(found: Json) -> list[str]:
    return [one["options"]["result"]["text"] for one in found["fieldConfig"]["defaults"]["mappings"]]


def test_a_company_has_a_board_for_everybody_one_a_department_one_of_promises_and_one_for_those_on_call() -> None:
    assert list(boards("steered")) == [
        "nsm",
        "nsm-department-marketing",
        "nsm-department-logistics",
        "nsm-objectives",
        "nsm-pipeline",
    ]


def test_a_company_that_promised_nothing_has_no_board_of_promises_and_no_link_to_one() -> None:
    # the shop's target has no base: there is no way of which a part could be done
    found = boards("shop")
    assert list(found) == ["nsm", "nsm-pipeline"]
    assert [link["title"] for link in found["nsm"]["links"]] == ["Pipeline"]


def test_the_north_stars_board_goes_from_the_number_down_to_what_it_rests_on() -> None:
    board = boards("steered")["nsm"]
    assert rows(board) == ["North star", "Inputs", "Segments", "Guardrails", "Rhythm", "Trust"]
    assert [one["title"] for one in panels(board)][:10] == [
        "Repeat orders per customer",
        "Share of target",
        "Pace",
        "Against the path",
        "Forecast: 2027-06-30",
        "Against the 28 days before",
        "Against a year before",
        "Freshness",
        "Completeness",
        "Repeat orders per customer over time",
    ]


@pytest.mark.parametrize(
    ("target", "base", "titles"),
    [
        (0.0, 2.0, ["Way to target", "Pace", "Forecast: 2027-06-30"]),
        (-1.0, -2.0, ["Way to target", "Pace", "Forecast: 2027-06-30"]),
        (-1.0, None, ["Forecast: 2027-06-30", "Against the 28 days before"]),
        (2.0, -1.0, ["Share of target", "Pace", "Forecast: 2027-06-30"]),
    ],
)
def test_of_nothing_and_of_what_is_below_it_none_is_a_share(
    target: float, base: float | None, titles: list[str]
) -> None:
    given = steered()
    star = msgspec.structs.replace(given.north_star, target=target, base=base)
    north = all_boards(msgspec.structs.replace(given, north_star=star), Addresses())[0]
    assert [one["title"] for one in panels(json.loads(to_json(north)))][1 : len(titles) + 1] == titles


def test_a_row_without_anything_to_show_is_left_out() -> None:
    assert rows(boards("star-new_customers")["nsm"]) == ["North star", "Guardrails", "Rhythm", "Trust"]


def test_of_a_calendar_window_the_unfinished_period_is_called_so_and_the_last_complete_one_is_judged() -> None:
    board = boards("steered")["nsm-department-marketing"]
    running = panel(board, "New customers, month so far (unfinished)")
    assert len(running["fieldConfig"]["defaults"]["thresholds"]["steps"]) == 1
    complete = panel(board, "Last complete month")
    assert [one["value"] for one in complete["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 450, 500]
    assert "last_complete" in complete["targets"][0]["expr"]


def test_the_expected_band_is_filled_between_its_bounds_behind_the_line() -> None:
    trend = panel(boards("steered")["nsm"], "Repeat orders per customer over time")
    assert [one["legendFormat"] for one in trend["targets"]] == [
        STAR,
        "the 28 days before",
        "path",
        "target",
        "expected, lower",
        "expected, upper",
    ]
    assert override(trend, "expected, upper")["custom.fillBelowTo"] == "expected, lower"
    assert override(trend, "path")["color"]["fixedColor"] != override(trend, "target")["color"]["fixedColor"]


def test_the_pace_is_a_word_and_not_a_colour_alone() -> None:
    found = panel(boards("steered")["nsm"], "Pace")
    assert words(found) == ["Ahead", "On course", "Behind"]
    assert "from 1.4" in found["description"]
    assert "to 1.8 by 2027-06-30" in found["description"]


def test_inputs_are_told_with_their_owner_and_lead_to_the_departments_that_steer_by_them() -> None:
    board = boards("steered")["nsm"]
    table = panel(board, "Inputs: who answers for them, and how they changed")
    (organize,) = (one["options"] for one in table["transformations"] if one["id"] == "organize")
    shown = sorted(organize["indexByName"], key=organize["indexByName"].get)
    assert [organize["renameByName"][one] for one in shown] == ["Input", "Owner", "Against", "Change", "Way to target"]
    change, progress = (one["expr"] for one in table["targets"])
    assert change.count('"input"') == len(steered().north_star.inputs)
    assert '"owner", "Grace"' in change
    assert '"against", "the month before"' in change
    assert 'metric="new_customers"' in progress
    assert "orders_an_hour" not in progress  # it has no target
    links = panel(board, "Orders an hour")["links"]
    assert [(one["title"], one["url"]) for one in links] == [("Department logistics", "/d/nsm-department-logistics")]


def test_a_segments_share_of_the_change_is_told_where_the_parts_add_up_and_only_there() -> None:
    board = boards("steered")["nsm"]
    orders = panel(board, "Orders an hour by city: change against a week before")
    assert [one["legendFormat"] for one in orders["targets"]] == ["Value", "Change", "Share of the change"]
    value = panel(board, "Average order value by city: change against a week before")
    assert [one["legendFormat"] for one in value["targets"]] == ["Value", "Change"]
    assert "do not add up" in value["description"]


def test_a_ratio_over_a_rolling_window_shares_its_change_where_its_numerator_adds_up() -> None:
    board = boards("steered")["nsm-department-logistics"]
    refunds = panel(board, "Refund ratio by city: change against the 7 days before")
    share = refunds["targets"][2]["expr"]
    assert "nsm_metric_numerator" in share
    assert "nsm_metric_denominator" in share


def test_guardrails_have_a_number_a_lane_and_a_line_with_their_limits() -> None:
    board = boards("steered")["nsm"]
    number = panel(board, "Refund ratio")
    assert [one["value"] for one in number["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, past(0.03)]
    assert "It should stay at most 0.03." in number["description"]
    lanes = panel(board, "Guardrails over time")
    assert [one["legendFormat"] for one in lanes["targets"]] == ["Refund ratio", "Average order value"]
    assert words(lanes) == ["Within", "Near its limit", "Broken"]
    line = panel(board, "Average order value within its limits")
    assert [one["legendFormat"] for one in line["targets"]] == [
        "last complete day",
        "running day (unfinished)",
        "at least",
    ]


def test_the_rhythm_is_a_cell_for_each_hour_of_the_companys_week() -> None:
    found = panel(boards("steered")["nsm"], "Orders an hour, by hour of the week")
    days = override(found, "weekday\\hour")["mappings"][0]["options"]
    assert [days[number]["text"] for number in sorted(days)][::6] == ["Monday", "Sunday"]
    assert "Europe/Amsterdam" in found["description"]
    assert found["fieldConfig"]["defaults"]["custom"]["cellOptions"]["type"] == "color-background"


def test_a_departments_board_has_a_row_for_each_of_its_metrics_and_what_is_promised_of_them() -> None:
    found = boards("steered")
    marketing = found["nsm-department-marketing"]
    assert "Owner: Grace." in marketing["description"]
    assert rows(marketing) == [
        "New customers, an input of the north star",
        "Repeat orders per customer: the north star",
        "Key results",
        "Initiatives",
    ]
    assert rows(found["nsm-department-logistics"]) == [
        "Orders an hour, an input of the north star",
        "Refund ratio",
        "Segments",
        "Key results",
    ]


def test_key_results_are_bars_beside_what_their_path_asks() -> None:
    board = boards("steered")["nsm-objectives"]
    assert rows(board) == ["Objective: Customers come back (Ada)", "Targets", "Initiatives"]
    bars = panel(board, "How far the key results are")
    assert [one["legendFormat"] for one in bars["targets"]] == [
        "15 % more repeat orders",
        "15 % more repeat orders: the path asks",
        "500 new customers",
        "500 new customers: the path asks",
        "refunds stay low",  # no base is stated: there is no way of which the path could ask a part
    ]
    assert "- (300)) / (200.0), 0, 1)" in bars["targets"][3]["expr"]
    assert (bars["fieldConfig"]["defaults"]["min"], bars["fieldConfig"]["defaults"]["max"]) == (0, 1)
    assert "then held for 28 days (owner: Lin)." in bars["description"]
    line = panel(board, "500 new customers")
    assert [one["legendFormat"] for one in line["targets"]] == ["value", "path", "target"]


def test_targets_tell_their_path_straight_or_in_steps() -> None:
    bars = panel(boards("steered")["nsm-objectives"], "How far the targets are")
    assert "The path has steps: 400 by 2026-12-31, then 500 by 2027-06-30." in bars["description"]
    assert "The path goes straight from 0.02 on 2026-07-01 to 0.01 by 2027-06-30." in bars["description"]


def test_initiatives_are_lanes_and_annotations_on_every_board() -> None:
    found = boards("steered")
    lanes = panel(found["nsm-objectives"], "Initiatives over time")
    assert [one["legendFormat"] for one in lanes["targets"]] == ['One-page "checkout"', "New kitchen"]
    assert "means to move new customers by +5 % (owner: Ada)." in lanes["description"]
    for board in found.values():
        names = {one["name"]: one for one in board["annotations"]["list"]}
        assert list(names) == ["Initiatives", "Definition changes", "Deploys"]
        assert all(one["expr"] == one["target"]["expr"] for one in names.values())
        assert [one["useValueForTime"] for one in names.values()] == [False, True, False]


def test_the_pipelines_board_goes_from_what_fires_to_the_single_partition() -> None:
    board = boards("steered")["nsm-pipeline"]
    assert rows(board) == ["Now", "Partitions", "Freshness", "Events", "Redis, exporter, versions"]
    titles = [one["title"] for one in panels(board)]
    for wanted in (
        "Alerts that are firing",
        "Partitions held up",
        "Lag by partition",
        "Late share",
        "Refused share",
        "Restated in an hour",
        "Freshness",
        "Redis over time",
        "Memory of Redis",
    ):
        assert wanted in titles
    assert board["time"]["from"] == "now-6h"


def test_runbooks_are_links_only_where_a_browser_can_follow() -> None:
    relative = "".join(to_json(board) for board in all_boards(shop(), Addresses()))
    assert "](docs/" not in relative
    online = all_boards(shop(), Addresses(runbooks="https://docs.example/runbooks"))
    star: Json = json.loads(to_json(online[0]))
    assert star["links"][-1]["url"] == "https://docs.example/runbooks"
    assert "(https://docs.example/runbooks/NorthStarDrop.md)" in json.dumps(star)


def test_nothing_is_put_out_of_sight() -> None:
    for board in all_boards(steered(), Addresses()):
        assert "inControlsMenu" not in to_json(board)
