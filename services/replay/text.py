"""A replay's answer for people."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from itertools import groupby

from schemas.definition import model
from schemas.definition.model import Definition, Metric
from schemas.definition.units import unit_of
from schemas.readings import Reading
from services.board.digits import decimals
from services.exporter.answers import iso
from services.publisher.seconds import HINT
from services.replay.answer import Answer, Table
from services.replay.columns import column, lines
from services.replay.folding import Folded
from services.replay.periods import Row
from services.told import told
from streams.plan import Plan, types_of

PLACES = 6
"""Decimals at most; a number is rounded here and nowhere before."""
ABSENT = "-"
SO_FAR = "so far"
TYPES_TOLD = 5


def answer_lines(answered: Answer) -> Iterator[str]:
    """The whole answer."""
    plan, folded = answered.plan, answered.folded
    yield (
        f"{plan.definition.company}, {plan.definition.time_zone}: {_events(folded)} "
        f"from {iso(plan, folded.first_ms)} to {iso(plan, folded.last_ms)}"
    )
    for table in answered.tables:
        yield ""
        yield from _table(_head(plan.definition, table), table)
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
    if folded.seconds:
        yield f"{folded.seconds:,} {HINT}"
    for reason, number in folded.refused.most_common():
        yield f"{number:,} refused: {reason}"
    for one in folded.bad:
        yield f"  {one.file}, line {one.number:,}: {one.detail}"
    if sum(folded.refused.values()) > len(folded.bad):
        yield "  ..."
    counted_types = sorted({of for measure in plan.definition.measures.values() for of in types_of(measure)})
    for type_, number in folded.left_out.most_common(TYPES_TOLD):
        near = get_close_matches(type_, counted_types, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield f"{number:,} of type {told(type_)}, which no measure counts{hint}"
    for (measure, reason), number in sorted(folded.unused.items()):
        yield f"{number:,} not in {measure}: {reason}"


def _events(folded: Folded) -> str:
    counted = folded.outcomes["counted"]
    if not counted:
        return "no event"
    return f"{counted:,} {'event' if counted == 1 else 'events'}"


def _head(definition: Definition, table: Table) -> str:
    name = table.metric.name
    unit = unit_of(definition, name)
    star = "north star: " if name == definition.north_star.metric else ""
    span = " to the end of each day" if isinstance(table.window, model.RollingSpan) else ""
    return f"{star}{name}, {table.window.label}{span}" + (f", in {unit}" if unit else "")


def _table(head: str, table: Table) -> Iterator[str]:
    metric, shown = table.metric, table.rows
    yield head
    if metric.description:
        yield metric.description
    readings = [row.reading for row in shown]
    ends = isinstance(table.window, model.Lifetime)
    so_far = ["", *("" if one.complete or ends else SO_FAR for one in readings)]
    periods = column("period", [row.period.label for row in shown], left=True)
    yield from lines([periods, *_numbers(metric, readings), so_far])
    if len(shown) < table.periods:
        yield f"(the last {len(shown)} of {table.periods}; --last 0 shows all)"
    yield from _by_segment(metric, shown[-1])


def _by_segment(metric: Metric, row: Row) -> Iterator[str]:
    """Of the last period that is shown; --json has those of all."""
    for dimension, group in groupby(row.segments, key=lambda one: one.dimension):
        readings = list(group)
        yield f"by {dimension} in {row.period.label}:"
        names = column(dimension, [told(one.segment) for one in readings], left=True)
        yield from lines([names, *_numbers(metric, readings)])


def _numbers(metric: Metric, readings: Sequence[Reading]) -> Iterator[list[str]]:
    """The value, and of a ratio what is divided."""
    value = metric.value
    yield column("value", numbers([one.value for one in readings], about=isinstance(value, model.Quantile)))
    if isinstance(value, model.Ratio):
        yield column(value.numerator, numbers([one.numerator for one in readings]))
        yield column(value.denominator, numbers([one.denominator for one in readings]))


def numbers(values: Sequence[Fraction | None], *, about: bool = False) -> list[str]:
    """With as many decimals as the longest of them needs, so that they stand under each other.

    What is known ``about`` only, as a quantile is to one in a hundred, has no more of them than on a board.
    """
    there = [value for value in values if value is not None]
    places = max(map(_places, there), default=0)
    if about and there:
        places = min(places, decimals(float(max(map(abs, there)))))
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
