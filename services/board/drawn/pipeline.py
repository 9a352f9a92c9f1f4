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
STILL_S = 15
"""A worker that takes over from another one begins within this time."""
REFUSED = ("late", "ahead", "refused")


def pipeline(told: Freshness, now: datetime, form: Form) -> RenderableType:
    """As of when, how much waits, how much came; that nothing is folded is said in the least room too."""
    grid = Table.grid(padding=(0, 3))
    grid.add_row(Text("as of"), _as_of(told, now))
    whole = form.has("lag and events")
    if whole or told.still_s >= STILL_S:
        grid.add_row(Text("lag"), _lag(told))
    if whole:
        grid.add_row(Text("events"), _events(told))
    return grid


def _lag(told: Freshness) -> Text:
    lag = told.numbers.lag
    if lag is None:
        return Text("unknown: Kafka does not answer", style=WATCH)
    text = Text("1 event" if lag == 1 else f"{lag:,} events")
    if told.still_s >= STILL_S:
        text.append(f"  ! nothing folded for {age(told.still_s)}: does a worker run?", style=f"bold {BAD}")
    return text


def _events(told: Freshness) -> Text:
    outcomes = told.numbers.outcomes
    rate = "" if told.rate is None else f"{told.rate:,.1f} a second, "
    events = Text(f"{rate}{outcomes['counted']:,} counted")
    if told.numbers.miskeyed:
        events.append(f", ! {told.numbers.miskeyed:,} of them miskeyed", style=WATCH)
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
