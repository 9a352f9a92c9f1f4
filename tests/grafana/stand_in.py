"""A Grafana in this process: HTTP on a loopback port, with a real server's status codes, and faults on demand.

It holds no opinion on boards beyond those of Grafana itself, which takes nonsense without a word.
"""

import contextlib
import copy
import itertools
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.grafana.accounts import Accounts
from tests.grafana.alert_rules import AlertRules
from tests.grafana.annotations import Annotations
from tests.grafana.answers import Answering, Reply, Request, said
from tests.grafana.dashboards import Dashboards
from tests.grafana.data_sources import DataSources
from tests.grafana.faults import Fault
from tests.grafana.folders import Folders

ADMIN = "glsa_admin_of_the_stand_in"
PAGE = b"<html><body>Bad Gateway, message from a proxy</body></html>"
HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json; charset=UTF-8"}


class StandIn:
    """``later`` answers as versions after 9.4 do, where they are known to differ; ``prefix`` is a sub-path."""

    def __init__(self, *, later: bool = False, prefix: str = "") -> None:
        numbers = itertools.count(1)
        self.prefix = prefix
        self.folders = Folders(numbers)
        self.sources = DataSources(numbers)
        self.dashboards = Dashboards(numbers, self.folders, later=later)
        self.annotations = Annotations(numbers)
        self.rules = AlertRules(numbers, later=later)
        self.accounts = Accounts(numbers)
        self.accounts.roles[ADMIN] = "Admin"
        self.faults: list[Fault] = []
        self.log: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self.dies_at = 0
        self.dies_after_work = False
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._routes = self._all_routes()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    def end(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def die_at(self, number: int, *, after_work: bool) -> None:
        """From this request on, counted from now, every connection breaks off; ``after_work`` this one still works."""
        self.dies_at, self.dies_after_work = len(self.log) + number, after_work

    def revive(self) -> None:
        self.dies_at = 0

    def token(self, role: str) -> str:
        key = f"glsa_{role.lower()}_of_the_stand_in"
        self.accounts.roles[key] = role
        return key

    def contents(self) -> dict[str, Any]:
        """All that provisioning is about, without the numbers that the server gives."""

        def bare(one: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in one.items() if name != "id"}

        notes = [bare(one) for one in self.annotations.annotations.values()]
        return copy.deepcopy(
            {
                "folders": {uid: bare(one) for uid, one in self.folders.folders.items()},
                "permissions": self.folders.permissions,
                "sources": {uid: bare(one) for uid, one in self.sources.sources.items()},
                "boards": {uid: bare(one) for uid, one in self.dashboards.boards.items()},
                "places": self.dashboards.places,
                "annotations": sorted(notes, key=lambda one: (one["time"], one["text"])),
                "rules": self.rules.rules,
            }
        )

    def answered(self, request: Request) -> Reply:
        """As if nothing went wrong on the way."""
        for method, pattern, answer in self._routes:
            found = re.fullmatch(pattern, request.path)
            if method == request.method and found:
                return answer(request, *map(unquote, found.groups()))
        return Reply(404, b"<html><body>Page not found</body></html>", HTML)

    def _all_routes(self) -> list[tuple[str, str, Answering]]:
        one = "([^/]+)"
        rules, group = "/v1/provisioning/alert-rules", f"/v1/provisioning/folder/{one}/rule-groups/{one}"
        return [
            ("GET", "/health", lambda _: Reply(200, {"database": "ok", "version": "stand-in"})),
            ("POST", "/folders", self.folders.create),
            ("GET", "/folders", self.folders.all),
            ("GET", f"/folders/{one}", self.folders.get),
            ("PUT", f"/folders/{one}", self.folders.put),
            ("DELETE", f"/folders/{one}", self._delete_folder),
            ("GET", f"/folders/{one}/permissions", self.folders.get_permissions),
            ("POST", f"/folders/{one}/permissions", self.folders.post_permissions),
            ("POST", "/datasources", self.sources.create),
            ("GET", f"/datasources/uid/{one}", self.sources.get),
            ("PUT", f"/datasources/uid/{one}", self.sources.put),
            ("DELETE", f"/datasources/uid/{one}", self.sources.delete),
            ("POST", "/dashboards/db", self.dashboards.save),
            ("GET", f"/dashboards/uid/{one}", self.dashboards.get),
            ("DELETE", f"/dashboards/uid/{one}", self.dashboards.delete),
            ("GET", "/search", self.dashboards.search),
            ("POST", "/annotations", self.annotations.create),
            ("GET", "/annotations", self.annotations.find),
            ("PUT", f"/annotations/{one}", self.annotations.put),
            ("DELETE", f"/annotations/{one}", self.annotations.delete),
            ("GET", rules, self.rules.all),
            ("POST", rules, self.rules.create),
            ("GET", f"{rules}/{one}", self.rules.get),
            ("PUT", f"{rules}/{one}", self.rules.put),
            ("DELETE", f"{rules}/{one}", self.rules.delete),
            ("GET", group, self.rules.get_group),
            ("PUT", group, self.rules.put_group),
            ("POST", "/serviceaccounts", self.accounts.create),
            ("DELETE", f"/serviceaccounts/{one}", self.accounts.delete),
            ("POST", f"/serviceaccounts/{one}/tokens", self.accounts.create_token),
            ("DELETE", f"/serviceaccounts/{one}/tokens/{one}", self.accounts.delete_token),
        ]

    def _delete_folder(self, request: Request, uid: str) -> Reply:
        if uid not in self.folders.folders:
            return said(404, "folder not found", "not-found")
        inside = [rule for rule, one in self.rules.rules.items() if one["folderUID"] == uid]
        if inside and request.asked("forceDeleteRules") != "true":
            return said(400, "folder cannot be deleted: folder contains alert rules")
        for rule in inside:
            del self.rules.rules[rule]
        for board in [board for board, place in self.dashboards.places.items() if place == uid]:
            del self.dashboards.boards[board], self.dashboards.places[board]
        del self.folders.folders[uid], self.folders.permissions[uid]
        return Reply(200)

    def exchange(self, handler: "_Handler") -> Reply | None:
        """None where the connection breaks off, status 0 where nothing ever comes; one at a time, as in the log."""
        with self._lock:
            parts = urlsplit(handler.path)
            path = parts.path.removeprefix(f"{self.prefix}/api")
            line = f"{handler.command} {path}"
            self.log.append(line)
            self.headers.append(dict(handler.headers))
            dead = self.dies_at and len(self.log) >= self.dies_at
            if dead and not (self.dies_after_work and len(self.log) == self.dies_at):
                return None
            fault = None if dead else next((one for one in self.faults if one.hits(line)), None)
            if fault is not None and fault.how not in {"drop after", "half"}:
                return self._faulty(fault, handler)
            reply = self._authorized(handler, path, parse_qs(parts.query))
            if dead or (fault is not None and fault.how == "drop after"):
                return None
            return Reply(reply.status, reply.body, {"X-Half": "yes"}) if fault is not None else reply

    def _authorized(self, handler: "_Handler", path: str, query: dict[str, list[str]]) -> Reply:
        length = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(length)
        key = (handler.headers.get("Authorization") or "").removeprefix("Bearer ")
        if key in self.accounts.deleted:
            return said(500, "Unexpected error")
        if key not in self.accounts.roles:
            return said(401, "Invalid API key" if key else "Unauthorized")
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            return said(400, "bad request data")
        self.bodies.append(body)
        request = Request(method=handler.command, path=path, query=query, body=body, role=self.accounts.roles[key])
        return self.answered(request)

    def _faulty(self, fault: Fault, handler: "_Handler") -> Reply | None:
        replies = {
            "html 502": Reply(502, PAGE, HTML),
            "html 200": Reply(200, PAGE, HTML),
            "login": Reply(302, b"", {"Location": "/login"}),
            "moved": Reply(301, b"", {"Location": "https://elsewhere.example/grafana/api?token=1"}),
            "null": Reply(404, b"null"),
            "busy": Reply(429, {"message": "slow down"}, {"Retry-After": "0"}),
            "silence": Reply(0),
            "drip": Reply(200, b"[", {"X-Drip": "yes"}),
            "echo": said(400, f"a header is wrong: {handler.headers}"),
            "shape": Reply(200, fault.shape),
            "refusal": said(400, "bad request data"),
        }
        return replies.get(fault.how)


class _Server(ThreadingHTTPServer):
    stand_in: StandIn
    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm: ClassVar[bool] = True

    def _answer(self) -> None:
        reply = self.server.stand_in.exchange(self)
        self.close_connection = True
        if reply is not None and not reply.status:
            self.server.stand_in.ended.wait(60)
            return
        if reply is None:
            return
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        half = "X-Half" in reply.headers
        self.send_response(reply.status)
        self.send_header("Connection", "close")
        for name, value in (JSON | reply.headers).items():
            self.send_header(name, value)
        if reply.status != 204 and "X-Drip" not in reply.headers:
            self.send_header("Content-Length", str(len(content) + (1000 if half else 0)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        while "X-Drip" in reply.headers and not self.server.stand_in.ended.wait(0.02):
            self.wfile.write(b" ")
            self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815

    def handle(self) -> None:
        """A client that goes away in the middle is none of the server's concern."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Nothing."""
