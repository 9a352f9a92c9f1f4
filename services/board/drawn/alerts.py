"""Which alerts fire, or that this is not known."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from services.board.alerts import Alert, Alerts
from services.board.drawn.colours import BAD, FAINT, WATCH
from services.board.drawn.form import Form
from services.board.drawn.tables import column, table, tables, width_of
from services.board.drawn.words import age

MOST, FEW = 8, 4
OLD_S = 30


class Kind(NamedTuple):
    """The first alert of a name and severity, and how many of these there are."""

    alert: Alert
    number: int


def alerts(told: Alerts, now: datetime, form: Form) -> RenderableType:
    """What pages first, then the oldest; no more than fit, with how many there are beside them."""
    most = MOST if form.has("blank lines") else FEW
    kinds = _kinds(told.firing)
    hidden = sum(one.number for one in kinds[most:])
    parts: list[RenderableType] = _rows(kinds[:most], now, form)
    parts += [line for line in (_more(told, hidden), _silence(told, now)) if line.plain]
    return Group(*parts)


def _kinds(firing: Sequence[Alert]) -> list[Kind]:
    """In the order given; an alert of every partition is told once, so that it hides no other."""
    found: dict[tuple[str, str], Kind] = {}
    for one in firing:
        known = found.get((one.severity, one.name), Kind(one, 0))
        found[one.severity, one.name] = Kind(known.alert, known.number + 1)
    return list(found.values())


def _rows(kinds: Sequence[Kind], now: datetime, form: Form) -> list[RenderableType]:
    """The summaries beside the alerts, or each below its own where that is too narrow."""
    firing = [one.alert for one in kinds]
    columns = [
        column("severity", [Text(f"! {one.severity}".rstrip(), style=f"bold {_colour(one)}") for one in firing]),
        column("name", [_name(one) for one in kinds]),
        column("for", [Text(f"for {_since(one, now)}", style=FAINT) for one in firing]),
    ]
    beside = [*columns, column("summary", [one.summary for one in firing])]
    if width_of(beside) <= form.width:
        return [table(beside, form.width)] if firing else []
    rows: list[RenderableType] = []
    for one, head in zip(firing, tables(columns, form.width, [1] * len(firing)), strict=True):
        cut = Text(one.summary, no_wrap=not form.has("blank lines"), overflow="ellipsis")
        rows += [head, Padding(cut, (0, 0, 0, 2))]
    return rows


def _name(one: Kind) -> Text:
    return Text.assemble((one.alert.name, "bold"), f" x {one.number}" if one.number > 1 else "")


def _more(told: Alerts, hidden: int) -> Text:
    """What else there is, in one line."""
    said = [f"and {hidden} more that fire"] if hidden > 0 else []
    if not told.firing and told.known:
        said.append("no alert fires")
    counted = (told.pending, "pending"), (told.silenced, "silenced"), (told.held_back, "held back by others")
    said += [f"{number} {what}" for number, what in counted if number]
    return Text(", ".join(said), style=FAINT)


def _silence(told: Alerts, now: datetime) -> Text:
    """Who does not answer, and how old an answer is that nobody renewed."""
    if not told.known:
        return Text(f"not known: {told.trouble}", style=FAINT)
    old = (now - told.at).total_seconds()
    said = [told.trouble] if told.trouble else []
    said += [f"as it was {age(old)} ago"] if old > OLD_S else []
    return Text("; ".join(said), style=WATCH)


def _colour(alert: Alert) -> str:
    return BAD if alert.severity == "page" else WATCH


def _since(alert: Alert, now: datetime) -> str:
    return age(max(0.0, (now - alert.since).total_seconds()))
