"""A batch folded stretch by stretch, and what was added late told apart.

    batch ─▶ behind ─▶ stretches, each folded like a batch ─▶ one effect
                                   └─ of those with events behind: additions to days before the one reached, again,
                                      in the late series, as ``<bucket>@<reached>``

An event that is not behind changes nothing before the day that its partition had reached: it is judged by points before
its own, and what it is judged to be stands on its own day, or in the period that runs.  (A conversion does, while it
waits; so it has no late series.)  Hence it does not matter how the log was cut into batches.

Only the whole is told apart, with the bins of a distribution: segments have no late series.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from schemas import names
from streams.events.admission import Admitted, Batch
from streams.events.columns import RowReader
from streams.fold import Effect, Records, Work
from streams.plan import Plan, SourcePlan
from streams.restating.behind import Stretch, behind, stretches
from streams.restating.counting import Counting, Told
from streams.restating.late import late_series

SPACE: Final = "~restated"
"""The records that hold when each measure was last restated."""


class Foldable(NamedTuple):
    """A stretch, ready to be folded."""

    work: Work
    reached: int | None


class Restating:
    """Of one source, or of one stage, which counts nothing: its source did."""

    def __init__(self, plan: Plan, source: SourcePlan, *, counts: bool) -> None:
        self._source, self._calendar = source, plan.calendar
        self._counting = Counting(plan, source) if counts else None
        self._series = frozenset(late_series(plan))

    def work(self, admitted: Admitted, decoder: RowReader) -> "Work | RestatingWork":
        """A plain one where nothing came late, as mostly."""
        batch = admitted.batch
        late = behind(batch.times, admitted.reached, self._calendar)
        if late is None:
            return Work(self._source, batch, decoder)
        told = [] if self._counting is None else list(self._counting.count(batch, decoder, late))
        cut = list(stretches(admitted.reached, late, self._calendar))
        works = [Foldable(Work(self._source, _part(batch, one, cut), decoder), one.reached) for one in cut]
        moments = {one: admitted.appended_by(one.last) for one in told}
        return RestatingWork(works, moments, self._series)


class RestatingWork:
    """As ``Work``: which records are wanted, then the effect of the whole batch.

    ``told`` has of each count the append time of the last event.
    """

    def __init__(self, works: Sequence[Foldable], told: Mapping[Told, int], series: frozenset[str]) -> None:
        self._works, self._told, self._series = works, told, series
        self.wanted: dict[str, set[str]] = {}
        for one in works:
            for space, entities in one.work.wanted.items():
                self.wanted.setdefault(space, set()).update(entities)
        if told:
            self.wanted[SPACE] = {_name(one) for one in told}

    def fold(self, records: Records, floor: int) -> Effect:
        """As ``Work.fold``; ``floor`` is the one before the batch for all of it."""
        whole = Effect({}, {}, {})
        for work, reached in self._works:
            effect = work.fold(records, floor)
            _add(whole, effect)
            if reached is not None:
                _add(whole, Effect(self._late(effect, reached), {}, {}))
        self._tell(records, whole)
        return whole

    def _late(self, effect: Effect, reached: int) -> dict[str, dict[int, dict[str, int]]]:
        found: dict[str, dict[int, dict[str, int]]] = {}
        for series in effect.cells.keys() & self._series:
            for number, fields in effect.cells[series].items():
                late = {}
                for field, delta in fields.items():
                    bucket, bar, rest = field.partition("|")
                    if int(bucket) < reached and (not bar or rest.startswith("|")):
                        late[f"{bucket}@{reached}{bar}{rest}"] = delta
                if late:
                    found.setdefault(names.late_series(series), {})[number] = late
        return found

    def _tell(self, records: Records, effect: Effect) -> None:
        """Totals only ever take additions: what is added to the moment of the last one is the time since then."""
        known, changed = records.setdefault(SPACE, {}), effect.changed.setdefault(SPACE, set())
        for one, appended_ms in self._told.items():
            record = known.setdefault(_name(one), [[0]])
            count, moment = names.restated_totals(one.measure, one.unit)
            effect.totals[count] = effect.totals.get(count, 0) + one.events
            if appended_ms > record[0][0]:
                effect.totals[moment] = effect.totals.get(moment, 0) + appended_ms - record[0][0]
                record[0][0] = appended_ms
                changed.add(_name(one))


def _name(one: Told) -> str:
    return f"{one.measure}|{one.unit}"


def measure_of(name: str) -> str:
    """Of a record in ``SPACE``."""
    return name.partition("|")[0]


def _part(batch: Batch, one: Stretch, cut: Sequence[Stretch]) -> Batch:
    return batch if len(cut) == 1 else batch.between(one.begin, one.end)


def _add(whole: Effect, effect: Effect) -> None:
    for series, keys in effect.cells.items():
        mine = whole.cells.setdefault(series, {})
        for number, fields in keys.items():
            sums = mine.setdefault(number, {})
            for field, delta in fields.items():
                sums[field] = sums.get(field, 0) + delta
            for field in [field for field in fields if not sums[field]]:
                del sums[field]
            if not sums:
                del mine[number]
        if not mine:
            del whole.cells[series]
    for total, number in effect.totals.items():
        whole.totals[total] = whole.totals.get(total, 0) + number
    for space, entities in effect.changed.items():
        whole.changed.setdefault(space, set()).update(entities)
