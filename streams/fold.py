"""The fold: a batch and the records of its entities become cell deltas and changed records.  Pure.

    prepare(plan, batch) ──▶ Work: which records are wanted
    Work.fold(records, floor) ──▶ Effect: cells, totals, changed entities
    commit_of(admitted, effect, records) ──▶ Commit, which the state takes as one

The result does not depend on how events were ordered, cut into batches or spread over partitions (``tests/streams``
holds it to that).  Records are changed in place: whoever gives them throws them away when the effect is not kept.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from streams.adding import Adding
from streams.arrivals import arrived_at
from streams.converting import Converting
from streams.effect import Effect
from streams.events.admission import Admitted, Batch
from streams.events.columns import RowReader
from streams.filing import Filing, Shelf
from streams.measures.runs import Names, Record
from streams.plan import Additive, SourcePlan, Space, choices_of
from streams.segments import Segmented
from streams.selection import Selections
from streams.settling.nameless import nameless_cells
from streams.settling.settling import Settling
from streams.state.port import Commit
from streams.usable import unused

NO_MEASURE = "no measure of its type"

Records = dict[str, dict[str, Record]]
"""space -> entity -> record."""

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Record).decode


class Work:
    """One batch, ready to fold once the records are there."""

    def __init__(
        self, plan: SourcePlan, batch: Batch, decoder: RowReader, filing: Callable[[Selections], Filing] | None = None
    ) -> None:
        """``filing`` makes one that also tells apart what came late; None: a plain one."""
        self._plan = plan
        self._selections = Selections(batch, decoder)
        self._filing = Filing() if filing is None else filing(self._selections)
        self._told: set[str] = set()
        self.left_out = {} if plan.types is None else self._selections.left_out(plan.types)
        """Events of types that no measure counts, by type."""
        self.wanted: dict[str, set[str]] = {}
        for space in plan.spaces:
            self._want_entities(space)
        self._adding = Adding(plan.additives, self._selections)
        self.wanted |= self._adding.wanted
        self._segmented: list[Segmented | Converting] = [
            *(Segmented(split, self._selections, self._filing) for split in plan.splits),
            *(Converting(split, self._selections, self._filing) for split in plan.splits if split.converting),
        ]
        for segmented in self._segmented:
            self.wanted[segmented.name] = segmented.wanted
        self._settling = [Settling(settled, self._selections) for settled in plan.settled]
        for settling in self._settling:
            self.wanted |= settling.wanted

    @property
    def selections(self) -> Selections:
        """What was chosen of the batch."""
        return self._selections

    def fold(self, records: Records, floor: int) -> Effect:
        """``records`` must hold those ``wanted`` that exist; the others are begun in it.

        ``floor`` is the one before the batch: pruning by a newer one would forget what an event of this batch still
        changes.
        """
        effect = Effect({}, {}, {})
        self._tell_unused("", effect, {NO_MEASURE: sum(self.left_out.values())})
        for additive in self._plan.additives:
            self._tell_unused(additive.measure, effect, *self._unused_of(additive))
            self._adding.add(additive, records, effect)
        for space in self._plan.spaces:
            known = records.setdefault(space.name, {})
            for entity in self.wanted[space.name].difference(known):
                known[entity] = [[] for _ in space.places]
            changed = effect.changed[space.name] = {}
            for place in range(len(space.places)):
                changed |= self._file(space, place, known, floor, effect)
        for segmented in self._segmented:
            changed = effect.changed[segmented.name] = {}
            for outs, of_place in segmented.fold(records.setdefault(segmented.name, {}), floor):
                effect.put_outs(outs, segmented.fields)
                changed |= of_place
        self._settle(records, floor, effect)
        return effect

    def _settle(self, records: Records, floor: int, effect: Effect) -> None:
        for settling in self._settling:
            settling.put(settling.fold(records, floor), effect)
        for nameless in self._plan.nameless:
            for one in nameless_cells(nameless, self._selections):
                one.put(effect)

    def _want_entities(self, space: Space) -> None:
        wanted = self.wanted.setdefault(space.name, set())
        for placed in space.places:
            for choice in choices_of(placed):
                wanted.update(self._selections.of(choice).keys(space.entity).entities.present())

    def _unused_of(self, additive: Additive) -> Iterator[Mapping[str, int]]:
        selection = self._selections.of(additive.choice)
        if additive.amount is not None:
            there = selection.amounts(additive.amount).there
            yield {f"no {additive.amount}": len(there) - int(there.sum())}
        yield selection.unused

    def _file(self, space: Space, place: int, known: dict[str, Record], floor: int, effect: Effect) -> Names:
        placed = space.places[place]
        for measure in placed.measures:
            if measure not in self._told:
                absent = unused(self._selections, space, placed)
                self._tell_unused(measure, effect, absent, self._selections.of(placed.choice).unused)
        arrived = arrived_at(self._selections, space.entity, placed)
        outs, changed = self._filing.file(placed, arrived, Shelf(known, place, floor))
        effect.put_outs(outs)
        return changed

    def _tell_unused(self, measure: str, effect: Effect, *reasons: Mapping[str, int]) -> None:
        """Once a batch for each measure, however many chains it has.  One reason may come twice: it adds up."""
        if measure not in self._told:
            self._told.add(measure)
            for some in reasons:
                for reason, number in some.items():
                    effect.tell(f"unused|{measure}|{reason}", number)


def commit_of(admitted: Admitted, effect: Effect, records: Records) -> Commit:
    """Everything that a batch comes to, as the state takes it."""
    outcomes: dict[str, int] = {outcome: number for outcome, number in admitted.outcomes.items() if number}
    return Commit(
        standing=admitted.standing,
        cells=effect.cells,
        totals=outcomes | effect.totals,
        records={
            space: dict(zip(changed, map(pack, map(records[space].__getitem__, changed)), strict=True))
            for space, changed in effect.changed.items()
            if changed
        },
        ids=admitted.ids,
        expired=admitted.expired,
    )
