"""Data sources, by uid."""

import itertools
from typing import Any

from tests.grafana.answers import FORBIDDEN, Reply, Request, said

ABSENT = said(404, "Data source not found")


class DataSources:
    def __init__(self, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        self.sources: dict[str, dict[str, Any]] = {}

    def create(self, request: Request) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        body = request.body
        if not body.get("type") or not body.get("name"):
            return said(400, "bad request data")
        uid = body.get("uid") or f"d{next(self._numbers)}"
        if uid in self.sources or any(one["name"] == body["name"] for one in self.sources.values()):
            return said(409, "data source with the same name already exists")
        if body.get("isDefault"):
            for one in self.sources.values():
                one["isDefault"] = False
        kept = {"isDefault": False, "basicAuth": False, "jsonData": {}, "readOnly": False} | body
        self.sources[uid] = kept | {"id": next(self._numbers), "uid": uid, "version": 1}
        return Reply(
            200, {"datasource": self.sources[uid], "id": self.sources[uid]["id"], "message": "Datasource added"}
        )

    def get(self, request: Request, uid: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        return Reply(200, self.sources[uid]) if uid in self.sources else ABSENT

    def put(self, request: Request, uid: str) -> Reply:
        """No lock: an old version is taken.  What is left out is gone."""
        if not request.may("Admin"):
            return FORBIDDEN
        if uid not in self.sources:
            return ABSENT
        known = self.sources[uid]
        if known["readOnly"]:
            return said(403, "Cannot update read-only data source")
        kept = {"isDefault": False, "basicAuth": False, "jsonData": {}, "readOnly": False} | request.body
        self.sources[uid] = kept | {"id": known["id"], "uid": uid, "version": known["version"] + 1}
        return Reply(200, {"datasource": self.sources[uid], "message": "Datasource updated"})

    def delete(self, request: Request, uid: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        if uid not in self.sources:
            return ABSENT
        if self.sources[uid]["readOnly"]:
            return said(403, "Cannot delete read-only data source")
        del self.sources[uid]
        return said(200, "Data source deleted")
