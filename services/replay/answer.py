"""What a replay says: every metric asked for, in each of its windows, period by period."""

from collections.abc import Collection
from difflib import get_close_matches

import msgspec

from schemas.definition import model
from schemas.definition.model import Metric, Unit, Window
from schemas.errors import CommandError
from services.exporter.answers import Json, about, iso, reading_json
from services.exporter.shown import Trust
from services.moments import moment_in
from services.replay.extent import extent
from services.replay.folding import Folded
from services.replay.periods import Row, periods, rows
from streams.plan import Plan
from streams.readings import AsOf, Readings

DAILY_ROWS = 12
"""Of windows that are read at the end of every day, unless another number is asked for."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which metrics (none named: all), which window, how many rows of each, and before which moment.

    ``last`` is the number of periods (0: all); None is all of them for machines, and what ``_most`` says for people.
    """

    metrics: tuple[str, ...] = ()
    window: str | None = None
    last: int | None = None
    before_ms: int | None = None
    for_people: bool = False


class Table(msgspec.Struct, frozen=True):
    """One metric over one window: the last rows, as many as were asked for, of so many periods."""

    metric: Metric
    window: Window
    rows: list[Row]
    periods: int


class Answer(msgspec.Struct, frozen=True):
    """Everything asked for, and how far it reaches; ``as_of_ms`` is where the files end, or were made to end."""

    plan: Plan
    folded: Folded
    as_of_ms: int
    tables: list[Table]


def answer(plan: Plan, folded: Folded, asked: Asked) -> Answer:
    """The readings of what was folded, which must hold an event; raises CommandError where it reaches too far."""
    as_of_ms = folded.last_ms if asked.before_ms is None else asked.before_ms
    reached = extent(plan, folded, asked.before_ms)
    readings = Readings(plan, folded.cells, AsOf(as_of_ms, as_of_ms))
    tables = []
    for metric, window in chosen(plan, asked):
        every = list(periods(plan, window, reached))
        told = every[-_most(window, asked) :]  # what is not told is not read: it may be many years
        tables.append(Table(metric, window, rows(readings, (metric.name, window), told), len(every)))
    return Answer(plan, folded, as_of_ms, tables)


def chosen(plan: Plan, asked: Asked) -> list[tuple[Metric, Window]]:
    """In the order asked for, else in the file's, of which people are told the north star first.

    Raises CommandError where a metric or window is asked for that is not there.
    """
    metrics = plan.definition.metrics
    for name in asked.metrics:
        if name not in metrics:
            raise CommandError(f"there is no metric {name}{_nearest(name, metrics)}")
    found = [metrics[name] for name in asked.metrics] or list(metrics.values())
    pairs = [(one, window) for one in found for window in one.windows if asked.window in {None, window.label}]
    if not pairs:
        labels = dict.fromkeys(window.label for one in found for window in one.windows)
        raise CommandError(f"no metric is read over {asked.window}; there are {', '.join(labels)}")
    if asked.for_people and not asked.metrics:
        pairs.sort(key=lambda pair: pair[0].name != plan.definition.north_star.metric)
    return pairs


def _most(window: Window, asked: Asked) -> int:
    """How many of the last periods; 0 is all."""
    if asked.last is not None or not asked.for_people:
        return asked.last or 0
    periodic = isinstance(window, model.Calendar) and window.unit is not Unit.DAY
    return 0 if periodic else DAILY_ROWS


def as_json(answered: Answer) -> Json:
    """The whole answer for machines: readings as the exporter's, one a period."""
    plan, folded = answered.plan, answered.folded
    trust = Trust(AsOf(answered.as_of_ms, answered.as_of_ms), 1.0)

    def row(one: Row) -> Json:
        whole = {"period": one.period.label, "at": iso(plan, one.period.at_ms)} | reading_json(plan, one.reading, trust)
        parts = [reading_json(plan, part, trust) for part in one.segments]
        return whole | {"segments": parts} if parts else whole

    return about(plan) | {
        "events": {
            "first": iso(plan, folded.first_ms),
            "last": iso(plan, folded.last_ms),
            "outcomes": dict(folded.outcomes),
            "refused": dict(folded.refused),
            "of_types_that_no_measure_counts": dict(folded.left_out),
            "unused": [
                {"measure": measure, "reason": reason, "events": number}
                for (measure, reason), number in sorted(folded.unused.items())
            ],
        },
        "as_of": iso(plan, answered.as_of_ms),
        "readings": [row(one) for table in answered.tables for one in table.rows],
    }


def moment(plan: Plan, text: str) -> int:
    """ISO 8601, in the company's zone where it has no offset; raises CommandError."""
    try:
        return moment_in(plan.calendar.zone, text)
    except ValueError:
        raise CommandError(f"{text} is no moment; write 2027-04-01, or 2027-04-01T12:00+02:00") from None


def _nearest(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, 1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
