"""Metrics in rows: the inputs of the north star, and the KPIs of departments."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from services.board.drawn import marks
from services.board.drawn.colours import FAINT
from services.board.drawn.form import Form
from services.board.drawn.tables import Column, column, number_column, table
from services.board.drawn.words import by, window, with_unit
from services.board.view import Department, Kpi


def inputs(kpis: Sequence[Kpi], form: Form) -> RenderableType:
    """Each with its owner."""
    return table(_columns(kpis), form.width)


def departments(told: Sequence[Department], form: Form) -> RenderableType:
    """Each by its name, with its metrics."""
    kpis = [kpi for one in told for kpi in one.kpis]
    names = [one.name if number == 0 else "" for one in told for number, _ in enumerate(one.kpis)]
    return table([column("department", [Text(name, style="bold") for name in names]), *_columns(kpis)], form.width)


def _columns(kpis: Sequence[Kpi]) -> list[Column]:
    lines = [kpi.line for kpi in kpis]
    return [
        column("metric", [line.metric for line in lines]),
        column("window", [Text(window(line), style=FAINT) for line in lines]),
        number_column("value", [Text(with_unit(one.value, one.unit), style="bold") for one in lines], head="now"),
        column("trail", *([marks.trail(line, cells) for line in lines] for cells in (marks.LONG, marks.SHORT))),
        column("trend", *([marks.trend(line, wide=wide) for line in lines] for wide in (True, False)), head="trend"),
        column("target", [_target(kpi) for kpi in kpis], head="target"),
        column("course", [marks.course(kpi.aim) for kpi in kpis]),
        column("owner", [Text(line.owner, style=FAINT) for line in lines], head="owner"),
    ]


def _target(kpi: Kpi) -> str:
    return "" if kpi.aim is None else f"{with_unit(kpi.aim.target, kpi.line.unit)} {by(kpi.aim.by)}".rstrip()
