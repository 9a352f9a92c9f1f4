"""Grafana-managed copies of the alert rules, one request each: rule groups drop what is left out of them.

Compared is what was written and not all that comes back: the server fills in defaults, and tells no version.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from grafana_api.grafana_face import GrafanaFace

from schemas.errors import GrafanaAbsent, GrafanaError, GrafanaRefused
from services.provisioner.addresses import FOLDER_UID
from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Found, Wanted

ALL: Final = "/v1/provisioning/alert-rules"
OWNER: Final = "nsm_provisioned_for"
CONTENT: Final = "nsm_provisioned_content"
COMPARED: Final = ("title", "ruleGroup", "condition", "for", "noDataState", "execErrState", "labels")
DATA: Final = ("refId", "datasourceUid")
MODEL: Final = ("expr", "expression", "type", "reducer", "instant")


class Rules:
    """Those of our folder."""

    def __init__(self, face: GrafanaFace) -> None:
        self._face = face
        self._titles: dict[str, str] = {}

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        here = [one for one in self._all(wanted) if one.get("folderUID") == FOLDER_UID]
        self._titles = {str(one.get("title")): str(one.get("uid")) for one in here}
        uids = {one.identity for one in wanted}
        found = [_found(one) for one in here]
        return [one for one in found if one.identity in uids or one.mark is not None]

    def create(self, wanted: Wanted, mark: Mark) -> None:
        # Grafana 9 answers a title that is taken with 500, as if it had failed
        other = self._titles.get(wanted.title, wanted.identity)
        if other != wanted.identity:
            raise GrafanaRefused(f"another rule of the folder ({other}) has this title; rename it, then apply again")
        self._face.api.POST(ALL, json=body(wanted, mark))

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        self._face.api.PUT(_path(wanted.identity), json=body(wanted, mark))

    def delete(self, found: Found) -> None:
        with suppress(GrafanaAbsent):
            self._face.api.DELETE(_path(found.identity))

    def _all(self, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
        try:
            everywhere: list[dict[str, Any]] = self._face.api.GET(ALL) or []
        except GrafanaError as error:
            if error.status not in {404, 405}:
                raise
            # before 9.4 there was no such list: group by group then, as far as groups are known
            return [one for group in sorted({one.content["ruleGroup"] for one in wanted}) for one in self._group(group)]
        return everywhere

    def _group(self, name: str) -> list[dict[str, Any]]:
        path = f"/v1/provisioning/folder/{FOLDER_UID}/rule-groups/{quote(name, safe='')}"
        try:
            group = self._face.api.GET(path) or {}
        except GrafanaAbsent:
            return []
        rules: list[dict[str, Any]] = group.get("rules") or []
        return rules


def body(wanted: Wanted, mark: Mark) -> dict[str, Any]:
    """As the provisioning API takes it; the mark stands in annotations, which are kept and not routed by."""
    marks = {OWNER: mark.owner, CONTENT: mark.content}
    return wanted.sent | {
        "uid": wanted.identity,
        "folderUID": FOLDER_UID,
        "annotations": wanted.sent["annotations"] | marks,
        "isPaused": False,
    }


def _path(uid: str) -> str:
    return f"{ALL}/{quote(uid, safe='')}"


def comparable(rule: dict[str, Any]) -> dict[str, Any]:
    """What of a rule is the same before and after Grafana had it."""
    notes = rule.get("annotations") or {}
    data = []
    for part in rule.get("data") or []:
        model = part.get("model") or {}
        said = {name: model[name] for name in MODEL if name in model}
        data.append({name: part.get(name) for name in DATA} | {"model": said})
    return {name: rule.get(name) for name in COMPARED} | {
        "labels": rule.get("labels") or {},
        "annotations": {name: text for name, text in notes.items() if name not in {OWNER, CONTENT}},
        "data": data,
        "isPaused": bool(rule.get("isPaused")),
    }


def _found(raw: dict[str, Any]) -> Found:
    notes = raw.get("annotations") or {}
    marked = bool(notes.get(OWNER) and notes.get(CONTENT))
    return Found(
        kind="rule",
        identity=str(raw["uid"]),
        title=str(raw.get("title", "")),
        content=comparable(raw),
        mark=Mark(owner=notes[OWNER], content=notes[CONTENT]) if marked else None,
        locked="it comes from a file of that Grafana, which the API may not change"
        if raw.get("provenance") == "file"
        else "",
    )
