"""Guardrails: the value that is judged, its limits, and the room that is left."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from services.board.digits import short
from services.board.drawn import marks
from services.board.drawn.colours import BAD, FAINT, GOOD, WATCH
from services.board.drawn.form import Form
from services.board.drawn.tables import column, number_column, table
from services.board.drawn.words import judged_window, with_unit
from services.board.view import Bound, Guardrail

NARROW = 0.05
"""Room that is worth a look."""


def guardrails(told: Sequence[Guardrail], form: Form) -> RenderableType:
    """Broken ones are marked with a word, not by colour alone."""
    lines = [one.line for one in told]
    return table(
        [
            column("metric", [line.metric for line in lines]),
            column("window", [Text(judged_window(line.window), style=FAINT) for line in lines]),
            number_column(
                "value", [Text(with_unit(one.value, one.line.unit), style="bold") for one in told], head="judged"
            ),
            column("trail", *([marks.trail(line, cells) for line in lines] for cells in (marks.LONG, marks.SHORT))),
            column("limits", [_limits(one.bounds) for one in told], head="limits"),
            column("room", [_room(one) for one in told]),
            column("owner", [Text(one.owner, style=FAINT) for one in told], head="owner"),
        ],
        form.width,
    )


def _limits(bounds: Sequence[Bound]) -> str:
    return " ".join(f"{one.name} {short(one.limit)}" for one in bounds)


def _room(one: Guardrail) -> Text:
    """The least there is."""
    known = [(bound.room, bound) for bound in one.bounds if bound.room is not None]
    if one.broken is None or not known:
        return Text("no reading", style=FAINT)
    room, bound = min(known, key=lambda pair: pair[0])
    size = f"{abs(room):.0%}" if bound.limit else with_unit(abs(room), one.line.unit)
    if one.broken:
        return Text(f"! broken by {size}", style=f"bold {BAD}")
    return Text(f"kept, {size} left", style=WATCH if bound.limit and room < NARROW else GOOD)
