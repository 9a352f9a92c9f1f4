"""What a replay says: every metric asked for, in each of its windows, period by period."""

from collections.abc import Collection
from datetime import datetime
from difflib import get_close_matches

import msgspec

from schemas.definition import model
from schemas.definition.model import Metric, Unit, Window
from schemas.errors import CommandError
from services.exporter.answers import Json, about, iso, reading_json
from services.exporter.shown import Trust
from services.replay.folding import Folded
from services.replay.periods import Row, rows
from streams.plan import Plan
from streams.readings import AsOf, Readings

DAILY_ROWS = 12
"""Of windows that are read at the end of every day, unless another number is asked for."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which metrics (none named: all), which window, how many rows of each, and before which moment."""

    metrics: tuple[str, ...] = ()
    window: str | None = None
    last: int | None = None
    before_ms: int | None = None


class Table(msgspec.Struct, frozen=True):
    """One metric over one window."""

    metric: Metric
    window: Window
    rows: list[Row]


class Answer(msgspec.Struct, frozen=True):
    """Everything asked for, and how far it reaches; ``as_of_ms`` is where the files end, or were made to end."""

    plan: Plan
    folded: Folded
    as_of_ms: int
    tables: list[Table]


def answer(plan: Plan, folded: Folded, asked: Asked) -> Answer:
    """The readings of what was folded, which must hold an event."""
    as_of_ms = folded.last_ms if asked.before_ms is None else asked.before_ms
    last_ms = folded.last_ms if asked.before_ms is None else asked.before_ms - 1
    readings = Readings(plan, folded.cells, AsOf(as_of_ms, as_of_ms))
    tables = [
        Table(metric, window, rows(plan, readings, (metric.name, window), (folded.first_ms, last_ms)))
        for metric, window in chosen(plan, asked)
    ]
    return Answer(plan, folded, as_of_ms, tables)


def chosen(plan: Plan, asked: Asked) -> list[tuple[Metric, Window]]:
    """Raises CommandError where a metric or window is asked for that is not there."""
    metrics = plan.definition.metrics
    for name in asked.metrics:
        if name not in metrics:
            raise CommandError(f"there is no metric {name}{_nearest(name, metrics)}")
    found = [metrics[name] for name in asked.metrics] or list(metrics.values())
    pairs = [(one, window) for one in found for window in one.windows if asked.window in {None, window.label}]
    if not pairs:
        labels = dict.fromkeys(window.label for one in found for window in one.windows)
        raise CommandError(f"no metric is read over {asked.window}; there are {', '.join(labels)}")
    return pairs


def last_rows(table: Table, last: int | None) -> list[Row]:
    """Those that people are shown: all, or the last ones of what is read day by day; 0 asks for all."""
    if last is None:
        periodic = isinstance(table.window, model.Calendar) and table.window.unit is not Unit.DAY
        last = 0 if periodic else DAILY_ROWS
    return table.rows[-last:]


def as_json(answered: Answer, asked: Asked) -> Json:
    """The whole answer for machines: readings as the exporter's, one a period."""
    plan, folded = answered.plan, answered.folded
    trust = Trust(AsOf(answered.as_of_ms, answered.as_of_ms), 1.0)

    def row(one: Row) -> Json:
        whole = {"period": one.period.label, "at": iso(plan, one.period.at_ms)} | reading_json(plan, one.reading, trust)
        parts = [reading_json(plan, part, trust) for part in one.segments]
        return whole | {"segments": parts} if parts else whole

    kept = [(table, table.rows[-(asked.last or 0) :]) for table in answered.tables]
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
        "readings": [row(one) for _, rows_ in kept for one in rows_],
    }


def moment(plan: Plan, text: str) -> int:
    """ISO 8601, in the company's zone where it has no offset; raises CommandError."""
    try:
        given = datetime.fromisoformat(text)
        zoned = given if given.tzinfo else given.replace(tzinfo=plan.calendar.zone)
        return round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise CommandError(f"{text} is no moment; write 2027-04-01, or 2027-04-01T12:00+02:00") from None


def _nearest(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, 1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
