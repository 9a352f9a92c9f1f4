"""What an apply does to a Grafana and what it leaves alone."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from schemas.errors import GrafanaDenied, GrafanaError, GrafanaMoved, GrafanaRefused
from services.provisioner.addresses import FOLDER_UID
from services.provisioner.grafana.kinds.board import Boards
from services.provisioner.grafana.marks import OWNED
from services.provisioner.grafana.model import Verb
from services.provisioner.grafana.planning import plan
from tests.grafana.faults import Fault
from tests.grafana.provisioned import FEWER, WISHES, apply, changed, gateway, planned, prune, steered, wanted
from tests.grafana.stand_in import ADMIN, StandIn


def edit(grafana: StandIn, uid: str = "nsm", **changes: Any) -> None:
    """As a person does in front of it."""
    board = grafana.dashboards.boards[uid]
    grafana.dashboards.boards[uid] = board | changes | {"version": board["version"] + 1}


def test_an_empty_grafana_gets_all_of_it_and_a_second_apply_changes_nothing(grafana: StandIn) -> None:
    first = apply(grafana.url)
    assert first.whole
    assert {one.kind for one in first.done} == {"folder", "permissions", "data source", "board", "annotation", "rule"}
    before, saves = grafana.contents(), grafana.dashboards.saves
    asked = len(grafana.log)
    again = apply(grafana.url)
    assert again.whole
    assert again.done == ()
    assert grafana.contents() == before
    assert grafana.dashboards.saves == saves
    assert all(line.startswith("GET ") for line in grafana.log[asked:])


def test_planning_changes_nothing(grafana: StandIn) -> None:
    empty = grafana.contents()
    assert planned(grafana.url).changes
    assert grafana.contents() == empty


def test_a_changed_definition_updates_what_it_changes_and_no_more(grafana: StandIn) -> None:
    apply(grafana.url)
    result = apply(grafana.url, wanted(changed()))
    assert {one.verb for one in result.done} == {Verb.UPDATE}
    assert ("board", "nsm") in {one.key for one in result.done}
    assert {one.kind for one in result.done} <= {"board", "rule"}
    assert apply(grafana.url, wanted(changed())).done == ()


def test_a_board_that_somebody_edited_is_shown_and_left_alone(grafana: StandIn) -> None:
    apply(grafana.url)
    title = grafana.dashboards.boards["nsm"]["title"]
    edit(grafana, title="My own title")
    for definition in (steered(), changed()):
        result = apply(grafana.url, wanted(definition))
        assert not result.whole
        assert [(one.kind, one.identity) for one in result.plan.blocked] == [("board", "nsm")]
        assert grafana.dashboards.boards["nsm"]["title"] == "My own title"
    forced = apply(grafana.url, force=True)
    assert [(one.verb, one.kind) for one in forced.done if one.kind == "board"] == [(Verb.OVERWRITE, "board")]
    assert grafana.dashboards.boards["nsm"]["title"] == title
    assert apply(grafana.url).whole


def test_a_save_without_a_change_is_no_edit(grafana: StandIn) -> None:
    apply(grafana.url)
    edit(grafana)
    # a server that stores otherwise than it was sent cannot tell such a save from an edit: rather one too many
    assert apply(grafana.url).whole is not grafana.dashboards.later
    assert apply(grafana.url, wanted(changed())).whole is not grafana.dashboards.later


def test_a_board_that_somebody_moved_to_another_folder_stays_there(grafana: StandIn) -> None:
    apply(grafana.url)
    grafana.dashboards.places["nsm"] = "elsewhere"
    edit(grafana)
    assert not apply(grafana.url).whole
    assert grafana.dashboards.places["nsm"] == "elsewhere"


def test_a_board_that_somebody_deleted_comes_back(grafana: StandIn) -> None:
    apply(grafana.url)
    before = grafana.contents()
    del grafana.dashboards.boards["nsm"], grafana.dashboards.places["nsm"]
    assert [one.verb for one in apply(grafana.url).done] == [Verb.CREATE]
    assert grafana.contents() == before


def test_anothers_board_of_our_uid_is_never_taken(grafana: StandIn) -> None:
    apply(grafana.url)
    grafana.dashboards.boards["nsm"] = {"uid": "nsm", "id": 9, "version": 3, "title": "Theirs", "tags": ["nsm"]}
    result = apply(grafana.url)
    assert not result.whole
    assert "somebody else made it" in result.plan.blocked[0].why
    assert grafana.dashboards.boards["nsm"]["title"] == "Theirs"


def test_another_board_of_the_same_title_is_not_replaced(grafana: StandIn) -> None:
    apply(grafana.url)
    title = grafana.dashboards.boards.pop("nsm")["title"]
    grafana.dashboards.places["nsm"] = ""
    theirs = {"uid": "theirs", "id": 9, "version": 3, "title": title, "tags": []}
    grafana.dashboards.boards["theirs"], grafana.dashboards.places["theirs"] = theirs, FOLDER_UID
    for force in (False, True):
        result = apply(grafana.url, force=force)
        assert not result.whole
        assert "another board in the folder has this title" in result.failed[0].why
        assert grafana.dashboards.boards["theirs"] == theirs
        assert "nsm" not in grafana.dashboards.boards


def test_a_server_that_saved_under_another_uid_is_noticed(grafana: StandIn) -> None:
    apply(grafana.url)
    grafana.faults = [Fault(how="shape", of="POST /dashboards/db", shape={"uid": "other", "version": 1})]
    result = apply(grafana.url, wanted(changed()))
    assert "under the uid other and not nsm" in result.failed[0].why


def test_a_save_between_reading_and_writing_is_not_overwritten(grafana: StandIn) -> None:
    apply(grafana.url)
    asked = wanted(changed())
    with gateway(grafana.url) as reached:
        made = plan(asked, reached.observe(asked))
        edit(grafana, title="Saved meanwhile")
        (change,) = [one for one in made.steps if one.kind == "board"]
        with pytest.raises(GrafanaMoved, match="somebody saved it since it was read"):
            reached.do(change, asked.owner)
    assert grafana.dashboards.boards["nsm"]["title"] == "Saved meanwhile"


def test_overwrite_is_never_asked_of_grafana(grafana: StandIn) -> None:
    apply(grafana.url)
    edit(grafana, title="x")
    asked = len(grafana.bodies)
    assert apply(grafana.url, force=True).whole
    assert [body["overwrite"] for body in grafana.bodies[asked:] if body and "dashboard" in body] == [False]


def test_a_grafana_that_is_kept_by_files_is_left_to_them(grafana: StandIn) -> None:
    apply(grafana.url)
    grafana.dashboards.provisioned.add("nsm")
    grafana.sources.sources["nsm-prometheus"] |= {"readOnly": True, "url": "http://elsewhere"}
    before = grafana.contents()
    result = apply(grafana.url, wanted(changed()), force=True)
    assert {one.kind for one in result.plan.blocked} == {"board", "data source"}
    assert grafana.contents()["boards"]["nsm"] == before["boards"]["nsm"]
    assert grafana.contents()["sources"] == before["sources"]


def test_another_company_in_the_same_grafana_takes_nothing_and_prunes_nothing(grafana: StandIn) -> None:
    apply(grafana.url)
    before = grafana.contents()
    other = wanted(steered(company="Other"))
    result = apply(grafana.url, other)
    assert not result.whole
    assert {one.kind for one in result.plan.blocked} == {"board", "rule", "data source"}
    prune(grafana.url, other)
    after = grafana.contents()
    assert after["boards"] == before["boards"]
    assert after["rules"] == before["rules"]
    assert after["sources"] == before["sources"]


def test_what_is_not_ours_is_never_touched(grafana: StandIn) -> None:
    ours = wanted()
    grafana.dashboards.boards["b"] = {"uid": "b", "id": 1, "version": 1, "title": "B", "tags": ["nsm", OWNED]}
    grafana.dashboards.places["b"] = ""
    grafana.sources.sources["d"] = {"uid": "d", "id": 1, "name": "D", "type": "x", "isDefault": True, "readOnly": False}
    note = {"id": 900, "time": 1, "timeEnd": 1, "text": "deploy", "tags": ["deploy"]}
    grafana.annotations.annotations[900] = note
    apply(grafana.url, ours)
    rule = {"uid": "r", "title": "R", "folderUID": FOLDER_UID, "ruleGroup": "g", "labels": {}, "annotations": {}}
    grafana.rules.rules["r"] = rule
    before = grafana.contents()
    apply(grafana.url, wanted(changed()), force=True)
    prune(grafana.url, wanted(changed(), FEWER), force=True)
    after = grafana.contents()
    assert after["boards"]["b"] == before["boards"]["b"]
    assert after["sources"]["d"] == before["sources"]["d"]
    assert after["sources"]["d"]["isDefault"]
    assert after["rules"]["r"] == rule
    assert grafana.annotations.annotations[900] == note


def test_what_others_added_to_the_data_source_stays(grafana: StandIn) -> None:
    apply(grafana.url)
    source = grafana.sources.sources["nsm-prometheus"]
    source |= {"basicAuth": True, "basicAuthUser": "reader", "isDefault": True}
    source["jsonData"] |= {"tlsAuth": True}
    assert apply(grafana.url).done == ()
    moved = msgspec.structs.replace(WISHES, prometheus="http://prometheus-two:9090")
    assert [one.key for one in apply(grafana.url, wanted(wishes=moved)).done] == [("data source", "nsm-prometheus")]
    source = grafana.sources.sources["nsm-prometheus"]
    assert source["url"] == "http://prometheus-two:9090"
    assert (source["basicAuth"], source["basicAuthUser"], source["isDefault"]) == (True, "reader", True)
    assert source["jsonData"]["tlsAuth"] is True
    source["url"] = "http://somebody:9090"
    assert not apply(grafana.url, wanted(wishes=moved)).whole


def test_a_data_source_of_this_name_ends_the_apply_before_any_board(grafana: StandIn) -> None:
    grafana.sources.sources["d"] = {"uid": "d", "id": 1, "name": "North Star Prometheus", "type": "x"}
    with pytest.raises(GrafanaRefused, match=r"rename or remove that one, then apply again.*2 steps were done"):
        apply(grafana.url)
    assert grafana.dashboards.boards == {}
    del grafana.sources.sources["d"]
    assert apply(grafana.url).whole


def test_permissions_are_set_on_our_new_folder_and_later_left_to_people(grafana: StandIn) -> None:
    closed = wanted(wishes=msgspec.structs.replace(WISHES, viewers="none", editors="view"))
    assert apply(grafana.url, closed).whole
    items = grafana.folders.permissions[FOLDER_UID]
    assert {one.get("role"): one["permission"] for one in items if "role" in one} == {"Editor": 1}
    assert [one["userId"] for one in items if "userId" in one] == [7]
    grafana.folders.permissions[FOLDER_UID] = [{"teamId": 3, "permission": 1}]
    result = apply(grafana.url, closed)
    assert [one.kind for one in result.plan.blocked] == ["permissions"]
    assert grafana.folders.permissions[FOLDER_UID] == [{"teamId": 3, "permission": 1}]
    assert apply(grafana.url, closed, force=True).whole
    assert {"teamId": 3, "permission": 1} in [
        {name: one[name] for name in ("teamId", "permission") if name in one}
        for one in grafana.folders.permissions[FOLDER_UID]
    ]


def test_prune_deletes_what_the_definition_no_longer_has_and_apply_only_tells_of_it(grafana: StandIn) -> None:
    apply(grafana.url)
    fewer = wanted(steered(initiatives=()), FEWER)
    smaller = msgspec.structs.replace(fewer, where_allowed=frozenset({"rule"}))
    told = apply(grafana.url, smaller)
    assert {one.verb for one in told.done} <= {Verb.UPDATE}
    assert {one.kind for one in told.plan.leftovers} >= {"annotation", "rule"}
    assert grafana.rules.rules
    result = prune(grafana.url, smaller)
    assert [one.key for one in result.done] == [one.key for one in told.plan.leftovers]
    assert grafana.rules.rules == {}
    texts = [one["text"] for one in grafana.annotations.annotations.values()]
    assert len(texts) == 1
    assert texts[0].startswith("Definition v-two is served")
    assert prune(grafana.url, smaller).done == ()
    assert "nsm" in grafana.dashboards.boards


def test_an_annotation_that_was_written_twice_is_there_once_after_the_next_apply(grafana: StandIn) -> None:
    apply(grafana.url)
    clean = grafana.contents()
    for number, one in list(grafana.annotations.annotations.items()):
        # as by a server that did after all what it had not answered in time
        grafana.annotations.annotations[number + 1000] = one | {"id": number + 1000}
    assert [one.verb for one in apply(grafana.url).done] == [Verb.DELETE, Verb.DELETE]
    assert grafana.contents() == clean


def test_boards_do_not_come_where_permissions_could_not_be_set(grafana: StandIn) -> None:
    closed = wanted(wishes=msgspec.structs.replace(WISHES, viewers="none"))
    grafana.faults = [Fault(how="refusal", of="POST /folders/nsm/permissions")]
    with pytest.raises(GrafanaRefused, match=r"create permissions nsm: .*1 step was done"):
        apply(grafana.url, closed)
    assert grafana.dashboards.boards == {}
    assert apply(grafana.url, closed).whole


def test_several_applies_at_once_end_as_one(grafana: StandIn) -> None:
    def one_of_several(_: int) -> None:
        with contextlib.suppress(GrafanaError):
            apply(grafana.url, of, attempts=3)

    of = wanted(wishes=FEWER)
    with ThreadPoolExecutor(4) as several:
        list(several.map(one_of_several, range(4)))
    assert apply(grafana.url, of).whole
    made, kinds = grafana.contents(), sorted(one.kind for one in of.things)
    assert len(made["boards"]) == kinds.count("board")
    assert len(made["annotations"]) == kinds.count("annotation")
    assert apply(grafana.url, of).done == ()


def test_an_old_board_that_somebody_edited_is_pruned_only_by_force(grafana: StandIn) -> None:
    apply(grafana.url)
    edit(grafana, title="Mine now")
    nothing = msgspec.structs.replace(wanted(), things=())
    prune(grafana.url, nothing)
    assert set(grafana.dashboards.boards) == {"nsm"}
    prune(grafana.url, nothing, force=True)
    assert grafana.dashboards.boards == {}
    assert FOLDER_UID in grafana.folders.folders


def test_an_editor_can_do_all_but_data_source_and_rules(grafana: StandIn) -> None:
    token = grafana.token("Editor")
    with pytest.raises(GrafanaDenied, match=r"reading data sources.*give its service account that role"):
        apply(grafana.url, token=token)
    assert grafana.contents()["folders"] == {}
    modest = msgspec.structs.replace(WISHES, data_source=False, rules=False)
    assert apply(grafana.url, wanted(wishes=modest), token=token).whole
    pruning = msgspec.structs.replace(wanted(wishes=modest), where_allowed=frozenset({"rule"}))
    assert prune(grafana.url, pruning, token=token).done == ()


def test_an_editor_for_whom_what_is_not_there_is_forbidden_can_begin_all_the_same(grafana: StandIn) -> None:
    grafana.folders.hides_absent = True
    modest = wanted(wishes=msgspec.structs.replace(WISHES, data_source=False, rules=False))
    token = grafana.token("Editor")
    assert apply(grafana.url, modest, token=token).whole
    assert apply(grafana.url, modest, token=token).done == ()


def test_a_viewer_is_refused_with_a_sentence(grafana: StandIn) -> None:
    modest = msgspec.structs.replace(WISHES, data_source=False, rules=False)
    with pytest.raises(GrafanaDenied, match=r"(reading|create) .*: the token may not do this"):
        apply(grafana.url, wanted(wishes=modest), token=grafana.token("Viewer"))


@pytest.mark.parametrize("token", ["glsa_wrong", "glsa_deleted"])
def test_a_token_that_opens_nothing_says_what_to_do(grafana: StandIn, token: str) -> None:
    grafana.accounts.deleted.add("glsa_deleted")
    with pytest.raises(GrafanaError, match=r"[Tt]oken") as caught:
        apply(grafana.url, token=token)
    assert token not in str(caught.value)


def test_a_rule_of_the_same_title_is_told_and_the_others_are_made(grafana: StandIn) -> None:
    apply(grafana.url, wanted(wishes=FEWER))
    grafana.rules.rules["r"] = {"uid": "r", "title": "NorthStarDrop", "folderUID": FOLDER_UID, "ruleGroup": "g"}
    result = apply(grafana.url)
    assert [failed.change.identity for failed in result.failed] == ["nsm-NorthStarDrop"]
    assert "another rule of the folder (r) has this title" in result.failed[0].why
    assert len(grafana.rules.rules) > 5


def test_an_edited_rule_is_left_alone(grafana: StandIn) -> None:
    apply(grafana.url)
    grafana.rules.rules["nsm-NorthStarDrop"]["isPaused"] = True
    result = apply(grafana.url)
    assert [one.identity for one in result.plan.blocked] == ["nsm-NorthStarDrop"]
    assert grafana.rules.rules["nsm-NorthStarDrop"]["isPaused"]


def test_a_server_without_a_list_of_rules_is_asked_group_by_group() -> None:
    server = StandIn()
    try:
        server.rules.listed = False
        assert apply(server.url).whole
        assert apply(server.url).done == ()
        assert "GET /v1/provisioning/folder/nsm/rule-groups/nsm-pipeline" in server.log
    finally:
        server.end()


def test_a_leftover_that_is_gone_by_now_is_well_done(grafana: StandIn) -> None:
    apply(grafana.url)
    with gateway(grafana.url) as reached:
        boards = [one for one in reached.observe(wanted()) if one.kind == "board"]
        keeper = reached._keepers["board"]
        assert isinstance(keeper, Boards)
        for one in (*boards, *boards):
            keeper.delete(one)
    assert grafana.dashboards.boards == {}


def test_the_token_of_the_tests_is_that_of_an_admin(grafana: StandIn) -> None:
    assert grafana.accounts.roles[ADMIN] == "Admin"
