"""A replay's answer for people."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction

from schemas.definition import model
from schemas.definition.units import unit_of
from services.exporter.answers import iso
from services.replay.answer import Answer, Table, last_rows
from services.replay.folding import Folded
from services.replay.periods import Row
from services.told import told
from streams.plan import Plan

PLACES = 6
"""Decimals at most; a number is rounded here and nowhere before."""
ABSENT = "-"
SO_FAR = "so far"
TYPES_TOLD = 5


def lines(answered: Answer, last: int | None) -> Iterator[str]:
    """The whole answer."""
    plan, folded = answered.plan, answered.folded
    yield (
        f"{plan.definition.company}, {plan.definition.time_zone}: {_events(folded)} "
        f"from {iso(plan, folded.first_ms)} to {iso(plan, folded.last_ms)}"
    )
    for table in answered.tables:
        yield ""
        yield from _table(unit_of(plan.definition, table.metric.name), table, last_rows(table, last))
    yield ""
    yield from what_became(plan, folded)


def what_became(plan: Plan, folded: Folded) -> Iterator[str]:
    """How many events counted, and why others did not."""
    outcomes = folded.outcomes
    yield f"{_events(folded)} counted"
    if outcomes["duplicate"]:
        yield f"{outcomes['duplicate']:,} with an id that had come before: not counted again"
    if outcomes["ahead"]:
        yield f"{outcomes['ahead']:,} at or after that moment: left out"
    for reason, number in folded.refused.most_common():
        yield f"{number:,} refused: {reason}"
    for one in folded.bad:
        yield f"  {one.file}, line {one.number:,}: {one.detail}"
    if sum(folded.refused.values()) > len(folded.bad):
        yield "  ..."
    counted_types = sorted({measure.of for measure in plan.definition.measures.values()})
    for type_, number in folded.left_out.most_common(TYPES_TOLD):
        near = get_close_matches(type_, counted_types, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield f"{number:,} of type {told(type_)}, which no measure counts{hint}"
    for (measure, reason), number in sorted(folded.unused.items()):
        yield f"{number:,} not in {measure}: {reason}"


def _events(folded: Folded) -> str:
    counted = folded.outcomes["counted"]
    return f"{counted:,} {'event' if counted == 1 else 'events'}"


def _table(unit: str, table: Table, shown: Sequence[Row]) -> Iterator[str]:
    metric = table.metric
    yield f"{metric.name}, {table.window.label}" + (f", in {unit}" if unit else "")
    if metric.description:
        yield metric.description
    readings = [row.reading for row in shown]
    columns = [_column("period", [row.period.label for row in shown], left=True)]
    columns.append(_column("value", numbers([one.value for one in readings])))
    if isinstance(metric.value, model.Ratio):
        columns.append(_column(metric.value.numerator, numbers([one.numerator for one in readings])))
        columns.append(_column(metric.value.denominator, numbers([one.denominator for one in readings])))
    ends = isinstance(table.window, model.Lifetime)
    columns.append(["", *("" if one.complete or ends else SO_FAR for one in readings)])
    for cells in zip(*columns, strict=True):
        yield "  ".join(cells).rstrip()
    left_out = len(table.rows) - len(shown)
    if left_out:
        yield f"(the last {len(shown)} of {len(table.rows)}; --last 0 shows all)"


def _column(head: str, cells: list[str], *, left: bool = False) -> list[str]:
    width = max(map(len, [head, *cells]))
    return [cell.ljust(width) if left else cell.rjust(width) for cell in [head, *cells]]


def numbers(values: Sequence[Fraction | None]) -> list[str]:
    """With as many decimals as the longest of them needs, so that they stand under each other."""
    places = max((_places(value) for value in values if value is not None), default=0)
    return [ABSENT if value is None else number(value, places) for value in values]


def number(value: Fraction, places: int) -> str:
    """Rounded half to even, once, from the exact value."""
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole:,}.{rest:0{places}}" if places else f"{sign}{whole:,}"


def _places(value: Fraction) -> int:
    usual = (0, *range(2, PLACES))  # 10.10 as money is written, not 10.1
    return next((places for places in usual if (value * 10**places).denominator == 1), PLACES)
