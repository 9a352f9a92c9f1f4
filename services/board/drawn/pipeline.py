"""How fresh it all is, and what became of the events."""

from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.board.drawn.colours import BAD, FAINT, WATCH
from services.board.drawn.form import Form
from services.board.drawn.words import age
from services.board.view import Freshness

STALE_S = 60
REFUSED = ("late", "ahead", "refused")


def pipeline(told: Freshness, now: datetime, form: Form) -> RenderableType:
    """As of when, how much waits, how much came."""
    grid = Table.grid(padding=(0, 3))
    grid.add_row(Text("as of"), _as_of(told, now))
    if not form.has("lag and events"):
        return grid
    lag = told.numbers.lag
    late = Text(
        "unknown: Kafka does not answer" if lag is None else f"{lag:,} events", style=WATCH if lag is None else ""
    )
    grid.add_row(Text("lag"), late)
    grid.add_row(Text("events"), _events(told))
    return grid


def _events(told: Freshness) -> Text:
    outcomes = told.numbers.outcomes
    rate = "" if told.rate is None else f"{told.rate:,.1f} a second, "
    events = Text(f"{rate}{outcomes['counted']:,} counted")
    for outcome in ("duplicate", *REFUSED):
        if outcomes.get(outcome):
            mark = "! " if outcome in REFUSED else ""
            events.append(f", {mark}{outcomes[outcome]:,} {outcome}", style=WATCH if outcome in REFUSED else FAINT)
    return events


def _as_of(told: Freshness, now: datetime) -> Text:
    if told.as_of is None:
        return Text("nothing read yet", style=WATCH)
    old = max(0, (now - told.as_of).total_seconds())
    text = Text(f"{told.as_of:%Y-%m-%d %H:%M:%S}, {age(old)} ago")
    if old > STALE_S:
        text.append("  ! stale", style=f"bold {BAD}")
    if told.completeness < 1:
        text.append(f"  {told.completeness:.0%} of partitions up to date", style=WATCH)
    return text
