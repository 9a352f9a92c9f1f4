"""Events folded in one pass, with records in plain dicts and cells in one sum.

A file is not a log: it is complete, has no append times, and need not be in order.  Hence three rules differ from a
worker's, and only these:

- nothing is late: a correction by hand at the end of an export counts like any other event;
- an id counts once in the whole of the files, however far apart its lines (unless the source says ``dedupe: 0``);
- nothing is ahead of the file's own end.  With ``before_ms``, what happened from then on is left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from schemas.errors import CommandError
from schemas.events.needs import Raw, RawRecord, Refused
from services.publisher.lines import Faults
from services.publisher.seconds import Seconds
from services.replay.files import STANDARD_INPUT, Numbered, slices
from services.replay.tables import Tables
from streams.cells import Cells
from streams.events.admission import Admission, Admitted
from streams.events.decoding import Decoder
from streams.fold import NO_MEASURE, Records, Work
from streams.plan import Plan, SourcePlan
from streams.state.port import NEVER, Standing

SLICE = 20_000
ENDLESS_MS = 2**60
SHOWN = 5
BAD_ROW = "bad_row"
"""Why a row of a table is refused before it is an event."""
JSON_LINES = Tables()


class Line(NamedTuple):
    """Where an event stands; numbered from 1."""

    file: str
    number: int


class BadLine(NamedTuple):
    """A line that was refused; numbered from 1."""

    file: str
    number: int
    detail: str


class Folded(msgspec.Struct, kw_only=True):
    """What files of events come to; ``first_ms`` and ``last_ms`` are the times of the first and last event counted,
    ``first_at`` and ``last_at`` the lines of these two.

    ``left_out`` is by type, of those that no measure counts; ``refused`` by reason; ``bad`` the first few of them, but
    not events left out by ``before_ms``; ``seconds`` how many times seem to be epoch seconds.
    """

    cells: Cells
    outcomes: Counter[str]
    unused: Counter[tuple[str, str]]
    refused: Counter[str]
    bad: list[BadLine]
    left_out: Counter[str]
    first_ms: int = -NEVER
    last_ms: int = NEVER
    first_at: Line | None = None
    last_at: Line | None = None
    seconds: int = 0


def fold_files(
    plan: Plan, files: Iterable[tuple[str, str]], before_ms: int | None = None, tables: Tables = JSON_LINES
) -> Folded:
    """Folds files, each given as (topic, name).

    Raises CommandError for one that cannot be read, PublishError for a table whose header is unfit.
    """
    folded = Folded(cells=Cells(), outcomes=Counter(), unused=Counter(), refused=Counter(), bad=[], left_out=Counter())
    folds: dict[str, _Fold] = {}
    for topic, name in files:
        fold = folds.get(topic)
        if fold is None:
            fold = folds[topic] = _Fold(plan.sources[topic], before_ms)
        if tables.holds(name):
            faults = Faults()
            for rows in slices(name, SLICE, partial(tables.rows, plan=plan.sources[topic], faults=faults)):
                fold.add(rows, name, folded)
            _tell_bad_rows(faults, name, folded)
        else:
            for lines in slices(name, SLICE):
                fold.add(lines, name, folded)
    return folded


def files_by_topic(plan: Plan, given: Sequence[str]) -> list[tuple[str, str]]:
    """(topic, file) of each; where the definition has several sources a file is given as ``SOURCE=FILE``.

    Raises CommandError for one that is given otherwise, and for standard input twice.
    """
    found = _files_by_topic(plan, given)
    if [name for _, name in found].count(STANDARD_INPUT) > 1:
        raise CommandError("standard input can be read once only")
    return found


def _files_by_topic(plan: Plan, given: Sequence[str]) -> list[tuple[str, str]]:
    topics = {source.name: source.topic for source in plan.definition.sources}
    if len(topics) == 1:
        return [(next(iter(plan.sources)), name) for name in given]
    found = []
    for text in given:
        source, equals, name = text.partition("=")
        if not equals or source not in topics:
            raise CommandError(f"say whose events {text} holds: SOURCE=FILE, with one of {', '.join(topics)}")
        found.append((topics[source], name))
    return found


class _Fold:
    """One source's."""

    def __init__(self, plan: SourcePlan, before_ms: int | None) -> None:
        source = plan.source
        endless = msgspec.structs.replace(
            source,
            lateness_ms=ENDLESS_MS,
            dedupe_ms=ENDLESS_MS if source.dedupe_ms else 0,
            ahead_ms=ENDLESS_MS if before_ms is None else 0,
        )
        self._plan = plan._replace(source=endless)
        self._append_ms = 0 if before_ms is None else before_ms - 1
        self._decoder, self._admission = Decoder(plan.needs), Admission(endless, {})
        self._standing, self._seconds = Standing(position=0), Seconds(source)
        # a file is whole, so that nothing has to be brought together for re-keyed measures
        self._folds = [(one, Records()) for one in (self._plan, *(stage.plan for stage in self._plan.stages))]

    def add(self, lines: Sequence[Numbered], name: str, folded: Folded) -> None:
        """Folds the lines that are not blank; ``name`` is the file's."""
        stripped = [(number, line.strip()) for number, line in lines]
        raws = [RawRecord(number, self._append_ms, None, line, ()) for number, line in stripped if line]
        decoded = self._decoder.decode(raws)
        good = raws if decoded.index is None else [raws[i] for i in decoded.index]
        folded.seconds += self._seconds.count([one.value for one in good], decoded.times)
        admitted = self._admission.admit(raws, decoded, self._standing, self._standing.position)
        self._standing = admitted.standing
        if len(admitted.batch.times):
            _reach(folded, admitted, raws, name)
            for plan, records in self._folds:
                _fold_into(folded, Work(plan, admitted.batch, self._decoder), records)
        folded.outcomes.update({outcome: number for outcome, number in admitted.outcomes.items() if number})
        _tell_refused([one for one in admitted.refused if one.reason != "ahead"], raws, name, folded)


