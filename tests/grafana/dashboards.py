"""Boards: versions, titles, and an overwrite that replaces another board of the same title."""

import copy
import itertools
from typing import Any

from tests.grafana.answers import FORBIDDEN, Reply, Request, said
from tests.grafana.folders import Folders, bad_uid

ABSENT = said(404, "Dashboard not found")
MISMATCH = said(412, "The dashboard has been changed by someone else", "version-mismatch")


class Dashboards:
    """``normalise`` changes what is saved, as later versions of Grafana do."""

    def __init__(self, numbers: "itertools.count[int]", folders: Folders, *, later: bool) -> None:
        self._numbers = numbers
        self._folders = folders
        self.later = later
        self.boards: dict[str, dict[str, Any]] = {}
        self.places: dict[str, str] = {}
        self.provisioned: set[str] = set()
        self.saves = 0

    def save(self, request: Request) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        body, board = request.body, copy.deepcopy(request.body["dashboard"])
        folder, overwrite = body.get("folderUid") or "", bool(body.get("overwrite"))
        refusal = self._refusal(board, folder)
        if refusal is not None:
            return refusal
        uid = board.get("uid") or ""
        twin = next(
            (
                other
                for other, one in self.boards.items()
                if other != uid and self.places[other] == folder and one["title"] == board["title"]
            ),
            "",
        )
        if twin and not overwrite:
            return said(412, "A dashboard with the same name in the folder already exists", "name-exists")
        if twin:
            # the trap: the other board is replaced, under its own uid
            uid = twin
        known = self.boards.get(uid)
        if known is not None and not overwrite and board.get("version") != known["version"]:
            return MISMATCH
        uid = uid or f"b{next(self._numbers)}"
        if uid in self.provisioned:
            return said(400, "Cannot save provisioned dashboard")
        number = known["id"] if known else next(self._numbers)
        version = known["version"] + 1 if known else 1
        if self.later:
            # as a later server may, which writes defaults into what it stores
            board.setdefault("fiscalYearStartMonth", 0)
            board.setdefault("preload", False)
        self.boards[uid] = board | {"id": number, "uid": uid, "version": version}
        self.places[uid] = folder
        self.saves += 1
        answer = {"id": number, "uid": uid, "version": version, "status": "success", "slug": "s", "url": f"/d/{uid}/s"}
        return Reply(200, answer)

    def _refusal(self, board: dict[str, Any], folder: str) -> Reply | None:
        uid, title = board.get("uid") or "", board.get("title") or ""
        if not title:
            return said(400, "Dashboard title cannot be empty", "empty-name")
        if bad_uid(uid):
            return said(400, "uid too long, max 40 characters")
        if folder and folder not in self._folders.folders:
            return said(404 if self.later else 400, "folder not found")
        if folder and self._folders.folders[folder]["title"] == title:
            return said(400, "Dashboard name cannot be the same as folder", "name-match")
        if board.get("id") and board["id"] not in {one["id"] for one in self.boards.values()}:
            return ABSENT
        return None

    def get(self, request: Request, uid: str) -> Reply:
        if uid not in self.boards:
            return ABSENT
        meta = {"folderUid": self.places[uid], "provisioned": uid in self.provisioned, "slug": "s"}
        return Reply(200, {"dashboard": self.boards[uid], "meta": meta})

    def delete(self, request: Request, uid: str) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        if uid not in self.boards:
            return ABSENT
        if uid in self.provisioned:
            return said(400, "provisioned dashboard cannot be deleted")
        board = self.boards.pop(uid)
        del self.places[uid]
        return Reply(
            200, {"title": board["title"], "message": f"Dashboard {board['title']} deleted", "id": board["id"]}
        )

    def search(self, request: Request) -> Reply:
        tags = set(request.query.get("tag", []))
        found = [
            {"uid": uid, "title": one["title"], "tags": one.get("tags") or [], "type": "dash-db"}
            for uid, one in self.boards.items()
            if tags <= set(one.get("tags") or [])
        ]
        return Reply(200, found)
