"""What arrived at a place of a record, filed: all entities together, or each by itself."""

from collections.abc import Iterator, MutableMapping, Sequence
from typing import NamedTuple

from streams.arrivals import Arrived
from streams.measures.chain import oldest
from streams.measures.out import Out
from streams.measures.runs import Names, Record
from streams.plan import Placed, PlacedChain, PlacedConversion, PlacedRetention

Records = MutableMapping[str, Record]


class Shelf(NamedTuple):
    """Where a batch is filed: in ``records[entity][place]``, changed in place; ``floor`` is the one before it.

    ``fields`` is what each segment adds to a bucket's name, by its number; the whole is one that adds nothing.
    """

    records: Records
    place: int
    floor: int
    fields: Sequence[str] = ("",)


class Filing:
    """How what arrived is filed; whoever also wants to know what came late has another."""

    def file(self, placed: Placed, several: tuple[Arrived, ...], shelf: Shelf) -> tuple[dict[str, Out], Names]:
        """Series -> cell -> delta, and whose record changed."""
        return file(placed, several, shelf.records, shelf.place, shelf.floor)


def file(
    placed: Placed, several: tuple[Arrived, ...], records: Records, place: int, floor: int
) -> tuple[dict[str, Out], Names]:
    """In ``records[entity][place]``, changed in place; gives series -> cell -> delta, and whose record changed."""
    first = several[0]
    match placed:
        case PlacedChain(chain=chain):
            return chain.fold(first.arrivals, records, place, oldest(chain.grain, floor))
        case PlacedRetention(days=days, retention=retention):
            return retention.fold(first.arrivals, first.amounts, records, place, oldest(days, floor))
        case PlacedConversion(conversion=conversion):
            starts, ends = several
            return conversion.fold(starts.arrivals, ends.arrivals, records, place, floor)


def file_each(
    placed: Placed, several: tuple[Arrived, ...], records: Records, place: int, floor: int
) -> Iterator[tuple[str, dict[str, Out]]]:
    """The same, entity by entity: what each adds; its record may have changed."""
    first = several[0]
    match placed:
        case PlacedChain(chain=chain):
            yield from chain.fold_each(first.arrivals, records, place, oldest(chain.grain, floor))
        case PlacedRetention(days=days, retention=retention):
            yield from retention.fold_each(first.arrivals, first.amounts, records, place, oldest(days, floor))
        case PlacedConversion(conversion=conversion):
            starts, ends = several
            yield from conversion.fold_each(starts.arrivals, ends.arrivals, records, place, floor)
