"""Stands in for ``python -m services.cli``: a worker that waits, an exporter that answers, rules and routes that
are written.

A worker whose definition's folder holds a file named ``fail`` says so and ends.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

RULES = "groups: [{name: fake, rules: [{record: one, expr: vector(1)}]}]\n"
ROUTES = "{route: {receiver: here}, receivers: [{name: here}]}\n"


class Answering(BaseHTTPRequestHandler):
    """Says 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"nsm_state_up 1\n")


def worker(definition: Path) -> None:
    while not (definition.parent / "fail").exists():
        time.sleep(0.05)
    sys.exit("the fake worker was told to fail")


def main(command: str, *words: str) -> None:
    match command:
        case "worker":
            worker(Path(words[0]))
        case "exporter":
            HTTPServer(("127.0.0.1", int(words[2])), Answering).serve_forever()
        case "rules":
            folder = Path(words[1])
            (folder / "alertmanager").mkdir(parents=True, exist_ok=True)
            (folder / "nsm.rules.yml").write_text(RULES, encoding="utf-8")
            (folder / "alertmanager/alertmanager.yml").write_text(ROUTES, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
