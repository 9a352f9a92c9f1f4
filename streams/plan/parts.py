"""What a plan is made of."""

from typing import NamedTuple

import msgspec

from schemas.definition import model
from schemas.definition.model import Condition, Measure, Source
from schemas.events.needs import Needs
from streams.measures.chain import Chain
from streams.measures.conversion import Conversion
from streams.measures.net_retention import NetRetention
from streams.time.grains import Days, Grain

Judged = model.Distinct | model.First | model.Repeat | model.Lifecycle
"""The kinds that remember an entity's points."""
Remembering = Judged | model.NetRetention | model.Conversion
"""The kinds that have records of entities."""


class Generation(msgspec.Struct, frozen=True):
    """Series that began to be counted together: with the first event that is known, or (``since_ms``) with the events
    that came when every earlier one had been read; those are before that moment.
    """

    series: tuple[str, ...]
    since_ms: int | None = None


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a version took over from the one it names, instead of folding it from the topics; oldest first.

    ``whole`` once all of it is there; until then ``attempt`` tells whose it is to bring it there.

    Generations never share what is remembered of an entity: it would reach back only as far as the older ones needed.
    """

    before: str = ""
    generations: tuple[Generation, ...] = ()
    whole: bool = True
    attempt: str = ""

    def generation(self, series: str) -> int:
        """The number of the one that a series belongs to; what no generation names comes after all of them."""
        found = (n for n, one in enumerate(self.generations) if series in one.series)
        return next(found, len(self.generations))

    def since_ms(self, series: str) -> int | None:
        """None: since the first event that is known."""
        number = self.generation(series)
        return self.generations[number].since_ms if number < len(self.generations) else None


NOTHING_CARRIED = Carried()


class Series(NamedTuple):
    """A measure cut at one grain; ``running`` where a reading sums all cells up to a piece, not a span of them.

    A cell of it changes no more once the floor is ``waits_ms`` past its piece: what begins there may end later.
    ``generation`` is that of what was carried over.
    """

    name: str
    grain: Grain
    running: bool
    waits_ms: int = 0
    generation: int = 0


class Choice(NamedTuple):
    """Which events: of one type, or any, that meet every condition.

    ``text`` tells choices apart whose values Python takes for equal, such as 1 and true.
    """

    of: str
    where: tuple[Condition, ...]
    text: str

    @classmethod
    def by(cls, measure: Measure) -> "Choice":
        """The events of a measure."""
        return cls(measure.of, measure.where, repr(measure.where))


EVERY = Choice(model.ANY, (), repr(()))
"""All events."""


class Additive(NamedTuple):
    """A count, or the sum of ``amount``, at each of these grains; ``dimensions`` are (name, property).

    ``binned``: how many amounts lie in each bin, in place of their sum.
    """

    measure: str
    choice: Choice
    amount: str | None
    series: tuple[Series, ...]
    dimensions: tuple[tuple[str, str], ...]
    binned: bool


class PlacedChain(NamedTuple):
    """The chain at one place of its space's records, and the measures it serves."""

    choice: Choice
    chain: Chain
    measures: tuple[str, ...]


class PlacedRetention(NamedTuple):
    """A net retention of ``amount`` by one unit of the calendar, at one place of its space's records."""

    choice: Choice
    amount: str
    days: Days
    retention: NetRetention
    measures: tuple[str, ...]


class PlacedConversion(NamedTuple):
    """A conversion of the events chosen to others, at one place of its space's records."""

    choice: Choice
    to: Choice
    conversion: Conversion
    measures: tuple[str, ...]


Placed = PlacedChain | PlacedRetention | PlacedConversion


def choices_of(placed: Placed) -> tuple[Choice, ...]:
    """Every choice of events that it is made of."""
    return (placed.choice, placed.to) if isinstance(placed, PlacedConversion) else (placed.choice,)


def series_of_place(placed: Placed) -> frozenset[str]:
    """Every series that it adds to."""
    match placed:
        case PlacedChain(chain=chain):
            return frozenset(judge.series for judge in chain.judges)
        case PlacedRetention(retention=retention):
            return frozenset(retention.series.values())
        case PlacedConversion(conversion=conversion):
            return frozenset(conversion.series)


class Space(NamedTuple):
    """One kind of entity and what its records hold, in order: chains, then what has a record of its own."""

    name: str
    entity: tuple[str, ...]
    places: tuple[Placed, ...]


class Split(NamedTuple):
    """What is remembered of one kind of entity, split by a dimension; what is none of ``values`` is one segment.

    ``name`` is the space of the records of ``places``, one for each entity and segment.  ``converting`` has records of
    its own, one an entity: the start of a conversion is in a segment, its end in any.
    """

    name: str
    dimension: str
    property: str
    values: tuple[str, ...]
    entity: tuple[str, ...]
    places: tuple[PlacedChain | PlacedRetention, ...]
    converting: tuple[PlacedConversion, ...]


class Settled(NamedTuple):
    """A dimension that is remembered of entities, and what is counted by it: of the segments alone, not of the whole.

    ``name`` is the space of what is remembered of each entity, which the property ``of`` names; ``spaces`` have the
    records of what counts such entities, or pairs with one.  ``series`` are all that it adds to, in a fixed order.
    """

    name: str
    dimension: str
    property: str
    values: tuple[str, ...]
    of: str
    within_ms: int
    additives: tuple[Additive, ...]
    spaces: tuple[Space, ...]
    series: tuple[str, ...]


class Nameless(NamedTuple):
    """What is counted by a dimension that is remembered of entities, where an event names none: it is in ``none``."""

    dimension: str
    of: str
    additives: tuple[Additive, ...]


class SourcePlan(NamedTuple):
    """What happens to the events of one source; ``types`` are those that some measure counts, None where all are."""

    source: Source
    needs: Needs
    additives: tuple[Additive, ...]
    spaces: tuple[Space, ...]
    types: frozenset[str] | None
    stages: "tuple[Stage, ...]" = ()
    splits: tuple[Split, ...] = ()
    settled: tuple[Settled, ...] = ()
    nameless: tuple[Nameless, ...] = ()


class Stage(NamedTuple):
    """The re-keyed measures of one source whose entities begin with one property, ``key``.

    ``plan`` is what the events are folded into that come through the internal ``topic``.
    """

    topic: str
    key: str
    plan: SourcePlan
