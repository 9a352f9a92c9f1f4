"""Prometheus, which keeps the history of the readings, and Alertmanager, which its alerts go to."""

from pathlib import Path
from typing import Final

import msgspec

from services.local.install import program
from services.local.parts import Part, says_ok
from services.local.ports import LOOPBACK

KEPT_FOR: Final = "6y"
"""Long enough for five years side by side, and for the marks of what changed in them: boards read from files have these
from samples of when a definition was first shown.
"""

HISTORY: Final = "prometheus"
"""The folder of Prometheus' blocks, inside the stack's."""

SCRAPING: Final = """\
global:
  scrape_interval: {every}
  evaluation_interval: {every}
rule_files:
  - {rules}/*.yml
  - {rules}/*.yaml
scrape_configs:
  - job_name: nsm
    static_configs:
      - targets: ["{exporter}"]
  - job_name: prometheus
    static_configs:
      - targets: ["{own}"]
"""

ALERTING: Final = """\
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["{alertmanager}"]
"""


class Scrape(msgspec.Struct, frozen=True, kw_only=True):
    """Who Prometheus listens to and talks to; each as ``host:port``."""

    exporter: str
    rules: Path
    alertmanager: str | None = None
    every: str = "5s"
    """How often it listens."""


def prometheus(folder: Path, port: int, scrape: Scrape) -> Part:
    """Writes its settings.  History is kept in ``<folder>/HISTORY``, where promtool may add older blocks."""
    own = f"{LOOPBACK}:{port}"
    text = SCRAPING.format(every=scrape.every, rules=scrape.rules.resolve(), exporter=scrape.exporter, own=own)
    if scrape.alertmanager:
        text += ALERTING.format(alertmanager=scrape.alertmanager)
    settings = folder / "prometheus.yml"
    settings.write_text(text, encoding="utf-8")
    return Part(
        name="prometheus",
        command=[
            program("prometheus"),
            f"--config.file={settings}",
            f"--storage.tsdb.path={folder / HISTORY}",
            f"--storage.tsdb.retention.time={KEPT_FOR}",
            f"--web.listen-address={own}",
            "--web.enable-lifecycle",
        ],
        ready=lambda: says_ok(port, "/-/ready"),
        address=f"http://{own}",
    )


def alertmanager(folder: Path, port: int, settings: Path) -> Part:
    """With these settings; it runs alone, without a cluster."""
    return Part(
        name="alertmanager",
        command=[
            program("prometheus-alertmanager"),
            f"--config.file={settings.resolve()}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={LOOPBACK}:{port}",
            "--cluster.listen-address=",
        ],
        ready=lambda: says_ok(port, "/-/ready"),
        address=f"http://{LOOPBACK}:{port}",
    )
