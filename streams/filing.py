"""What arrived at a place of a record, filed: all entities together, or each by itself."""

from collections.abc import Iterator, MutableMapping

from streams.arrivals import Arrived
from streams.measures.chain import Out, Record, oldest
from streams.plan import Placed, PlacedChain, PlacedConversion, PlacedRetention

Records = MutableMapping[str, Record]


def file(
    placed: Placed, several: tuple[Arrived, ...], records: Records, place: int, floor: int
) -> tuple[dict[str, Out], set[str]]:
    """In ``records[entity][place]``, changed in place; gives series -> bucket -> delta, and whose record changed."""
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
