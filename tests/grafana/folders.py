"""Folders and what roles may do in them."""

import itertools
from typing import Any

from tests.grafana.answers import FORBIDDEN, Reply, Request, said

ABSENT = said(404, "folder not found", "not-found")
LONGEST_UID = 40


def bad_uid(uid: str) -> bool:
    return len(uid) > LONGEST_UID or not all(letter.isalnum() or letter in "-_" for letter in uid)


class Folders:
    def __init__(self, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        self.folders: dict[str, dict[str, Any]] = {}
        self.permissions: dict[str, list[dict[str, Any]]] = {}
        self.hides_absent = False

    def create(self, request: Request) -> Reply:  # noqa: PLR0911 - one line of the table each  # noqa: PLR0911 - one line of the table each
        if not request.may("Editor"):
            return FORBIDDEN
        if not isinstance(request.body, dict):
            return said(400, "bad request data")
        title, uid = str(request.body.get("title") or ""), str(request.body.get("uid") or f"f{next(self._numbers)}")
        if not title:
            return said(400, "folder title cannot be empty")
        if bad_uid(uid):
            return said(400, "uid contains illegal characters or is too long")
        if uid in self.folders:
            return said(412, "the folder has been changed by someone else", "version-mismatch")
        if any(one["title"] == title for one in self.folders.values()):
            return said(409, "a folder with the same name already exists in the current location")
        self.folders[uid] = {"id": next(self._numbers), "uid": uid, "title": title, "version": 1}
        self.permissions[uid] = [
            {"role": "Viewer", "permission": 1, "permissionName": "View", "uid": uid},
            {"role": "Editor", "permission": 2, "permissionName": "Edit", "uid": uid},
            {"userId": 7, "userLogin": "sa-maker", "permission": 4, "permissionName": "Admin", "uid": uid},
        ]
        return Reply(200, self.folders[uid])

    def all(self, request: Request) -> Reply:
        return Reply(200, list(self.folders.values()))

    def get(self, request: Request, uid: str) -> Reply:
        return Reply(200, self.folders[uid]) if uid in self.folders else self._absent(request)

    def _absent(self, request: Request) -> Reply:
        """Where access is judged before anything is looked for, what is not there is forbidden."""
        return FORBIDDEN if self.hides_absent and not request.may("Admin") else ABSENT

    def put(self, request: Request, uid: str) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        if uid not in self.folders:
            return ABSENT
        folder, body = self.folders[uid], request.body
        if not body.get("overwrite") and body.get("version") != folder["version"]:
            return said(412, "the folder has been changed by someone else", "version-mismatch")
        folder |= {"title": body["title"], "version": folder["version"] + 1}
        return Reply(200, folder)

    def get_permissions(self, request: Request, uid: str) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        return Reply(200, self.permissions[uid]) if uid in self.folders else self._absent(request)

    def post_permissions(self, request: Request, uid: str) -> Reply:
        """All of them are replaced."""
        if not request.may("Editor"):
            return FORBIDDEN
        if uid not in self.folders:
            return ABSENT
        names = {1: "View", 2: "Edit", 4: "Admin"}
        items = request.body["items"]
        if any(one.get("permission") not in names for one in items):
            return said(400, "bad permission")
        self.permissions[uid] = [one | {"permissionName": names[one["permission"]], "uid": uid} for one in items]
        return said(200, "Folder permissions updated")
