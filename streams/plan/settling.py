"""What is counted by dimensions that are remembered of entities."""

from collections.abc import Iterator

from schemas.definition.model import Definition, Dimension, Measure, Window
from streams.plan.additives import Added, additive_of
from streams.plan.parts import (
    Additive,
    Nameless,
    Remembering,
    Series,
    Settled,
    Space,
    series_of_place,
)
from streams.plan.places import spaces_of
from streams.time.calendar import Calendar

OfMeasure = dict[str, dict[Window, Series]]


def settled_of(dimension: Dimension, measures: list[Measure], of_measure: OfMeasure, calendar: Calendar) -> Settled:
    """What these measures count by this dimension."""
    mine = [one for one in measures if dimension.name in one.by_dimension]
    additives = tuple(_additives(mine, of_measure))
    remembering = [one for one in mine if isinstance(one, Remembering)]
    spaces = tuple(
        space._replace(name=f"{space.name}|{dimension.name}") for space in spaces_of(remembering, of_measure, calendar)
    )
    return Settled(
        name=f"{dimension.settled}|{dimension.name}|",
        dimension=dimension.name,
        property=dimension.property,
        values=tuple(sorted(dimension.values)),
        of=dimension.settled,
        within_ms=dimension.within_ms,
        additives=additives,
        spaces=spaces,
        series=tuple(sorted({*_added_to(additives), *_judged(spaces)})),
    )


def nameless_of(dimension: Dimension, measures: list[Measure], of_measure: OfMeasure) -> Nameless:
    """What these measures count by this dimension of events that name nobody."""
    mine = [one for one in measures if dimension.name in one.by_dimension]
    return Nameless(dimension.name, dimension.settled, tuple(_additives(mine, of_measure)))


def settled_dimensions(definition: Definition) -> list[Dimension]:
    """Those that are remembered of entities, in a fixed order."""
    return [one for _, one in sorted(definition.dimensions.items()) if one.settled]


def _additives(measures: list[Measure], of_measure: OfMeasure) -> Iterator[Additive]:
    return (additive_of(one, of_measure[one.name]) for one in measures if isinstance(one, Added))


def _added_to(additives: tuple[Additive, ...]) -> Iterator[str]:
    return (series.name for additive in additives for series in additive.series)


def _judged(spaces: tuple[Space, ...]) -> Iterator[str]:
    return (series for space in spaces for placed in space.places for series in series_of_place(placed))
