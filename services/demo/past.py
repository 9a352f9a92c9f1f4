"""The past of the readings, for a Prometheus that was not there: OpenMetrics text with times, made into blocks.

Each day's value stands at every hour of that day (every sixth hour, further back than the rules and most panels look),
for the orders are known to the day.  Labels are those that a scrape adds, so that past and present are one series.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from schemas import names
from schemas.definition.model import Calendar, Definition, Metric, RollingDays, Window
from schemas.errors import StackError
from services.board.asking import Json
from services.board.exporter import Exporter

JOB: Final = "nsm"
HOUR: Final = timedelta(hours=1)
NEAR: Final = timedelta(days=42)
LONGEST_BLOCK: Final = "744h"  # by default every two hours a block, and the whole file read again for each
Sample = tuple[datetime, float]
Row = tuple[dict[str, str], list[Sample]]


def history_text(definition: Definition, exporter: Exporter, begin: datetime, end: datetime) -> str:
    """The values of every metric in every window at the ends of days from begin to end, as OpenMetrics."""
    series: dict[str, list[Row]] = {
        name: []
        for name in (names.METRIC_VALUE, names.METRIC_NUMERATOR, names.METRIC_DENOMINATOR, names.METRIC_COMPLETE)
    }
    for metric in definition.metrics.values():
        for window in metric.windows:
            asked = {"window": window.label, "from": begin.isoformat(), "to": end.isoformat(), "step": "1d"}
            readings = exporter.reading(metric.name, **asked)["readings"]
            _add(series, metric, window, readings)
    target = definition.north_star
    if target.target is not None:
        at = [(begin + timedelta(days=day), target.target) for day in range((end - begin).days + 1)]
        series[names.METRIC_TARGET] = [({"metric": target.metric}, at)]
    instance = urlsplit(exporter.url).netloc
    return "".join([*_lines(series, instance, end), "# EOF\n"])


def fill(text: str, blocks: Path, promtool: str) -> int:
    """Puts the history into the blocks of a Prometheus, which finds them within a minute; how many there are."""
    with tempfile.TemporaryDirectory(dir=blocks.parent) as folder:
        file, made = Path(folder) / "history.txt", Path(folder) / "blocks"
        file.write_text(text, encoding="utf-8")
        made.mkdir()
        command = [promtool, "tsdb", "create-blocks-from", f"--max-block-duration={LONGEST_BLOCK}", "openmetrics"]
        done = subprocess.run([*command, str(file), str(made)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"promtool could not make the history:\n{(done.stdout + done.stderr).strip()[-2000:]}")
        found = [path for path in made.iterdir() if (path / "meta.json").exists()]
        for path in found:  # whole or not at all
            shutil.move(path, blocks / path.name)
        return len(found)


def _add(series: dict[str, list[Row]], metric: Metric, window: Window, readings: list[Json]) -> None:
    labels = {"metric": metric.name, "window": window.label}
    days = [(datetime.fromisoformat(one["at"]).astimezone(UTC), one) for one in readings]
    for name, field in (
        (names.METRIC_VALUE, "value"),
        (names.METRIC_NUMERATOR, "numerator"),
        (names.METRIC_DENOMINATOR, "denominator"),
    ):
        series[name].append((labels, [(at, one[field]) for at, one in days if one[field] is not None]))
    match window:
        case Calendar():
            series[names.METRIC_COMPLETE].append((labels, list(_last_periods(days))))
        case RollingDays():  # complete up to the day before
            values = [(at, before["value"]) for (_, before), (at, _) in pairwise(days)]
            series[names.METRIC_COMPLETE].append((labels, [(at, value) for at, value in values if value is not None]))


def _last_periods(days: list[tuple[datetime, Any]]) -> Iterator[Sample]:
    """At each day the last value of the period before its own."""
    last: dict[str, float | None] = {}
    for at, one in days:
        last[one["end"]] = one["value"]
        before = last.get(one["start"])  # a period ends where the next one starts
        if before is not None:
            yield at, before


def _lines(series: dict[str, list[Row]], instance: str, end: datetime) -> Iterator[str]:
    for name, rows in series.items():
        yield f"# TYPE {name} gauge\n"
        for labels, samples in rows:
            told = {**labels, "instance": instance, "job": JOB}
            selector = ",".join(f'{label}="{value}"' for label, value in told.items())
            for at, value in _spread(samples, end):
                yield f"{name}{{{selector}}} {float(value)!r} {at.timestamp():.0f}\n"


def _spread(samples: Iterable[Sample], end: datetime) -> Iterator[Sample]:
    """Each day's value at the hours of that day, up to the end."""
    for at, value in samples:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        step = 1 if end - midnight < NEAR else 6
        for hour in range(0, 24, step):
            moment = midnight + hour * HOUR
            if moment <= end:
                yield moment, value
