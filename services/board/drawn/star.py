"""The north star: its value, where it should be at the end and today, and the way it went."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.board.digits import large, short
from services.board.drawn import marks
from services.board.drawn.colours import FAINT
from services.board.drawn.form import Form
from services.board.drawn.words import by, percent, window, with_unit
from services.board.view import Aim, Kpi, Line

LONGEST, SHORTEST = 32, 8
"""Cells of the bar."""
NARROW = 64
"""Below this there is no room beside the digits."""
TREND_CELLS = 24
BETWEEN = 4


def star(kpi: Kpi, form: Form) -> RenderableType:
    """Three lines of digits beside where it stands, or the same in lines alone."""
    line = kpi.line
    if not form.has("large digits") or form.width < NARROW:
        value = Text.assemble((f"{with_unit(line.value, line.unit)}  ", "bold"), no_wrap=True, overflow="ellipsis")
        return Group(value.append_text(_title(line, form.width - len(value))), *_standing(kpi, form.width))
    rows = large(short(line.value))
    columns = Table.grid(padding=(0, BETWEEN))
    columns.add_row(
        Text("\n".join(rows), style="bold", no_wrap=True),
        Group(*_standing(kpi, form.width - len(rows[0]) - BETWEEN)),
    )
    parts: list[RenderableType] = [_title(line, form.width), columns, _trail(line, form.width)]
    if form.has("blank lines"):
        parts = [parts[0], Text(""), columns, Text(""), parts[-1]]
    return Group(*parts)


def _title(line: Line, width: int) -> Text:
    title = Text.assemble((line.metric, "bold"), no_wrap=True, overflow="ellipsis")
    title.append(f"  {window(line)}", style=FAINT)
    owner = f"  {line.owner}" if line.owner else ""
    return title.append(owner, style=FAINT) if title.cell_len + len(owner) <= width else title


def _trail(line: Line, width: int) -> Text:
    drawn = marks.trail(line, width - TREND_CELLS)
    if not drawn.plain:
        return drawn
    for trend in (marks.trend(line, wide=True), marks.trend(line, wide=False), Text("")):
        if drawn.cell_len + 2 + trend.cell_len <= width:
            break
    return drawn.append("  ").append_text(trend)


def _standing(kpi: Kpi, width: int) -> list[Text]:
    line, aim, texts = kpi.line, kpi.aim, []
    if aim is None:
        texts.append(Text("no target", style=FAINT))
    else:
        texts += [_target(aim, line.unit), _way(aim, width), _path(aim, line.unit)]
    if line.is_calendar:
        texts.append(Text(f"last full {line.window} {with_unit(line.finished, line.unit)}"))
    return [text for text in texts if text.plain]


def _target(aim: Aim, unit: str) -> Text:
    least = "at most " if aim.better == "lower" else ""
    begun = "" if aim.base is None else f"from {with_unit(aim.base, unit)}"
    return Text(" ".join(filter(None, (f"target {least}{with_unit(aim.target, unit)}", by(aim.by), begun))))


def _way(aim: Aim, width: int) -> Text:
    """The bar, and how much of the way that is."""
    if aim.share is None:
        return Text("")
    words = f" {percent(aim.share)} of the {'target' if aim.base is None else 'way'}"
    words += ", reached" if aim.reached else ", not reached"
    return marks.bar(aim, min(LONGEST, max(SHORTEST, width - len(words)))).append(words)


def _path(aim: Aim, unit: str) -> Text:
    """Where it should be by now, and whether it is."""
    if aim.path is None:
        return Text("no path: nothing says where it should be by now", style=FAINT)
    return marks.course(aim).append("  ").append(f"{marks.PATH} today's path {with_unit(aim.path, unit)}", style=FAINT)
