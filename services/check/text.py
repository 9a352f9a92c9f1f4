"""What a check says to people: a line with file and line for each piece of advice, why, and what would be better."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from schemas.advice.judging import Idle, Judgement, Told
from schemas.advice.observed import Behaviour
from schemas.advice.rule import ErrorRule, Rule, Severity
from schemas.advice.rules import EVERY
from services.check.observing import Seen
from services.check.summary import plural
from services.exporter.answers import iso
from services.replay.columns import column, lines
from services.replay.text import ABSENT, what_became

_STYLE: dict[Severity, str] = {"advice": "#56b4e9", "warning": "#e69f00", "error": "#d55e00"}
_FAINT = "bright_black"
LEGEND: Final = (
    "noise: how much readings spread; chance: how much chance alone would spread them; zero: periods of nothing;",
    "behind: the entities or events behind a reading; -: too few complete periods to tell",
)
"""What the columns of how metrics behaved are; docs/choosing.md has them exactly."""


def printable(text: str) -> str:
    """Names of files may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def advice(file: str, judgement: Judgement) -> Iterator[RenderableType]:
    """Everything that was found, each rule explained once, then what was silenced, and what for nothing."""
    explained: set[str] = set()
    for one in judgement.told:
        yield Text("")
        yield Text(f"{file}:{one.place.line}: {one.place.path}: {one.text}", style="bold")
        named = ("rule", _named(one.rule))
        yield _indented((named,)) if one.rule.id in explained else _about(one.rule, named)
        explained.add(one.rule.id)
    if judgement.silenced or judgement.idle:
        yield Text("")
    yield from (Text(_silenced(file, one), style=_FAINT) for one in judgement.silenced)
    yield from (Text(_idle(file, one), style=_FAINT) for one in judgement.idle)


def _silenced(file: str, one: Told) -> str:
    return f"{file}:{one.place.line}: {one.rule.id} is silenced: {one.because}"


def _idle(file: str, one: Idle) -> str:
    return f"{file}:{one.place.line}: {one.rule} is silenced, and has nothing to say: leave the silence out"


def all_rules() -> Iterator[RenderableType]:
    """Every rule, whatever a definition holds."""
    for number, rule in enumerate(EVERY):
        if number:
            yield Text("")
        yield Text(rule.id, style="bold")
        yield _about(rule, (rule.severity, Text(rule.title, style=_STYLE[rule.severity])))


def _named(rule: Rule) -> Text:
    return Text.assemble((f"{rule.severity} ", _STYLE[rule.severity]), f"{rule.id}: {rule.title}")


def _about(rule: Rule | ErrorRule, first: tuple[str, Text]) -> RenderableType:
    return _indented((first, ("why", Text(rule.reason)), ("better", Text(rule.example))))


def _indented(rows: Iterable[tuple[str, Text]]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(min_width=7)
    for name, told in rows:
        grid.add_row(Text(name, style=_FAINT), told)
    return Padding(grid, (0, 0, 0, 2))


def behaviour(seen: Seen) -> Iterator[RenderableType]:
    """How each metric would have behaved, and what became of the events."""
    observed = seen.observed
    yield Text("")
    yield Text(
        f"as it would have been from {iso(seen.plan, observed.first_ms)} to {iso(seen.plan, observed.last_ms)}",
        style="bold",
    )
    yield from (Text(f"  {line}") for line in _table(observed.behaviours))
    yield from (Text(f"  {line}", style=_FAINT) for line in LEGEND)
    if observed.not_given:
        yield Text(f"  no file of {' or '.join(observed.not_given)} was given: what rests on it is left out")
    for line in what_became(seen.plan, seen.folded):
        yield Text(f"  {printable(line)}")


def _table(behaviours: Sequence[Behaviour]) -> Iterator[str]:
    """As wide as the names are: one that is cut or folded cannot be looked for."""
    return lines(
        [
            column("metric", [one.metric for one in behaviours], left=True),
            column("window", [one.window.label for one in behaviours], left=True),
            column("level", [_number(one.level) for one in behaviours]),
            column("noise", [_percent(one.noise) for one in behaviours]),
            column("chance", [_percent(one.expected_error) for one in behaviours]),
            column("zero", [_percent(one.zero_share) for one in behaviours]),
            column("periods", [f"{one.periods:,}" for one in behaviours]),
            column("behind", [_number(one.behind) for one in behaviours]),
        ]
    )


def _number(value: float | None) -> str:
    if value is None:
        return ABSENT
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - digits


def _percent(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.1%}"


def conclusion(judgement: Judgement) -> str:
    """How much advice there is, in one line."""
    warnings = sum(one.rule.severity == "warning" for one in judgement.told)
    found = [plural(warnings, "warning")] if warnings else []
    if pieces := len(judgement.told) - warnings:
        found.append("1 piece of advice" if pieces == 1 else f"{pieces} pieces of advice")
    return f"{' and '.join(found)}; check: {{silence: ...}} is for what you decide against, with the reason"