def _reach(folded: Folded, admitted: Admitted, raws: Sequence[Raw], name: str) -> None:
    """Moves the first and the last event out to these, of which there is one."""
    times, places = admitted.batch.times, admitted.places()
    first, last = int(times.argmin()), int(times.argmax())
    if times[first] < folded.first_ms:
        folded.first_ms, folded.first_at = int(times[first]), Line(name, raws[places[first]].offset)
    if times[last] > folded.last_ms:
        folded.last_ms, folded.last_at = int(times[last]), Line(name, raws[places[last]].offset)


def _fold_into(folded: Folded, work: Work, records: Records) -> None:
    effect = work.fold(records, NEVER)
    folded.left_out.update(work.left_out)
    for series, keys in effect.cells.items():
        for fields in keys.values():
            folded.cells.add(series, fields)
    _tell_unused(effect.totals, folded.unused)


def _tell_unused(totals: dict[str, int], unused: Counter[tuple[str, str]]) -> None:
    for total, number in totals.items():
        kind, _, rest = total.partition("|")
        measure, _, reason = rest.partition("|")
        if reason == NO_MEASURE:
            continue  # told by type
        unused[measure, reason if kind == "unused" else f"{kind} of {reason}"] += number


def _tell_refused(refused: list[Refused], raws: Sequence[Raw], name: str, folded: Folded) -> None:
    for one in refused:
        folded.refused[one.reason] += 1
        if len(folded.bad) < SHOWN:
            folded.bad.append(BadLine(name, raws[one.index].offset, f"{one.reason}: {one.detail}"))


def _tell_bad_rows(faults: Faults, name: str, folded: Folded) -> None:
    if faults.count:
        folded.refused[BAD_ROW] += faults.count
    room = SHOWN - len(folded.bad)
    folded.bad.extend(BadLine(name, one.number, f"{BAD_ROW}: {one.reason}") for one in faults.first[:room])
