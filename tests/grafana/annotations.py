"""Annotations of the organization."""

import itertools
from typing import Any

from tests.grafana.answers import FORBIDDEN, Reply, Request, said

ABSENT = said(404, "Could not find annotation")


class Annotations:
    def __init__(self, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        self.annotations: dict[int, dict[str, Any]] = {}

    def create(self, request: Request) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        body = request.body
        if not body.get("text"):
            return said(400, "Failed to save annotation: text field should not be empty")
        number = next(self._numbers)
        time = body.get("time") or 1_700_000_000_000
        kept = {"id": number, "time": time, "timeEnd": body.get("timeEnd") or time}
        self.annotations[number] = kept | {"text": body["text"], "tags": body.get("tags") or []}
        return Reply(200, {"message": "Annotation added", "id": number})

    def find(self, request: Request) -> Reply:
        tags = set(request.query.get("tags", []))
        limit = int(request.asked("limit") or 100)
        found = [one for one in self.annotations.values() if tags <= set(one["tags"])]
        return Reply(200, found[:limit])

    def put(self, request: Request, number: str) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        if int(number) not in self.annotations:
            return ABSENT
        body = request.body
        self.annotations[int(number)] |= {
            name: body[name] for name in ("time", "timeEnd", "text", "tags") if name in body
        }
        return said(200, "Annotation updated")

    def delete(self, request: Request, number: str) -> Reply:
        if not request.may("Editor"):
            return FORBIDDEN
        if self.annotations.pop(int(number), None) is None:
            return ABSENT
        return said(200, "Annotation deleted")
