"""What of events the definition counts and reads, and what of those sent it will not: told to whoever sends them.

A type that no measure counts is legal, and often a misspelling.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import msgspec

from schemas.definition.model import CloudEventsFormat, Source
from schemas.events.needs import EventNeeds
from schemas.events.publishing import Message
from services.publisher.lines import Reader
from services.told import told
from streams.plan import SourcePlan

TYPES_TOLD = 5


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """``types`` are those that some measure counts (None: all); ``amounts`` what is read as a number, by type.

    ``properties`` are all that is read, by type, and of every type.
    """

    types: frozenset[str] | None = None
    amounts: dict[str, frozenset[str]] = {}
    amounts_of_every: frozenset[str] = frozenset()
    properties: dict[str, frozenset[str]] = {}
    properties_of_every: frozenset[str] = frozenset()

    @classmethod
    def by(cls, plan: SourcePlan) -> "Counted":
        """What the worker would count of this source."""
        amounts = {of: frozenset(one.amounts) for of, one in plan.needs.by_type.items() if one.amounts}
        return cls(
            types=plan.types,
            amounts=amounts,
            amounts_of_every=frozenset(plan.needs.every.amounts),
            properties={of: _read(one) for of, one in plan.needs.by_type.items()},
            properties_of_every=_read(plan.needs.every),
        )

    def amounts_of(self, type_: str | None) -> frozenset[str]:
        """Of events of a type; None: of any that may come."""
        return self.amounts_of_every.union(*_of(self.amounts, type_))

    def properties_of(self, type_: str | None) -> frozenset[str]:
        """Of events of a type; None: of any that may come."""
        return self.properties_of_every.union(*_of(self.properties, type_))


class Uncounted:
    """Looks at messages on their way; those that are no events are no matter of ours."""

    def __init__(self, source: Source, counted: Counted) -> None:
        self._counted = counted
        self._of_other_types: Counter[str] = Counter()
        self._type = Reader("type" if isinstance(source.format, CloudEventsFormat) else source.format.type)

    def watch(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages."""
        if self._counted.types is None:
            yield from messages
            return
        for message in messages:
            self._look(message.value, self._counted.types)
            yield message

    def told(self) -> Iterator[str]:
        """A line for each type that no measure counts."""
        most = self._of_other_types.most_common(TYPES_TOLD)
        for type_, number in most:
            near = get_close_matches(type_, sorted(self._counted.types or ()), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield f"{number:,} of type {told(type_)}, which no measure counts{hint}"
        others = self._of_other_types.total() - sum(number for _, number in most)
        if others:
            yield f"{others:,} of other types that no measure counts"

    def _look(self, value: bytes, types: frozenset[str]) -> None:
        try:
            (type_,) = self._type(value)
        except msgspec.DecodeError:
            return
        if isinstance(type_, str) and type_ not in types:
            self._of_other_types[type_] += 1


def _read(needs: EventNeeds) -> frozenset[str]:
    return needs.entities | needs.amounts.keys() | needs.scalars


def _of(found: dict[str, frozenset[str]], type_: str | None) -> Iterable[frozenset[str]]:
    return found.values() if type_ is None else [found.get(type_, frozenset[str]())]
