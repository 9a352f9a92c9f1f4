"""What the gateway rests on, over stand-ins and, where one is named, a real Grafana.

First the answers of a server, line by line, which hold the stand-in to the real one; where versions are known to
differ, each is allowed.  Then what the gateway makes of them.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from schemas.errors import GrafanaDenied, GrafanaRefused
from services.provisioner.addresses import FOLDER_UID
from services.provisioner.grafana.model import Verb
from tests.contracts.grafanas import ALL, NO_REAL_ONE, Grafana, opened
from tests.grafana.provisioned import WISHES, apply, planned, prune, steered, wanted

UID = "nsm-contract"
FOLDER = {"uid": UID, "title": "Contract of nsm"}
SOURCE = {"uid": UID, "name": "Contract of nsm", "type": "prometheus", "access": "proxy", "url": "http://x:9090"}
RULE: dict[str, Any] = {
    "uid": "nsm-contract-rule",
    "title": "Contract of nsm",
    "folderUID": UID,
    "ruleGroup": "contract",
    "condition": "C",
    "for": "5m",
    "noDataState": "OK",
    "execErrState": "Error",
    "data": [
        {
            "refId": "C",
            "queryType": "",
            "relativeTimeRange": {"from": 0, "to": 0},
            "datasourceUid": "__expr__",
            "model": {"refId": "C", "type": "math", "expression": "1 > 0"},
        }
    ],
}
RULES = "/v1/provisioning/alert-rules"
GROUP = f"/v1/provisioning/folder/{UID}/rule-groups/contract"


@pytest.fixture(params=ALL)
def grafana(request: pytest.FixtureRequest) -> Iterator[Grafana]:
    with opened(request.param) as found:
        yield found


@pytest.mark.skipif("real" not in ALL, reason=NO_REAL_ONE)
def test_the_suite_was_run_over_a_real_grafana() -> None:
    with opened("real") as real:
        assert real.ask("GET", "/health").json()["version"]


def board(title: str = "A board", uid: str = UID, folder: str = UID, **rest: Any) -> dict[str, Any]:
    """The body of a save."""
    content = {"uid": uid, "title": title, "schemaVersion": 42, "panels": [], "tags": [UID]}
    return {"dashboard": content | rest.pop("content", {}), "folderUid": folder, "overwrite": False} | rest


def test_folders(grafana: Grafana) -> None:
    ask = grafana.status
    assert ask("GET", f"/folders/{UID}") == 404
    assert ask("POST", "/folders", FOLDER) == 200
    assert grafana.ask("GET", f"/folders/{UID}").json()["version"] >= 1
    assert ask("POST", "/folders", FOLDER) in {409, 412}
    assert ask("POST", "/folders", {"uid": f"{UID}-2", "title": FOLDER["title"]}) in {200, 409}  # later: allowed
    assert ask("POST", "/folders", {"uid": "x" * 41, "title": "Too long"}) == 400
    assert ask("POST", "/folders", {"uid": "bad uid!", "title": "Bad"}) == 400
    assert ask("POST", "/folders", {"uid": f"{UID}-3", "title": ""}) == 400
    assert ask("PUT", f"/folders/{UID}", {"title": "Other", "version": 99}) == 412
    assert ask("PUT", "/folders/nsm-contract-absent", {"title": "Other", "version": 1}) == 404
    version = grafana.ask("GET", f"/folders/{UID}").json()["version"]
    assert ask("PUT", f"/folders/{UID}", {"title": "Contract, renamed", "version": version}) == 200
    assert ask("DELETE", "/folders/nsm-contract-absent") == 404
    assert ask("DELETE", f"/folders/{UID}") == 200


def test_permissions_of_a_folder_are_replaced_as_a_whole(grafana: Grafana) -> None:
    grafana.ask("POST", "/folders", FOLDER)
    roles = {one["role"] for one in grafana.ask("GET", f"/folders/{UID}/permissions").json() if one.get("role")}
    assert {"Viewer", "Editor"} <= roles
    items = {"items": [{"role": "Viewer", "permission": 1}]}
    assert grafana.status("POST", f"/folders/{UID}/permissions", items) == 200
    roles = {one["role"] for one in grafana.ask("GET", f"/folders/{UID}/permissions").json() if one.get("role")}
    assert "Editor" not in roles
    assert grafana.status("GET", "/folders/nsm-contract-absent/permissions") == 404


def test_data_sources(grafana: Grafana) -> None:
    ask, path = grafana.status, f"/datasources/uid/{UID}"
    assert ask("GET", path) == 404
    assert ask("POST", "/datasources", SOURCE) == 200
    assert ask("POST", "/datasources", SOURCE) == 409
    assert ask("POST", "/datasources", SOURCE | {"uid": f"{UID}-2"}) == 409
    assert ask("POST", "/datasources", {"uid": f"{UID}-3", "name": "No type"}) == 400
    options = {"httpMethod": "POST", "nsmProvisioned": {"owner": "o", "content": "c", "keys": ["httpMethod"]}}
    assert ask("PUT", path, SOURCE | {"jsonData": options, "version": 0}) == 200
    assert grafana.ask("GET", path).json()["jsonData"] == options
    assert ask("PUT", "/datasources/uid/nsm-contract-absent", SOURCE) == 404
    assert ask("DELETE", path) == 200
    assert ask("DELETE", path) == 404


def test_boards_and_their_versions(grafana: Grafana) -> None:
    ask = grafana.status
    grafana.ask("POST", "/folders", FOLDER)
    saved = grafana.ask("POST", "/dashboards/db", board())
    assert saved.status_code == 200
    first = saved.json()
    assert first["uid"] == UID
    assert ask("POST", "/dashboards/db", board()) == 412
    assert grafana.ask("POST", "/dashboards/db", board()).json()["status"] == "version-mismatch"
    assert ask("POST", "/dashboards/db", board(content={"version": 99})) == 412
    again = grafana.ask("POST", "/dashboards/db", board(content={"version": first["version"]}))
    assert again.status_code == 200
    # an unchanged save adds a version up to 11; what matters is that it never goes back
    assert again.json()["version"] in {first["version"], first["version"] + 1}
    read = grafana.ask("GET", f"/dashboards/uid/{UID}").json()
    assert read["meta"]["folderUid"] == UID
    assert not read["meta"].get("provisioned")
    assert set(read["dashboard"]["tags"]) == {UID}
    assert ask("POST", "/dashboards/db", board(title="", uid="nsm-contract-b")) == 400
    assert ask("POST", "/dashboards/db", board(uid="x" * 41)) == 400
    assert ask("POST", "/dashboards/db", board(uid="nsm-contract-b", folder="nsm-contract-absent")) in {400, 404}
    assert ask("GET", "/dashboards/uid/nsm-contract-absent") == 404
    assert ask("DELETE", f"/dashboards/uid/{UID}") == 200
    assert ask("DELETE", f"/dashboards/uid/{UID}") == 404


def test_a_board_is_found_by_its_tag(grafana: Grafana) -> None:
    grafana.ask("POST", "/folders", FOLDER)
    grafana.ask("POST", "/dashboards/db", board())
    found = grafana.ask("GET", f"/search?tag={UID}&type=dash-db&limit=5000").json()
    assert [one["uid"] for one in found] == [UID]


def test_annotations(grafana: Grafana) -> None:
    ask = grafana.status
    made = grafana.ask("POST", "/annotations", {"time": 1000, "timeEnd": 2000, "text": "one", "tags": [UID, "a"]})
    assert made.status_code == 200
    number = made.json()["id"]
    assert ask("POST", "/annotations", {"time": 1000, "text": "", "tags": [UID]}) == 400
    (found,) = grafana.ask("GET", f"/annotations?tags={UID}&tags=a&type=annotation&limit=10000").json()
    assert (found["id"], found["time"], found["timeEnd"], found["text"]) == (number, 1000, 2000, "one")
    changed = {"time": 3000, "timeEnd": 3000, "text": "two", "tags": [UID]}
    assert ask("PUT", f"/annotations/{number}", changed) == 200
    (found,) = grafana.ask("GET", f"/annotations?tags={UID}").json()
    assert (found["time"], found["timeEnd"], found["text"], found["tags"]) == (3000, 3000, "two", [UID])
    assert ask("DELETE", f"/annotations/{number}") == 200
    assert ask("DELETE", f"/annotations/{number}") == 404


def test_alert_rules(grafana: Grafana) -> None:
    ask, path = grafana.status, f"{RULES}/{RULE['uid']}"
    grafana.ask("POST", "/folders", FOLDER)
    assert ask("GET", path) in {404, 500}
    assert ask("GET", GROUP) == 404
    assert ask("POST", RULES, RULE) == 201
    assert ask("POST", RULES, RULE) in {400, 409, 500}
    assert ask("POST", RULES, RULE | {"uid": "nsm-contract-2"}) in {400, 409, 500}
    assert ask("POST", RULES, RULE | {"uid": "nsm-contract-3", "title": "No data", "data": []}) == 400
    assert ask("POST", RULES, RULE | {"uid": "nsm-contract-4", "title": "S", "noDataState": "x"}) in {400, 500}
    assert ask("PUT", path, RULE | {"for": "10m"}) == 200
    assert ask("PUT", f"{RULES}/nsm-contract-absent", RULE | {"uid": "nsm-contract-absent"}) == 404
    group = grafana.ask("GET", GROUP).json()
    assert [one["uid"] for one in group["rules"]] == [RULE["uid"]]
    assert group["interval"] == 60
    assert ask("PUT", GROUP, group | {"interval": 61}) == 400
    listed = grafana.ask("GET", RULES)
    assert listed.status_code in {200, 404}
    if listed.status_code == 200:
        assert RULE["uid"] in {one["uid"] for one in listed.json()}
    assert ask("DELETE", f"/folders/{UID}") == 400
    assert ask("DELETE", path) == 204
    assert ask("DELETE", path) == 204


def test_service_accounts_and_who_may(grafana: Grafana) -> None:
    _, viewer = grafana.account("Viewer")
    number, editor = grafana.account("Editor")
    for token in ("", "glsa_wrong"):
        assert grafana.status("GET", f"/dashboards/uid/{UID}", token=token) == 401
    assert grafana.status("POST", "/folders", FOLDER, token=viewer) == 403
    assert grafana.status("POST", "/annotations", {"time": 1, "text": "x"}, token=viewer) == 403
    assert grafana.status("POST", "/folders", FOLDER, token=editor) == 200
    assert grafana.status("POST", "/dashboards/db", board(), token=editor) == 200
    assert grafana.status("POST", "/datasources", SOURCE, token=editor) == 403
    named = {"name": f"{UID}-{uuid.uuid4().hex[:8]}"}
    made = grafana.ask("POST", f"/serviceaccounts/{number}/tokens", named)
    assert made.status_code == 200
    assert made.json()["key"].startswith("glsa_")
    assert grafana.status("POST", f"/serviceaccounts/{number}/tokens", named) == 409
    assert grafana.status("DELETE", f"/serviceaccounts/{number}/tokens/{made.json()['id']}") == 200
    assert grafana.status("GET", f"/folders/{UID}", token=made.json()["key"]) in {401, 500}


def test_a_page_that_is_not_there_is_no_json(grafana: Grafana) -> None:
    answer = grafana.ask("GET", "/no-such-page-of-an-api")
    assert answer.status_code == 404


def test_all_of_it_is_made_and_a_second_apply_changes_nothing(grafana: Grafana) -> None:
    assert apply(grafana.url, token=grafana.token).whole
    again = apply(grafana.url, token=grafana.token)
    assert again.whole
    assert again.done == ()
    assert planned(grafana.url, token=grafana.token).leftovers == ()


def test_a_changed_definition_is_taken_up(grafana: Grafana) -> None:
    apply(grafana.url, token=grafana.token)
    star = msgspec.structs.replace(steered().north_star, target=2.5)
    result = apply(grafana.url, wanted(steered(north_star=star)), token=grafana.token)
    assert result.whole
    assert ("board", "nsm") in {one.key for one in result.done}
    assert {one.verb for one in result.done} == {Verb.UPDATE}


def test_an_edited_board_is_left_and_overwritten_by_force(grafana: Grafana) -> None:
    apply(grafana.url, token=grafana.token)
    edited = grafana.ask("GET", "/dashboards/uid/nsm").json()["dashboard"] | {"title": "Mine"}
    saved = grafana.ask("POST", "/dashboards/db", {"dashboard": edited, "folderUid": FOLDER_UID})
    assert saved.status_code == 200
    result = apply(grafana.url, token=grafana.token)
    assert [one.key for one in result.plan.blocked] == [("board", "nsm")]
    assert grafana.ask("GET", "/dashboards/uid/nsm").json()["dashboard"]["title"] == "Mine"
    assert apply(grafana.url, token=grafana.token, force=True).whole
    assert grafana.ask("GET", "/dashboards/uid/nsm").json()["dashboard"]["title"] != "Mine"


def test_another_board_of_our_title_is_never_replaced(grafana: Grafana) -> None:
    modest = wanted(wishes=msgspec.structs.replace(WISHES, rules=False))
    apply(grafana.url, modest, token=grafana.token)
    title = grafana.ask("GET", "/dashboards/uid/nsm").json()["dashboard"]["title"]
    grafana.ask("DELETE", "/dashboards/uid/nsm")
    assert grafana.status("POST", "/dashboards/db", board(title, folder=FOLDER_UID)) == 200
    result = apply(grafana.url, modest, token=grafana.token)
    # versions that allow two boards of one title make ours beside it; others refuse it
    assert result.whole or "rename one of the two" in result.failed[0].why
    theirs = grafana.ask("GET", f"/dashboards/uid/{UID}").json()["dashboard"]
    assert (theirs["title"], theirs["tags"]) == (title, [UID])


def test_prune_removes_what_is_ours_alone(grafana: Grafana) -> None:
    apply(grafana.url, token=grafana.token)
    grafana.ask("POST", "/annotations", {"time": 1000, "text": "theirs", "tags": [UID]})
    grafana.ask("POST", "/dashboards/db", board(folder=FOLDER_UID))
    fewer = wanted(steered(initiatives=()), msgspec.structs.replace(WISHES, rules=False))
    result = prune(grafana.url, msgspec.structs.replace(fewer, where_allowed=frozenset({"rule"})), token=grafana.token)
    assert {one.kind for one in result.done} >= {"annotation", "rule"}
    assert {one.verb for one in result.done} == {Verb.DELETE}
    assert grafana.status("GET", f"/dashboards/uid/{UID}") == 200
    assert len(grafana.ask("GET", f"/annotations?tags={UID}").json()) == 1
    assert grafana.status("GET", "/dashboards/uid/nsm") == 200


def test_roles_too_small_are_refused_in_sentences(grafana: Grafana) -> None:
    _, viewer = grafana.account("Viewer")
    _, editor = grafana.account("Editor")
    modest = wanted(wishes=msgspec.structs.replace(WISHES, rules=False, data_source=False))
    with pytest.raises(GrafanaDenied, match="give its service account that role"):
        apply(grafana.url, modest, token=viewer)
    assert apply(grafana.url, modest, token=editor).whole
    assert apply(grafana.url, modest, token=editor).done == ()
    with pytest.raises(GrafanaDenied, match="need Admin"):
        apply(grafana.url, token=editor)


def test_a_wrong_token_and_a_wrong_path_are_told_apart(grafana: Grafana) -> None:
    with pytest.raises(GrafanaDenied, match="does not take the token"):
        planned(grafana.url, token="glsa_wrong")
    with pytest.raises((GrafanaDenied, GrafanaRefused), match="NSM_GRAFANA"):
        planned(f"{grafana.url}/no/such/path", token=grafana.token)
