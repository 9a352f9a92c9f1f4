"""What of the past was asked for."""

import argparse
from difflib import get_close_matches
from hashlib import sha256
from typing import Final

from schemas.definition.model import Metric, RollingSpan, Window
from schemas.errors import CommandError
from services.exporter.asked import UNITS
from services.history.points import FAR, Reach
from services.moments import moment_in
from services.provisioner.expressions import Weeks, span
from streams.plan import Plan
from streams.time.grains import DAY, HOUR

DAYS_BACK: Final = 3 * 365 * DAY
"""What Prometheus keeps, where it is set up as we do."""
SPANS_BACK: Final = 62 * DAY
"""Of windows of minutes and hours; longer than rules look back."""


def chosen(plan: Plan, metrics: list[str], labels: list[str]) -> list[tuple[Metric, Window]]:
    """Every metric named, or all, in every window named, or all; raises CommandError for what there is not."""
    known = plan.definition.metrics
    for name in metrics:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            raise CommandError(f"there is no metric {name}{hint}")
    found = [
        (known[name], window)
        for name in dict.fromkeys(metrics or known)
        for window in known[name].windows
        if not labels or window.label in labels
    ]
    for label in labels:
        if all(window.label != label for _, window in found):
            raise CommandError(f"none of these metrics is read over {label}")
    return found


def identity(plan: Plan, asked: list[tuple[Metric, Window]]) -> str:
    """Another one where another past would be told."""
    what = [(metric.name, repr(metric.value), window.label) for metric, window in asked]
    return f"{plan.version}-{sha256(repr(what).encode()).hexdigest()[:12]}"


def reach_of(window: Window, span: tuple[int | None, int], step_ms: int | None) -> Reach:
    """How far back a window is told where nobody said; as densely as was asked, else less so long ago."""
    begin_ms, end_ms = span
    if begin_ms is None:
        begin_ms = max(0, end_ms - (SPANS_BACK if isinstance(window, RollingSpan) else DAYS_BACK))
    step = HOUR if step_ms is None else step_ms
    if isinstance(window, RollingSpan) and step % window.grain_ms:
        raise CommandError(
            f"{window.label} is cut in pieces of {window.grain_ms // 60_000}m: --step must be a multiple"
        )
    return Reach(begin_ms, end_ms, step, FAR if step_ms is None else 1)


def too_sparse(step_ms: int | None) -> str:
    """What whoever asked for this step shall know; empty where there is nothing."""
    looked_at = Weeks().around_seconds
    if step_ms is None or step_ms <= looked_at * 1000:
        return ""
    return (
        f"a sample every {span(step_ms // 1000)} is too sparse for the alert rules: of earlier weeks they look at "
        f"{span(looked_at)}, and find none in most of them; take --step {span(looked_at)} or less, or leave it out"
    )


def step_of(text: str) -> int:
    """A span that divides a day, in milliseconds."""
    amount, unit = text[:-1], text[-1:]
    step_ms = int(amount) * UNITS[unit] if amount.isdecimal() and unit in UNITS else 0
    if not step_ms or DAY % step_ms:
        raise argparse.ArgumentTypeError(f"{text} does not divide a day into equal steps; 5m, 1h, 6h and 1d do")
    return step_ms


def moment(plan: Plan, name: str, text: str) -> int:
    """ISO 8601, without an offset in the company's zone, in milliseconds."""
    try:
        return moment_in(plan.calendar.zone, text)
    except ValueError:
        raise CommandError(
            f"{name} must be a date or a time such as 2027-01-01 or 2027-01-01T09:00, not {text}"
        ) from None
