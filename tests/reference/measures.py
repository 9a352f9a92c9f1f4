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
from datetime import date
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from schemas.definition import model
from schemas.definition.arithmetic import names_in, written
from schemas.definition.model import Condition, Definition, FlatFormat, Measure, Window
from tests.reference.carried import ADDED_UP, by_value_sql, in_segment, in_segment_sql, measures_under, shown
from tests.reference.matching import matching_sql, text_of
from tests.reference.reckoning import Value, divided, reckoned
from tests.reference.settled import settled_sql, within_sql
from tests.reference.spread import BINS, longest, spread_sql, told
from tests.reference.stretches import FOR_EVER_MS, NEVER_MS, LocalTime, Stretch, local_day, midnight

PARTS = {
    model.Part.NEW: "now and not before and not earlier",
    model.Part.RETAINED: "now and before",
    model.Part.RESURRECTED: "now and not before and earlier",
    model.Part.DORMANT: "before and not now",
    model.Part.ACTIVE: "now",
}


class Reference:
    """The accepted events of a company, and what its measures and metrics come to."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._db = duckdb.connect()
        self._db.execute("create table events (source varchar, id varchar, type varchar, t bigint, body json)")
        self._matching: dict[str, str] = {}
        self._numbers: dict[tuple[str, str | bool, tuple[Stretch, ...]], list[Fraction]] = {}
        self._looking: tuple[str, str] | None = None
        self._places: list[tuple[str, ...]] = []
        self._by_value: dict[tuple[str, str, tuple[Stretch, ...]], list[dict[str, int]]] = {}
        self._lives: dict[tuple[str, str, tuple[Stretch, ...]], str] = {}
        self._within: dict[str, str] = {}
        self._time = LocalTime(ZoneInfo(definition.time_zone), definition.week_starts)

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

    def metric(
        self, name: str, window: Window, moments: Sequence[int], as_of_ms: int = FOR_EVER_MS
    ) -> list[Value | None]:
        """The metric at each moment, all read up to ``as_of_ms``; None where something it stands on does not exist."""
        return self._metric(name, window, [self._time.stretch(window, at, as_of_ms) for at in moments])

    def pace(self, name: str, window: Window, moments: Sequence[int]) -> list[Value | None]:
        """The metric over as many days of the calendar period before each moment's."""
        stretches = (self._time.stretch(window, at, NEVER_MS) for at in moments)
        return self._metric(name, window, [self._time.before(window, one, 1) for one in stretches])

    def measure(self, name: str, window: Window, moments: Sequence[int]) -> list[Fraction]:
        """The measure at each moment; the piece of time (day, bucket) that a moment lies in counts whole."""
        stretches = [self._time.stretch(window, at, NEVER_MS) for at in moments]
        return self._measure(self.definition.measures[name], window, stretches)

    def _metric(self, name: str, window: Window, stretches: list[Stretch]) -> list[Value | None]:
        match self.definition.metrics[name].value:
            case model.Plain(measure):
                return [Value(one, None) for one in self._measure(self.definition.measures[measure], window, stretches)]
            case model.Ratio(numerator, denominator):
                return divided(
                    self._operand(numerator, window, stretches), self._operand(denominator, window, stretches)
                )
            case model.Formula(expression):
                columns = {one: self._operand(one, window, stretches) for one in names_in(expression)}
                rows = ({one: column[n] for one, column in columns.items()} for n in range(len(stretches)))
                return [reckoned(written(expression), row) for row in rows]
            case model.Growth(of, periods):
                now = self._operand(of, window, stretches)
                before = self._operand(of, window, [self._time.before(window, one, periods) for one in stretches])
                change = [None if a is None or b is None else a - b for a, b in zip(now, before, strict=True)]
                return divided(change, before)
            case model.Quantile(spread, up_to):
                numbers = self._quantile(self.definition.measures[spread], Fraction(up_to), window, stretches)
                return [None if one is None else Value(one, None) for one in numbers]
            case model.Share(of, dimension, segments):
                whole = self.definition.measures[of]
                part = self._part(whole, dimension, segments)
                return divided(self._measure(part, window, stretches), self._measure(whole, window, stretches))

    def segment(self, name: str, of: tuple[str, str], window: Window, moments: Sequence[int]) -> list[Value | None]:
        """The metric at each moment in a segment, (dimension, value), of what is remembered of entities."""
        self._looking = of
        try:
            return self.metric(name, window, moments)
        finally:
            self._looking = None

    def carried(
        self, name: str, dimension: str, window: Window, moments: Sequence[int], as_of_ms: int = FOR_EVER_MS
    ) -> list[dict[str, Value | None]]:
        """The metric at each moment in each segment of what each event carries; ``other`` and ``none`` always."""
        self._places = self._shown(name, dimension, window, moments)
        found: list[dict[str, Value | None]] = [{} for _ in moments]
        try:
            for segment in {one for places in self._places for one in places} | {"other", "none"}:
                self._looking = dimension, segment
                values = self.metric(name, window, moments, as_of_ms)
                for segments, value, places in zip(found, values, self._places, strict=True):
                    if segment in (*places, "other", "none"):
                        segments[segment] = value
        finally:
            self._looking = None
        return found

    def _shown(self, name: str, dimension: str, window: Window, moments: Sequence[int]) -> list[tuple[str, ...]]:
        """The values shown at each moment: where entities are counted the declared ones."""
        one = self.definition.dimensions[dimension]
        under = [self.definition.measures[measure] for measure in dict.fromkeys(measures_under(self.definition, name))]
        if not all(isinstance(measure, ADDED_UP) for measure in under):
            return [one.values for _ in moments]
        sizes = []
        for of in (longest(self.definition.metrics[name].windows), window):
            stretches = [self._time.stretch(of, at, NEVER_MS) for at in moments]
            sizes.append([self._values_of(measure, dimension, of, stretches) for measure in under])
        return [shown(one, *([column[n] for column in of] for of in sizes)) for n in range(len(moments))]

    def _values_of(
        self, measure: Measure, dimension: str, window: Window, stretches: list[Stretch]
    ) -> list[dict[str, int]]:
        """What each raw value comes to at each moment."""
        key = measure.name, dimension, tuple(stretches)
        if key not in self._by_value:
            source, table = self.definition.source(measure.source), f"carried_{measure.name}_{dimension}"
            raw = f"coalesce({text_of(source, self.definition.dimensions[dimension].property)}, '') as raw"
            more = () if isinstance(measure, model.Amount) else ("1 as v",)
            matching = matching_sql(measure, source, None, raw, *more)
            self._db.execute(f"create table if not exists {table} as {matching}")
            self._ask(window, stretches)
            found: list[dict[str, int]] = [{} for _ in stretches]
            for moment, value, number in self._db.execute(by_value_sql(table)).fetchall():
                found[moment][value] = int(number)
            self._by_value[key] = found
        return self._by_value[key]

    def _carried(
        self, measure: Measure, of: tuple[str, str], window: Window, stretches: list[Stretch]
    ) -> list[Fraction]:
        """The measure at each moment in a segment of what each event carries."""
        dimension, segment = of
        if isinstance(measure, ADDED_UP):
            values = self._values_of(measure, dimension, window, stretches)
            scale = 10**measure.decimals if isinstance(measure, model.Sum) else 1
            pairs = zip(values, self._places, strict=True)
            return [Fraction(in_segment(segment, sizes, places), scale) for sizes, places in pairs]
        one, source = self.definition.dimensions[dimension], self.definition.source(measure.source)
        part = msgspec.structs.replace(measure, name=f"{measure.name}|{dimension}|{segment}")
        self._within[part.name] = in_segment_sql(segment, text_of(source, one.property), one)
        return self._measure(part, window, stretches)

    def spread(
        self, name: str, dimension: str, window: Window, moments: Sequence[int]
    ) -> list[dict[str, Fraction | None]]:
        """A quantile at each moment by what each event carries: of each segment shown, None where it has no amounts."""
        metric, one = self.definition.metrics[name], self.definition.dimensions[dimension]
        quantile = metric.value
        assert isinstance(quantile, model.Quantile)
        measure = self.definition.measures[quantile.measure]
        assert isinstance(measure, model.Distribution)
        source, table = self.definition.source(measure.source), f"spread_{measure.name}_{dimension}"
        matching = matching_sql(measure, source, None, f"{text_of(source, one.property)} as raw")
        self._db.execute(f"create table if not exists {table} as {matching}")
        for asked, of in (("asked", window), ("longest", longest(metric.windows))):
            self._ask(of, [self._time.stretch(of, at, NEVER_MS) for at in moments], asked)
        found: list[dict[str, Fraction | None]] = [dict.fromkeys(one.values) for _ in moments]
        for moment, segment, v, *bin_ in self._db.execute(spread_sql(table, one, Fraction(quantile.part))).fetchall():
            found[moment][segment] = None if v is None else told(v, *bin_) / 10**measure.decimals
        return found

    def _part(self, whole: Measure, dimension: str, segments: tuple[str, ...]) -> Measure:
        """What the measure is of the events in these segments alone."""
        one, name = self.definition.dimensions[dimension], f"{whole.name}|{dimension}|{'|'.join(segments)}"
        if not one.settled:
            where = Condition(one.property, "in", segments)
            return msgspec.structs.replace(whole, name=name, where=(*whole.where, where))
        source = self.definition.source(whole.source)
        who, table = text_of(source, one.settled), f"settled_{source.name}_{dimension}"
        settled = settled_sql(one, source.name, who, text_of(source, one.property))
        self._db.execute(f"create table if not exists {table} as {settled}")
        self._within[name] = within_sql(table, who, segments)
        return msgspec.structs.replace(whole, name=name)

    def _operand(self, name: str, window: Window, stretches: list[Stretch]) -> Sequence[Fraction | None]:
        if name in self.definition.measures:
            return self._measure(self.definition.measures[name], window, stretches)
        return [one and one.exact for one in self._metric(name, window, stretches)]

    def _quantile(
        self, measure: Measure, part: Fraction, window: Window, stretches: list[Stretch]
    ) -> list[Fraction | None]:
        """The nearest rank, as told by the bin that it lies in; None where there is nothing."""
        assert isinstance(measure, model.Distribution)
        if self._looking is not None:
            dimension, segment = self._looking
            measure = self._part(measure, dimension, (segment,))
            assert isinstance(measure, model.Distribution)
        self._ask(window, stretches)
        rows = self._db.execute(
            f"""with recursive {BINS},
                ranked as (
                  select moment, v, row_number() over (partition by moment order by v) as place,
                         count(*) over (partition by moment) as size
                    from asked join {self._matching_table(measure)} on t >= begin_ms and t < end_ms)
                select moment, v, low, high from ranked left join bins on abs(v) between low and high
                 where place = (size * {part.numerator} + {part.denominator - 1}) // {part.denominator}"""
        ).fetchall()
        found = {n: told(v, low, high) for n, v, low, high in rows}
        return [found[n] / 10**measure.decimals if n in found else None for n in range(len(stretches))]

    def _measure(self, measure: Measure, window: Window, stretches: list[Stretch]) -> list[Fraction]:
        if self._looking is not None:
            looked, self._looking = self._looking, None
            dimension, segment = looked
            try:
                if not self.definition.dimensions[dimension].settled:
                    return self._carried(measure, looked, window, stretches)
                return self._measure(self._part(measure, dimension, (segment,)), window, stretches)
            finally:
                self._looking = looked
        compared = isinstance(measure, model.Lifecycle | model.NetRetention)
        key = measure.name, window.label if compared else window == model.Lifetime(), tuple(stretches)
        if key not in self._numbers:
            self._ask(window, stretches)
            if isinstance(measure, model.Lifecycle):
                sql = self._lives_sql(measure, window, stretches)
            else:
                sql = self._sql(measure, window)
            found = dict(self._db.execute(sql).fetchall())
            scale = 10**measure.decimals if isinstance(measure, model.Sum | model.NetRetention) else 1
            self._numbers[key] = [Fraction(int(found.get(n) or 0), scale) for n in range(len(stretches))]
        return self._numbers[key]

    def _before(self, window: Window, stretch: Stretch) -> int:
        """Where the calendar period before begins; of another window nothing is asked before it."""
        if not isinstance(window, model.Calendar):
            return stretch.begin_ms
        return self._time.before(window, stretch, 1).begin_ms

    def _ask(self, window: Window, stretches: list[Stretch], table: str = "asked") -> None:
        """Makes the table of the moments that are asked of, by number."""
        rows = [(n, *one[:2], self._before(window, one)) for n, one in enumerate(stretches)]
        columns = "moment bigint, begin_ms bigint, end_ms bigint, before_ms bigint"
        self._db.execute(f"create or replace table {table} ({columns})")
        self._db.execute(
            f"insert into {table} select unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(column) for column in zip(*rows, strict=True)],
        )

    def _sql(self, measure: Measure, window: Window) -> str:
        matching = self._matching_table(measure)
        inside = "t >= begin_ms and t < end_ms"
        match measure:
            case model.Distinct(at_least=n) if isinstance(window, model.Lifetime):  # the n-th event lies before the end
                ordered = f"select t, row_number() over (partition by e order by t, id) as place from {matching}"
                counted = f"select t, 1 as v from ({ordered}) where place = {n}"
            case model.Distinct(at_least=n):
                often = f"from asked join {matching} on {inside} group by moment, e having count(*) >= {n}"
                return f"select moment, count(*) from (select moment, e {often}) group by moment"
            case model.NetRetention():
                return _retained_sql(measure, matching)
            case model.Count():
                counted = f"select t, 1 as v from {matching}"
            case model.Distribution():
                counted = f"select t, 1 as v from {matching}"
            case model.Sum():
                counted = f"select t, v from {matching}"
            case model.Conversion(to=to, within_ms=within):
                end = msgspec.structs.replace(measure, name=f"{measure.name}>{to}", of=to, where=())
                ends = self._matching_table(end)
                counted = f"""select t, 1 as v from {matching} as a where exists
                              (select 1 from {ends} as b where b.e = a.e and b.t >= a.t and b.t <= a.t + {within})"""
            case model.First():
                counted = f"select min(t) as t, 1 as v from {matching} group by e"
            case model.Repeat(within_ms=within):
                ordered = f"select t, lag(t) over (partition by e order by t, id) as before from {matching}"
                near = "" if within is None else f"and t - before <= {within}"
                counted = f"select t, 1 as v from ({ordered}) where before is not null {near}"
        instants = f"select t, sum(v) as v from ({counted}) group by t"
        return f"select moment, sum(v) from asked join ({instants}) on {inside} group by moment"

    def _lives_sql(self, measure: model.Lifecycle, window: Window, stretches: list[Stretch]) -> str:
        """A number for each moment; who was there in its period, the one before and earlier is found once."""
        whole = msgspec.structs.replace(measure, name=measure.name.replace(f".{measure.part}", "", 1))
        key = whole.name, window.label, tuple(stretches)
        if key not in self._lives:
            self._within |= {whole.name: within} if (within := self._within.get(measure.name)) else {}
            table = self._lives[key] = f"lives_{len(self._lives)}"
            self._db.execute(
                f"""create table {table} as
                    select moment, e, bool_or(t >= begin_ms) as now, bool_or(t < before_ms) as earlier,
                           bool_or(t >= before_ms and t < begin_ms) as before
                      from asked join {self._matching_table(whole)} on t < end_ms group by moment, e"""
            )
        return f"select moment, count(*) from {self._lives[key]} where {PARTS[measure.part]} group by moment"

    def _matching_table(self, measure: Measure) -> str:
        """``t``, ``id``, ``e`` and ``v`` of the events of the declared type that pass ``where``, made once."""
        if measure.name not in self._matching:
            table = f"matching_{len(self._matching)}"
            source = self.definition.source(measure.source)
            self._db.execute(f"create table {table} as {matching_sql(measure, source, self._within.get(measure.name))}")
            self._matching[measure.name] = table
        return self._matching[measure.name]


def _retained_sql(measure: model.NetRetention, matching: str) -> str:
    """A number for each moment, of its period and the one before."""
    now, was = "t >= begin_ms and t < end_ms", "t >= before_ms and t < begin_ms"
    paid = f"""select moment, e, coalesce(sum(v) filter ({was}), 0) as base, coalesce(sum(v) filter ({now}), 0) as kept
               from asked join {matching} on t >= before_ms and t < end_ms group by moment, e"""
    return f"select moment, sum({measure.part.value}) from ({paid}) where base > 0 group by moment"
