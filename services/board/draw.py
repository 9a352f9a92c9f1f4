"""The board as rich draws it: whatever the width, and as much of it as the height allows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from services.board.drawn.alerts import alerts
from services.board.drawn.colours import BAD, FAINT
from services.board.drawn.form import GAP, LEAVING, SIDE_BY_SIDE, Form
from services.board.drawn.guardrails import guardrails
from services.board.drawn.head import head
from services.board.drawn.initiatives import initiatives
from services.board.drawn.metrics import departments, inputs
from services.board.drawn.objectives import all_objectives, behind, only_behind
from services.board.drawn.pipeline import pipeline
from services.board.drawn.star import star
from services.board.view import View

AGAIN: Final = "Asking again every second."
STANDS: Final = "What follows is what it said last."


class Part(NamedTuple):
    """A title and what stands below it."""

    title: str
    drawn: RenderableType


def board(view: View, now: datetime, width: int, height: int | None = None) -> RenderableType:
    """Everything, from the north star down to the pipeline; ``height`` None: however many lines that takes."""
    drawn = _board(view, now, Form(width))
    if height is None or _lines(drawn, width) <= height:
        return drawn
    for number, _ in enumerate(LEAVING, 1):
        form = Form(width, frozenset(LEAVING[:number]))
        missing = _missing(view, form)
        drawn = Group(_board(view, now, form), *([missing] if missing.plain else []))
        if _lines(drawn, width) <= height:
            break
    return drawn


def notice(text: str, view: View | None, now: datetime, width: int, height: int | None = None) -> RenderableType:
    """That there is nothing new to show, above what was shown last."""
    words = Text(f"! {text}", style=f"bold {BAD}")
    if view is None:
        return Group(words, Text(AGAIN, style=FAINT))
    above = Group(words, Text(STANDS, style=FAINT), Text(""))
    return Group(above, board(view, now, width, None if height is None else height - _lines(above, width)))


def _board(view: View, now: datetime, form: Form) -> RenderableType:
    top: list[RenderableType] = [head(view.company, form.width)]
    if form.has("blank lines"):
        top.append(Text(""))
    top.append(star(view.star, form))
    if view.alerts is not None:
        top.append(_titled(Part("alerts", alerts(view.alerts, now, form)), form))
    if form.width < SIDE_BY_SIDE:
        parts = [*_judged(view, form), *_steered(view, form), Part("pipeline", pipeline(view.freshness, now, form))]
        return Group(*top, *(_titled(part, form) for part in parts))
    half = msgspec.structs.replace(form, width=(form.width - GAP) // 2)
    left = [*_judged(view, half), Part("pipeline", pipeline(view.freshness, now, half))]
    columns = Table.grid(padding=(0, GAP, 0, 0))
    for _ in range(2):
        columns.add_column(width=half.width)
    columns.add_row(*(Group(*(_titled(part, half) for part in parts)) for parts in (left, _steered(view, half))))
    return Group(*top, columns)


def _judged(view: View, form: Form) -> Iterator[Part]:
    if view.inputs and form.has("inputs"):
        yield Part("inputs", inputs(view.inputs, form))
    shown = view.guardrails if form.has("guardrails kept") else [one for one in view.guardrails if one.broken]
    if shown:
        yield Part("guardrails", guardrails(shown, form))


def _steered(view: View, form: Form) -> Iterator[Part]:
    if view.objectives and form.has("key results not behind"):
        yield Part("key results", all_objectives(view.objectives, form))
    elif behind(view.objectives):
        yield Part("key results that are behind", only_behind(view.objectives, form))
    if view.departments and form.has("departments"):
        yield Part("departments", departments(view.departments, form))
    if view.initiatives and form.has("initiatives"):
        yield Part("initiatives that run", initiatives(view.initiatives, form))


def _missing(view: View, form: Form) -> Text:
    """What there is and is not shown."""
    there = {
        "initiatives": bool(view.initiatives),
        "departments": bool(view.departments),
        "key results not behind": any(one.key_results for one in view.objectives),
        "guardrails kept": any(not one.broken for one in view.guardrails),
        "inputs": bool(view.inputs),
    }
    said = [what for what, is_there in there.items() if is_there and not form.has(what)]  # type: ignore[arg-type]
    words = f"left out: {', '.join(said)}" if said else ""
    return Text(words, style=FAINT)


def _titled(part: Part, form: Form) -> RenderableType:
    rule = Rule(Text(part.title, style=FAINT), align="left", style=FAINT, characters="─")
    above = 1 if form.has("blank lines") else 0
    return Group(Padding(rule, (above, 0, 0, 0)), part.drawn)


def _lines(drawn: RenderableType, width: int) -> int:
    console = Console(width=width, highlight=False)
    return len(console.render_lines(drawn, console.options.update(width=width)))
