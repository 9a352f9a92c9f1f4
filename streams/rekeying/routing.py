"""Which events of a batch a stage's measures use, and in which partitions of its internal topic their entities live.

An event that names several entities in a nested list goes to the partition of each, with the rows of those that live
there.  What a measure could not be asked of is counted here, where each event is seen once.
"""

from typing import Any, NamedTuple

import numpy as np
from msgspec import UNSET

from streams.events.admission import Batch
from streams.events.columns import Column, Mask, RowReader, column_of, rows_of
from streams.events.ids import hashed
from streams.plan import INTERNAL_PARTITIONS, Stage
from streams.rekeying.rows import Fields, Rows, RowTest, Taking, entities_of
from streams.selection import Selections
from streams.usable import unused, used

NOWHERE = -1


class Routed(NamedTuple):
    """The places in the batch of what each internal partition gets, in the order of the log; and totals of what
    measures had to leave out.
    """

    places: list[Column]
    unused: dict[str, int]


class Router:
    """Of one stage; ``reader`` reads the rows of its source."""

    def __init__(self, stage: Stage, reader: RowReader) -> None:
        self._stage = stage
        self._taking = Taking(Fields.of(stage.plan.needs), reader)
        self._key = reader.entity_within(stage.key) if "." in stage.key else None

    def route(self, batch: Batch, selections: Selections) -> Routed:
        """An event comes at most once to a partition."""
        wanted, left_out = self._wanted(len(batch.times), selections)
        if self._key is not None:
            return Routed(self._places_of_rows(batch, wanted), left_out)
        names, codes = entities_of(batch, self._stage.key)
        homes = homes_of(names)[codes]
        return Routed([np.flatnonzero(wanted & (homes == home)) for home in range(INTERNAL_PARTITIONS)], left_out)

    def take(self, batch: Batch, offsets: Column, places: Column, partition: int) -> Rows:
        """Some events as an internal partition gets them."""
        tests: dict[str, RowTest] = {}
        if self._key is not None:
            key = self._key
            tests[column_of(self._stage.key)] = lambda row: home_of(key(row)) == partition
        return self._taking.take(batch, offsets, places, tests)

    def _wanted(self, number: int, selections: Selections) -> tuple[Mask, dict[str, int]]:
        """The events that come to something, and ``unused|<measure>|<reason>``, as the fold counts it."""
        # whatever names an entity may be its first event, or carry what is remembered of it
        wanted = np.full(number, bool(self._stage.plan.settled))
        totals, told = dict[str, int](), set[str]()
        for space in self._stage.plan.spaces:
            for placed in space.places:
                wanted[used(selections, space, placed)] = True
                some = unused(selections, space, placed), selections.of(placed.choice).unused
                for measure in set(placed.measures) - told:
                    for reason, events in (pair for reasons in some for pair in reasons.items() if pair[1]):
                        name = f"unused|{measure}|{reason}"
                        totals[name] = totals.get(name, 0) + events
                told.update(placed.measures)
        return wanted, totals

    def _places_of_rows(self, batch: Batch, wanted: Mask) -> list[Column]:
        places: list[list[int]] = [[] for _ in range(INTERNAL_PARTITIONS)]
        column = batch.columns[column_of(self._stage.key)]
        for place in np.flatnonzero(wanted).tolist():
            for home in {home_of(self._key_of(row)) for row in rows_of(column[place])} - {NOWHERE}:
                places[home].append(place)
        return [np.array(one, np.int64) for one in places]

    def _key_of(self, row: Any) -> Any:
        return UNSET if self._key is None else self._key(row)


def home_of(entity: Any) -> int:
    """The internal partition that an entity lives in, the same in every process; NOWHERE where it is UNSET."""
    return NOWHERE if entity is UNSET else int(hashed([entity])[0] % INTERNAL_PARTITIONS)


def homes_of(entities: list[Any]) -> Column:
    """Of each."""
    there = [entity for entity in entities if entity is not UNSET]
    homes = np.full(len(entities), NOWHERE, np.int64)
    known = np.array([entity is not UNSET for entity in entities], np.bool_)
    homes[known] = (hashed(there) % np.uint64(INTERNAL_PARTITIONS)).astype(np.int64)
    return homes
