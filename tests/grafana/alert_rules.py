"""Alert rules through the provisioning API, with the answers of Grafana 9.4 or later ones."""

import itertools
from typing import Any

from tests.grafana.answers import FORBIDDEN, Reply, Request, said

STATES = {"noDataState": {"OK", "NoData", "Alerting"}, "execErrState": {"OK", "Error", "Alerting"}}
NULL = b"null"


class AlertRules:
    """``listed`` False: a server so old that it has no list of all rules."""

    def __init__(self, numbers: "itertools.count[int]", *, later: bool) -> None:
        self._numbers = numbers
        self._later = later
        self.listed = True
        self.rules: dict[str, dict[str, Any]] = {}
        self.intervals: dict[tuple[str, str], int] = {}

    def all(self, request: Request) -> Reply:
        if not self.listed:
            return Reply(404, b"<html><body>Page not found: message</body></html>", {"Content-Type": "text/html"})
        return Reply(200, list(self.rules.values())) if request.may("Admin") else FORBIDDEN

    def create(self, request: Request) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        body = request.body
        bad = 400 if self._later else 500
        if not body.get("title") or not body.get("data"):
            return said(400, "invalid alert rule: no title or no data")
        if any(body.get(name) not in words for name, words in STATES.items()):
            return said(500, "unknown state")
        uid = body.get("uid") or f"r{next(self._numbers)}"
        folder = body.get("folderUID", "")
        if uid in self.rules or any(
            one["title"] == body["title"] and one["folderUID"] == folder for one in self.rules.values()
        ):
            return said(bad, "a conflicting alert rule is found: rule title under the same folder should be unique")
        self.rules[uid] = self._stored(body, uid)
        self.intervals.setdefault((folder, body["ruleGroup"]), 60)
        return Reply(201, self.rules[uid])

    def _stored(self, body: dict[str, Any], uid: str) -> dict[str, Any]:
        """Defaults are filled in, and what the version does not know falls out."""
        kept = body if self._later else {name: one for name, one in body.items() if name != "keep_firing_for"}
        data = [{"queryType": "", **part, "model": {"maxDataPoints": 43200, **part["model"]}} for part in body["data"]]
        return kept | {"uid": uid, "orgID": 1, "data": data, "updated": "2026-11-28T10:00:00Z", "provenance": "api"}

    def get(self, request: Request, uid: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        if uid in self.rules:
            return Reply(200, self.rules[uid])
        return Reply(404, b"") if self._later else said(500, "could not find alert rule")

    def put(self, request: Request, uid: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        if uid not in self.rules:
            return Reply(404, NULL)
        if self.rules[uid]["provenance"] == "file":
            return said(500, "cannot change provenance from 'file' to 'api'")
        self.rules[uid] = self._stored(request.body, uid)
        return Reply(200, self.rules[uid])

    def delete(self, request: Request, uid: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        if uid in self.rules and self.rules[uid]["provenance"] == "file":
            return said(500, "cannot delete")
        self.rules.pop(uid, None)
        return Reply(204)

    def get_group(self, request: Request, folder: str, group: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        rules = [one for one in self.rules.values() if (one["folderUID"], one["ruleGroup"]) == (folder, group)]
        if not rules:
            return said(404, "rule group not found")
        interval = self.intervals[folder, group]
        return Reply(200, {"title": group, "folderUid": folder, "interval": interval, "rules": rules})

    def put_group(self, request: Request, folder: str, group: str) -> Reply:
        """Rules left out are dropped; one with a new uid is not taken by 9.4."""
        if not request.may("Admin"):
            return FORBIDDEN
        given, interval = request.body.get("rules") or [], request.body.get("interval", 60)
        if interval % 10:
            return said(400, "interval must be a multiple of 10 seconds")
        uids = {one.get("uid") for one in given}
        if not self._later and not uids <= set(self.rules):
            return said(500, "failed to update rule group: rule not found")
        if given:
            here = [uid for uid, one in self.rules.items() if (one["folderUID"], one["ruleGroup"]) == (folder, group)]
            for uid in set(here) - uids:
                del self.rules[uid]
            for one in given:
                self.rules[one["uid"]] = self._stored(one | {"folderUID": folder, "ruleGroup": group}, one["uid"])
        self.intervals[folder, group] = interval
        return Reply(200, {"title": group, "folderUid": folder, "interval": interval, "rules": given})
