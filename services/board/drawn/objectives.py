"""Objectives: each key result as a bar, with a stroke where its path is today."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from services.board.digits import short
from services.board.drawn import marks
from services.board.drawn.colours import FAINT
from services.board.drawn.form import Form
from services.board.drawn.tables import Column, column, number_column, table, tables
from services.board.drawn.words import judged_window, percent, with_unit
from services.board.view import KeyResult, Objective

BAR, SMALL_BAR = 20, 10


def behind(objectives: Sequence[Objective]) -> tuple[KeyResult, ...]:
    """The key results that are behind, of all objectives."""
    return tuple(one for objective in objectives for one in objective.key_results if one.aim.course == "behind")


def all_objectives(objectives: Sequence[Objective], form: Form) -> RenderableType:
    """The objective in words, and its key results below it; all in the same columns."""
    results = [one for objective in objectives for one in objective.key_results]
    owners = [
        "" if one.owner == objective.owner else one.owner for objective in objectives for one in objective.key_results
    ]
    sizes = [len(one.key_results) for one in objectives]
    parts: list[RenderableType] = []
    for objective, rows in zip(objectives, tables(_columns(results, owners), form.width, sizes), strict=True):
        name = Text.assemble((objective.name, "bold"), no_wrap=True, overflow="ellipsis")
        parts += [name.append(f"  {objective.owner}" if objective.owner else "", style=FAINT), rows]
    return Group(*parts)


def only_behind(objectives: Sequence[Objective], form: Form) -> RenderableType:
    """Those that need a look, without the objectives."""
    results = behind(objectives)
    return table(_columns(results, [one.owner for one in results]), form.width)


def _columns(results: Sequence[KeyResult], owners: Sequence[str]) -> list[Column]:
    return [
        column("name", [f"  {one.name}" for one in results]),
        column("span", [Text(judged_window(one.window), style=FAINT) for one in results]),
        number_column("value", [Text(_value(one), style="bold") for one in results]),
        column("target", [Text(f"of {short(one.aim.target)}", style=FAINT) for one in results]),
        column("held", [Text(_held(one), style=FAINT) for one in results]),
        column("bar", *([marks.bar(one.aim, cells) for one in results] for cells in (BAR, SMALL_BAR))),
        number_column("share", ["" if one.aim.share is None else percent(one.aim.share) for one in results]),
        column("course", [marks.course(one.aim) for one in results]),
        column("by", [Text(f"by {one.aim.by}" if one.aim.by else "", style=FAINT) for one in results]),
        column("owner", [Text(owner, style=FAINT) for owner in owners]),
    ]


def _value(result: KeyResult) -> str:
    return with_unit(result.aim.value, result.unit)


def _held(result: KeyResult) -> str:
    """For how long, of how long it should be; what was held once is held."""
    if result.for_days is None or result.held_days is None or result.longest_days is None:
        return ""
    if result.longest_days >= result.for_days:
        return f"was held {short(result.for_days)} days"
    return f"held {short(result.held_days)} of {short(result.for_days)} days"
