"""A receiver of alerts, as Alertmanager calls one: it keeps what it is told, by the path that it was told at."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from services.local.ports import LOOPBACK
from services.provisioner.rules.receivers import Receivers


class Told(msgspec.Struct, frozen=True, order=True):
    """One alert that fires, as it reached a receiver."""

    receiver: str
    alert: str
    segment: str = ""


class Webhook:
    """What has been told so far, firing alerts only, and the last message whole."""

    def __init__(self, port: int) -> None:
        self.address = f"http://{LOOPBACK}:{port}"
        self.told: set[Told] = set()
        self.resolved: set[Told] = set()
        self.notes: dict[str, dict[str, str]] = {}

    def receivers(self, *names: str) -> Receivers:
        """Each of these is told here, under its own name."""
        return Receivers(
            {name: {"webhook_configs": [{"url": f"{self.address}/{name.replace(' ', '%20')}"}]} for name in names}
        )

    def take(self, receiver: str, message: dict[str, Any]) -> None:
        for alert in message["alerts"]:
            labels: dict[str, str] = alert["labels"]
            told = Told(receiver, labels["alertname"], labels.get("segment", ""))
            (self.told if alert["status"] == "firing" else self.resolved).add(told)
            self.notes[labels["alertname"]] = alert["annotations"]


@contextmanager
def webhook(port: int) -> Iterator[Webhook]:
    """Listens inside the block."""
    kept = Webhook(port)

    class Handler(BaseHTTPRequestHandler):
        """Takes whatever is posted."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.take(self.path.removeprefix("/").replace("%20", " "), json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
