"""Boards, by uid, in the classic model.

``overwrite`` is never asked for: with it Grafana replaces another board that has the same title.  The version that was
read is sent instead, so that a save in between is refused.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

import msgspec
from grafana_api.grafana_face import GrafanaFace

from schemas.errors import GrafanaAbsent, GrafanaRefused
from services.provisioner.grafana.marks import OWNED, Mark, mark_in, tags_of, without_marks
from services.provisioner.grafana.model import Found, Wanted

MESSAGE: Final = "nsm grafana apply"
MOST: Final = 5000
SERVERS_OWN: Final = frozenset({"id", "uid", "version", "tags"})


class Boards:
    def __init__(self, face: GrafanaFace) -> None:
        self._face = face

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        uids = [one.identity for one in wanted]
        tagged = self._face.search.search_dashboards(tag=OWNED, type_="dash-db", limit=MOST) or []
        uids += sorted({str(one["uid"]) for one in tagged} - set(uids))
        found = []
        for uid in uids:
            with suppress(GrafanaAbsent):
                found.append(_found(self._face.dashboard.get_dashboard(quote(uid, safe=""))))
        return found

    def create(self, wanted: Wanted, mark: Mark) -> None:
        # without a version Grafana refuses it where a board of this uid is there by now
        self._save(wanted, mark, 0)

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        self._save(wanted, mark, found.version)

    def delete(self, found: Found) -> None:
        with suppress(GrafanaAbsent):
            self._face.dashboard.delete_dashboard(quote(found.identity, safe=""))

    def _save(self, wanted: Wanted, mark: Mark, version: int) -> None:
        content = {name: value for name, value in wanted.content.items() if name != "folder"}
        marked = msgspec.structs.replace(mark, version=version + 1)
        board = content | {"uid": wanted.identity, "tags": [*content.get("tags", []), *tags_of(marked)]}
        if version:
            board["version"] = version
        saved = self._face.dashboard.update_dashboard(
            {"dashboard": board, "folderUid": wanted.content["folder"], "message": MESSAGE, "overwrite": False}
        )
        if (saved or {}).get("uid") != wanted.identity:
            raise GrafanaRefused(
                f"Grafana saved it under the uid {(saved or {}).get('uid')} and not {wanted.identity}: look at what"
                " stands there in its version history, and restore it"
            )


def _found(raw: dict[str, Any]) -> Found:
    """The folder is part of what is compared: a board that was moved was moved by a person."""
    board, about = raw["dashboard"], raw.get("meta") or {}
    tags = [str(tag) for tag in board.get("tags") or []]
    content = {name: value for name, value in board.items() if name not in SERVERS_OWN}
    return Found(
        kind="board",
        identity=board["uid"],
        title=str(board.get("title", "")),
        content=content | {"tags": without_marks(tags), "folder": about.get("folderUid") or ""},
        mark=mark_in(tags),
        version=int(board.get("version") or 0),
        locked="it comes from a file of that Grafana, which the API may not change" if about.get("provisioned") else "",
    )
