"""The board as rich draws it, for any width from 80 on."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from services.board.digits import large, short, sparkline
from services.board.view import Guardrail, Line, Star, View

# Okabe and Ito's colours, which colour-blind people can tell apart; each comes with a word or a sign
GOOD, WATCH, BAD, FAINT = "#56b4e9", "#e69f00", "#d55e00", "bright_black"
WIDE = 100
BAR = 24
STALE_S = 60
NUMBERS = ("now", "judged")
"""Heads of columns that stand to the right."""
REFUSED = ("late", "ahead", "refused")


def board(view: View, width: int, now: datetime) -> RenderableType:
    """Everything, from the north star down to the pipeline."""
    parts: list[RenderableType] = [_head(view), Text(""), _star(view.star, width)]
    if view.inputs:
        parts += [_rule("inputs"), _inputs(view.inputs, width)]
    if view.guardrails:
        parts += [_rule("guardrails"), _guardrails(view.guardrails, width)]
    parts += [_rule("pipeline"), _pipeline(view, now)]
    return Group(*parts)


def notice(text: str, view: View | None, width: int, now: datetime) -> RenderableType:
    """That there is nothing new to show, above what was shown last."""
    words = Text(f"! {text}", style=f"bold {BAD}")
    if view is None:
        return Group(words, Text("Asking again every second.", style=FAINT))
    return Group(words, Text("What follows is what it said last.", style=FAINT), Text(""), board(view, width, now))


def _head(view: View) -> RenderableType:
    table = Table.grid(expand=True)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(
        Text(view.company, style="bold"), Text(f"{view.time_zone} · definition {view.definition}", style=FAINT)
    )
    return table


def _rule(title: str) -> RenderableType:
    return Padding(Rule(Text(title, style=FAINT), align="left", style=FAINT, characters="─"), (1, 0, 0, 0))


def _star(star: Star, width: int) -> RenderableType:
    line = star.line
    title = Text(line.metric, style="bold")
    title.append(f"  {_window(line)}", style=FAINT)
    digits = Text("\n".join(large(short(line.value))), style="bold", no_wrap=True)
    columns = Table.grid(padding=(0, 4))
    columns.add_row(digits, Group(*_standing(star)))
    drawn = sparkline(line.history.values, width - 24)
    trail = Text(drawn, style=GOOD)
    if drawn:
        trail.append_text(Text("  ")).append_text(_trend(line, wide=True))
    return Group(title, Text(""), columns, Text(""), trail)


def _standing(star: Star) -> list[Text]:
    line, texts = star.line, []
    if line.is_calendar:
        texts.append(Text(f"last full {line.window} {_with_unit(line.finished, line)}"))
    if star.target is None:
        return [*texts, Text("no target", style=FAINT)]
    by = f" by {star.by}" if star.by else ""
    least = "at most " if star.better == "lower" else ""
    begun = "" if star.base is None else f" from {_with_unit(star.base, line)}"
    texts.insert(0, Text(f"target {least}{_with_unit(star.target, line)}{by}{begun}"))
    if star.share is not None:
        filled = max(0, min(BAR, int(star.share * BAR)))
        style = GOOD if star.reached else WATCH
        bar = Text("█" * filled, style=style).append("░" * (BAR - filled), style=FAINT)
        texts.append(bar.append(f" {star.share:.1%} ", style=style))
        texts[-1].append("reached" if star.reached else "not yet", style=style)
    return texts


def _inputs(lines: tuple[Line, ...], width: int) -> RenderableType:
    wide = width >= WIDE
    table = _columns("", "", "now", "", "trend")
    for line in lines:
        table.add_row(
            line.metric,
            Text(_window(line), style=FAINT),
            Text(_with_unit(line.value, line), style="bold"),
            Text(sparkline(line.history.values, 30 if wide else 13), style=GOOD),
            _trend(line, wide=wide),
        )
    return table


def _guardrails(guardrails: tuple[Guardrail, ...], width: int) -> RenderableType:
    table = _columns("", "", "judged", "", "limits")
    for one in guardrails:
        kept = {True: Text("kept", style=GOOD), False: Text("! broken", style=f"bold {BAD}"), None: Text("no reading")}
        bounds = [f"{name} {short(limit)}" for name, limit in (("min", one.min), ("max", one.max)) if limit is not None]
        table.add_row(
            one.line.metric,
            Text(_judged(one.line), style=FAINT),
            Text(_with_unit(one.line.comparable, one.line), style="bold"),
            Text(sparkline(one.line.history.values, 30 if width >= WIDE else 13), style=GOOD),
            Text(" ".join(bounds) + "  ") + kept[one.kept],
        )
    return table


def _pipeline(view: View, now: datetime) -> RenderableType:
    grid = Table.grid(padding=(0, 3))
    grid.add_row(Text("as of"), _freshness(view, now))
    lag = view.numbers.lag
    late = Text(
        "unknown: Kafka does not answer" if lag is None else f"{lag:,} events", style=WATCH if lag is None else ""
    )
    grid.add_row(Text("lag"), late)
    outcomes = view.numbers.outcomes
    rate = "" if view.rate is None else f"{view.rate:,.1f} a second, "
    events = Text(f"{rate}{outcomes['counted']:,} counted")
    for outcome in ("duplicate", *REFUSED):
        if outcomes.get(outcome):
            mark = "! " if outcome in REFUSED else ""
            events.append(f", {mark}{outcomes[outcome]:,} {outcome}", style=WATCH if outcome in REFUSED else FAINT)
    grid.add_row(Text("events"), events)
    return grid


def _freshness(view: View, now: datetime) -> Text:
    if view.as_of is None:
        return Text("nothing read yet", style=WATCH)
    age = max(0, (now - view.as_of).total_seconds())
    text = Text(f"{view.as_of:%Y-%m-%d %H:%M:%S}, {_age(age)} ago")
    if age > STALE_S:
        text.append("  ! stale", style=f"bold {WATCH}")
    if view.completeness < 1:
        text.append(f"  {view.completeness:.0%} of partitions up to date", style=WATCH)
    return text


def _age(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def _window(line: Line) -> str:
    return f"{line.window}, so far" if line.is_calendar else line.window


def _judged(line: Line) -> str:
    """What ``comparable`` is of: a running period is held against no limit."""
    return f"last full {line.window}" if line.is_calendar else line.window


def _trend(line: Line, *, wide: bool) -> Text:
    history = line.history
    if history.trend is None:
        return Text("")
    period = f" {line.window}" if wide else ""
    full = Text(f"last full{period} ", style=FAINT) if line.is_calendar else Text("")
    sign = "▲" if history.trend > 0 else "▼" if history.trend < 0 else "="
    against = f" on {history.against}" if wide else ""
    return full.append(f"{sign} {abs(history.trend):.1%}", style="default").append(against, style=FAINT)


def _with_unit(value: float | None, line: Line) -> str:
    return short(value) if value is None or not line.unit else f"{short(value)} {line.unit}"


def _columns(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=FAINT)
    for head in heads:
        table.add_column(head, justify="right" if head in NUMBERS else "left", no_wrap=True)
    return table
