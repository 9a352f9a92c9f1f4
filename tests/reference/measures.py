"""What the numbers must be: the SQL of the measures' meaning, run by DuckDB over all events once each.

Nothing of our own code takes part but the definition's values: not the decoder, not the calendar, not the fold.

    lines ─ json ─▶ events(id, type, t, body) ─ matching(t, id, e, v) ─▶ a number for each moment asked
                                                        ▲
                                    moments ─ zoneinfo ─┘ spans, half open

Numbers in the events go through their JSON text, so that amounts are exact; a property must not be a number in one
event and a text in another.  Of the formats the flat one is read.
"""

import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from schemas.definition import model
from schemas.definition.model import ANY, Condition, Definition, FlatFormat, Measure, Source, Unit, Window

NEVER_MS = -(2**62)
OPERATORS = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


class Value(NamedTuple):
    """A metric at a moment; the denominator is None where nothing is divided."""

    numerator: Fraction
    denominator: Fraction | None


class Reference:
    """The accepted events of a company, and what its measures and metrics come to."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._db = duckdb.connect()
        self._db.execute("create table events (source varchar, id varchar, type varchar, t bigint, body json)")
        self._matching: dict[str, str] = {}
        self._numbers: dict[tuple[str, Window, tuple[int, ...]], list[Fraction]] = {}

    def load(self, source: str, lines: Iterable[bytes]) -> None:
        """Takes the events of a source in, each id once."""
        form = self.definition.source(source).format
        assert isinstance(form, FlatFormat)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "events.jsonl"
            with file.open("w", encoding="utf-8") as out:
                for line in lines:
                    body = json.loads(line, parse_float=str, parse_int=str)
                    row = {"id": body[form.id], "type": body[form.type], "time": body[form.time], "body": body}
                    out.write(json.dumps(row) + "\n")
            self._db.execute(
                """insert into events select ?, id, any_value(type), any_value(epoch_ms(time)), any_value(body)
                   from read_json(?, format = 'newline_delimited',
                                  columns = {id: 'varchar', type: 'varchar', time: 'timestamptz', body: 'json'})
                   group by id""",
                [source, str(file)],
            )

    def days(self) -> list[int]:
        """The last instant of each local day from the first event to the last."""
        row = self._db.execute("select min(t), max(t) from events").fetchone()
        assert row is not None
        zone = ZoneInfo(self.definition.time_zone)
        first, last = (local_day(t, zone).toordinal() for t in row)
        return [midnight(date.fromordinal(day + 1), zone) - 1 for day in range(first, last + 1)]

    def metric(self, name: str, window: Window, moments: Sequence[int]) -> list[Value | None]:
        """The metric at each moment; None where an operand that is a ratio does not exist."""
        match self.definition.metrics[name].value:
            case model.Plain(measure):
                return [Value(number, None) for number in self.measure(measure, window, moments)]
            case model.Ratio(numerator, denominator):
                operands = zip(
                    self._operand(numerator, window, moments), self._operand(denominator, window, moments), strict=True
                )
                return [None if over is None or under is None else Value(over, under) for over, under in operands]

    def measure(self, name: str, window: Window, moments: Sequence[int]) -> list[Fraction]:
        """The measure at each moment; the piece of time (day, bucket) that a moment lies in counts whole."""
        key = name, window, tuple(moments)
        if key not in self._numbers:
            measure = self.definition.measures[name]
            self._db.execute("create or replace table asked (moment bigint, begin_ms bigint, end_ms bigint)")
            self._db.execute(
                "insert into asked select unnest(?), unnest(?), unnest(?)",
                [list(column) for column in zip(*((at, *self._span(window, at)) for at in moments), strict=True)],
            )
            found = dict(self._db.execute(self._sql(measure, window)).fetchall())
            scale = 10**measure.decimals if isinstance(measure, model.Sum) else 1
            self._numbers[key] = [Fraction(int(found.get(at) or 0), scale) for at in moments]
        return self._numbers[key]

    def _operand(self, name: str, window: Window, moments: Sequence[int]) -> list[Fraction | None]:
        if name in self.definition.measures:
            return list(self.measure(name, window, moments))
        values = self.metric(name, window, moments)
        return [
            None if one is None or one.denominator == 0 else one.numerator / (one.denominator or 1) for one in values
        ]

    def _span(self, window: Window, at: int) -> tuple[int, int]:
        """From the window's start to the end of the running piece."""
        if isinstance(window, model.RollingSpan):
            end = (at // window.grain_ms + 1) * window.grain_ms
            return end - window.span_ms, end
        zone = ZoneInfo(self.definition.time_zone)
        today = local_day(at, zone)
        end = midnight(today + timedelta(days=1), zone)
        match window:
            case model.Lifetime():
                return NEVER_MS, end
            case model.RollingDays(days):
                return midnight(today - timedelta(days=days - 1), zone), end
            case model.Calendar(unit):
                return midnight(period_start(unit, today, self.definition.week_starts), zone), end

    def _sql(self, measure: Measure, window: Window) -> str:
        matching = self._matching_table(measure)
        inside = "t >= begin_ms and t < end_ms"
        match measure:
            case model.Distinct() if isinstance(window, model.Lifetime):  # active before the end: so is the first event
                counted = f"select min(t) as t, 1 as v from {matching} group by e"
            case model.Distinct():
                return f"select moment, count(distinct e) from asked join {matching} on {inside} group by moment"
            case model.Count():
                counted = f"select t, 1 as v from {matching}"
            case model.Sum():
                counted = f"select t, v from {matching}"
            case model.First():
                counted = f"select min(t) as t, 1 as v from {matching} group by e"
            case model.Repeat(within_ms=within):
                ordered = f"select t, lag(t) over (partition by e order by t, id) as before from {matching}"
                near = "" if within is None else f"and t - before <= {within}"
                counted = f"select t, 1 as v from ({ordered}) where before is not null {near}"
        instants = f"select t, sum(v) as v from ({counted}) group by t"
        return f"select moment, sum(v) from asked join ({instants}) on {inside} group by moment"

    def _matching_table(self, measure: Measure) -> str:
        """``t``, ``id``, ``e`` and ``v`` of the events of the declared type that pass ``where``, made once."""
        if measure.name not in self._matching:
            table = f"matching_{len(self._matching)}"
            source = self.definition.source(measure.source)
            self._db.execute(f"create table {table} as {_matching(measure, source)}")
            self._matching[measure.name] = table
        return self._matching[measure.name]


def _matching(measure: Measure, source: Source) -> str:
    """An event counts for an entity once, and a ``where`` on a nested list is judged per item."""
    properties = [condition.property for condition in measure.where]
    entity = () if isinstance(measure, model.Count | model.Sum) else measure.entity
    lists = {name.partition(".")[0] for name in (*properties, *entity) if "." in name}
    assert len(lists) <= 1, "this reference reads one nested list a measure"
    rows = "events"
    for name in lists:
        path = _path(source, name)
        rows = f"(select *, unnest(cast(json_extract(body, '{path}') as json[])) as item from events)"
    wheres = [f"source = '{source.name}'", *(_where(source, condition) for condition in measure.where)]
    if measure.of != ANY:
        wheres.append(f"type = '{measure.of}'")
    columns = ["id", "t"]
    if entity:
        parts = [_text(source, name) for name in entity]
        wheres += [f"{part} is not null" for part in parts]
        columns.append(f"[{', '.join(parts)}] as e")
    if isinstance(measure, model.Sum):
        amount = _text(source, measure.property)
        wheres.append(f"{amount} is not null")
        columns.append(f"cast(cast({amount} as decimal(38, 12)) * {10**measure.decimals} as hugeint) as v")
    return f"select distinct {', '.join(columns)} from {rows} where {' and '.join(wheres)}"


def _path(source: Source, name: str) -> str:
    assert isinstance(source.format, FlatFormat)
    return "$." + ".".join(f'"{part}"' for part in source.format.path(name).split("."))


def _text(source: Source, name: str) -> str:
    """A property as text, null where absent: of the event, or of the item where the name has a dot."""
    head, dot, rest = name.partition(".")
    return f"""(item ->> '$."{rest}"')""" if dot else f"(body ->> '{_path(source, head)}')"


def _where(source: Source, condition: Condition) -> str:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    text = _text(source, condition.property)
    tests = []
    for value in values:
        operator = OPERATORS["=" if condition.operator == "in" else condition.operator]
        if isinstance(value, bool):
            tests.append(f"{text} {operator} '{str(value).lower()}'")
        elif isinstance(value, str):
            quoted = value.replace("'", "''")
            tests.append(f"{text} {operator} '{quoted}'")
        else:
            tests.append(f"try_cast({text} as decimal(38, 12)) {operator} {value}")
    return f"({' or '.join(tests)})"


def local_day(t: int, zone: ZoneInfo) -> date:
    """The last date that had begun at an instant: where clocks went back over midnight its date stays."""
    here = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=t)).astimezone(zone).date()
    tomorrow = here + timedelta(days=1)
    return tomorrow if midnight(tomorrow, zone) <= t else here


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local date."""
    return round(datetime.combine(day, time.min, zone).timestamp()) * 1000


def period_start(unit: Unit, day: date, week_starts: str) -> date:
    """The first date of the period that holds a date."""
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday() if week_starts == "monday" else (day.weekday() + 1) % 7)
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
