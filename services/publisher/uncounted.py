"""What of the events sent the definition will not count, told to whoever sends them: the worker would say it too late.

A type that no measure counts is legal, and often a misspelling.  Text where an amount is read is refused by the worker.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import msgspec

from schemas.definition.model import CloudEventsFormat, Source
from schemas.events.publishing import Message
from services.publisher.lines import Reader
from services.told import told
from streams.plan import SourcePlan

TYPES_TOLD = 5


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """``types`` are those that some measure counts (None: all); ``amounts`` what is read as a number, by type."""

    types: frozenset[str] | None = None
    amounts: dict[str, frozenset[str]] = {}
    amounts_of_every: frozenset[str] = frozenset()

    @classmethod
    def by(cls, plan: SourcePlan) -> "Counted":
        """What the worker would count of this source."""
        amounts = {of: frozenset(one.amounts) for of, one in plan.needs.by_type.items() if one.amounts}
        return cls(types=plan.types, amounts=amounts, amounts_of_every=frozenset(plan.needs.every.amounts))

    def amounts_of(self, type_: str | None) -> frozenset[str]:
        """Of events of a type; None: of any that may come."""
        of = self.amounts.values() if type_ is None else [self.amounts.get(type_, frozenset[str]())]
        return self.amounts_of_every.union(*of)


class Uncounted:
    """Looks at messages on their way; those that are no events are no matter of ours."""

    def __init__(self, source: Source, counted: Counted) -> None:
        self._counted = counted
        self._of_other_types: Counter[str] = Counter()
        self._texts: Counter[str] = Counter()
        self._names = tuple(sorted(name for name in counted.amounts_of(None)))
        type_path = "type" if isinstance(source.format, CloudEventsFormat) else source.format.type
        self._type = Reader(type_path)
        self._whole = Reader(type_path, *(_path(source, name) for name in self._names))

    def watch(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages."""
        if self._counted.types is None and not self._names:
            yield from messages
            return
        for message in messages:
            self._look(message.value)
            yield message

    def told(self) -> Iterator[str]:
        """A line for each type that no measure counts, and for each amount that was text."""
        most = self._of_other_types.most_common(TYPES_TOLD)
        for type_, number in most:
            near = get_close_matches(type_, sorted(self._counted.types or ()), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield f"{number:,} of type {told(type_)}, which no measure counts{hint}"
        others = self._of_other_types.total() - sum(number for _, number in most)
        if others:
            yield f"{others:,} of other types that no measure counts"
        for name, number in sorted(self._texts.items()):
            yield f"{number:,} with text as {name}, where the definition reads a number: the worker refuses them"

    def _look(self, value: bytes) -> None:
        try:
            type_, *amounts = self._whole(value)
        except msgspec.DecodeError:  # a list on the way to an amount, or no event at all
            try:
                (type_,), amounts = self._type(value), []
            except msgspec.DecodeError:
                return
        if not isinstance(type_, str):
            return
        if self._counted.types is not None and type_ not in self._counted.types:
            self._of_other_types[type_] += 1
        wanted = self._counted.amounts_of(type_)
        for name, amount in zip(self._names, amounts, strict=False):
            if isinstance(amount, str) and name in wanted:
                self._texts[name] += 1


def _path(source: Source, name: str) -> str:
    match source.format:
        case CloudEventsFormat():
            return name if name in {"subject", "source"} else f"data.{name}"
        case flat:
            return flat.path(name)
