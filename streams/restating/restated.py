"""A batch folded, and what was added late told apart.

    batch ─▶ behind ─▶ none, as mostly: folded like any other
                  └──▶ some: entities with such events in rounds, everything else like any other ─▶ one effect
                             └─ of events that are behind: additions to pieces before the one reached, again,
                                in the late series, as ``<bucket>@<reached>``

What is told hangs on the order of the log alone, and not on how it was cut into batches.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from schemas import names
from streams.effect import Effect
from streams.events.admission import Admitted
from streams.events.columns import RowReader
from streams.fold import Records, Work
from streams.plan import Plan, SourcePlan
from streams.restating.added import Added
from streams.restating.additives import LateAdditives
from streams.restating.behind import Behind, behind
from streams.restating.counting import Counting, Told
from streams.restating.filing import LateFiling
from streams.restating.late import late_series
from streams.restating.settling import LateSettling
from streams.selection import Selections

SPACE: Final = "~restated"
"""The records that hold when each measure was last restated."""


class Restating:
    """Of one source, or of one stage, which counts nothing: its source did."""

    def __init__(self, plan: Plan, source: SourcePlan, *, counts: bool) -> None:
        self._source = source
        late = late_series(plan, source.source.name)
        self._labels = {name: series.grain.label for name, series in late.items()}
        self._grains = {series.grain.label: series.grain for series in late.values()}
        self._counting = Counting(plan, source) if counts else None

    def work(self, admitted: Admitted, decoder: RowReader) -> "Work | RestatingWork":
        """A plain one where nothing came late."""
        late = behind(admitted.batch.times, admitted.reached, self._grains)
        if late is None:
            return Work(self._source, admitted.batch, decoder)
        added = Added(self._labels)

        def filing(selections: Selections) -> LateFiling:
            return LateFiling(selections, late, self._labels, added)

        work = Work(self._source._replace(settled=()), admitted.batch, decoder, filing)
        additives = LateAdditives(self._source, admitted.batch, decoder, late, self._labels)
        told = [] if self._counting is None else self._counting.count(additives.selections, late)
        return RestatingWork(
            late,
            Apart(
                work,
                [LateSettling(one, work.selections, late, self._labels) for one in self._source.settled],
                additives,
                added,
            ),
            {one: admitted.appended_by(one.last) for one in told},
        )


class Apart(NamedTuple):
    """What a batch with late events is folded by; all but ``work`` also tell what was added late, as that does of what
    is filed.
    """

    work: Work
    settling: Sequence[LateSettling]
    additives: LateAdditives
    added: Added


class RestatingWork:
    """As ``Work``: which records are wanted, then the effect of the whole batch.

    ``told`` has of each count the append time of the last event.
    """

    def __init__(self, late: Behind, apart: Apart, told: Mapping[Told, int]) -> None:
        self.late, self._apart, self._told = late, apart, told
        self.selections = apart.work.selections
        self.left_out = apart.work.left_out
        self.wanted = dict(apart.work.wanted)
        for one in apart.settling:
            self.wanted |= one.wanted
        if told:
            self.wanted[SPACE] = {_name(one) for one in told}

    def fold(self, records: Records, floor: int) -> Effect:
        """As ``Work.fold``; once."""
        work, settling, additives, added = self._apart
        effect = work.fold(records, floor)
        for one in settling:
            one.fold(records, floor, effect, added)
        additives.fold(records, floor, added)
        added.put(effect.cells)
        self._tell(records, effect)
        return effect

    def _tell(self, records: Records, effect: Effect) -> None:
        """Totals only ever take additions: what is added to the moment of the last one is the time since then."""
        known, changed = records.setdefault(SPACE, {}), effect.changed.setdefault(SPACE, {})
        for one, appended_ms in self._told.items():
            record = known.setdefault(_name(one), [[0]])
            count, moment = names.restated_totals(one.measure, one.over)
            effect.totals[count] = effect.totals.get(count, 0) + one.events
            if appended_ms > record[0][0]:
                effect.totals[moment] = effect.totals.get(moment, 0) + appended_ms - record[0][0]
                record[0][0] = appended_ms
                changed[_name(one)] = None


def _name(one: Told) -> str:
    return f"{one.measure}|{one.over}"


def measure_of(name: str) -> str:
    """Of a record in ``SPACE``."""
    return name.partition("|")[0]
