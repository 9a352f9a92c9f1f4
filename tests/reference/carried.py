"""Segments by what each event carries: which values are shown, and which events are in each segment."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from schemas.definition import model
from schemas.definition.arithmetic import names_in
from schemas.definition.model import Definition, Dimension

ABSENT = ("", "none")
NAMELESS = (*ABSENT, "other")
ADDED_UP = model.Count | model.Sum | model.Distribution
"""The kinds whose values are each counted alone; those of entities are told apart where they are declared."""

Sizes = Mapping[str, int]
"""Raw value -> what it comes to, in the measure's own units."""


def shown(dimension: Dimension, longest: Sequence[Sizes], own: Sequence[Sizes]) -> tuple[str, ...]:
    """Declared ones, then the largest over the longest window, then over the window itself; each of all measures."""
    ranked = [value for sizes in (longest, own) for value in _ranked(sizes) if value not in NAMELESS]
    limit = max(dimension.limit, len(dimension.values))
    return tuple(dict.fromkeys([*dimension.values, *ranked]))[:limit]


def _ranked(several: Sequence[Sizes]) -> list[str]:
    together: dict[str, int] = {}
    for sizes in several:
        for value, number in sizes.items():
            together[value] = together.get(value, 0) + abs(number)
    return sorted((one for one in together if together[one]), key=lambda one: (-together[one], one))


def in_segment(segment: str, sizes: Sizes, places: Collection[str]) -> int:
    """What a segment comes to."""
    match segment:
        case "none":
            return sum(sizes.get(one, 0) for one in ABSENT)
        case "other":
            return sum(number for one, number in sizes.items() if one not in places and one not in ABSENT)
        case _:
            return sizes.get(segment, 0)


def in_segment_sql(segment: str, value: str, dimension: Dimension) -> str:
    """Whether an event is in a segment of declared values; ``value`` is how to read it off the event."""
    raw, declared = f"coalesce({value}, '')", ", ".join(f"'{one}'" for one in (*ABSENT, *dimension.values))
    match segment:
        case "none":
            return f"{raw} in ('', 'none')"
        case "other":
            return f"{raw} not in ({declared})"
        case _:
            return f"{raw} = '{segment}'"


def by_value_sql(matching: str) -> str:
    """``moment``, ``raw`` and what it comes to; ``matching`` has ``t``, ``raw`` and ``v``."""
    instants = f"select t, raw, sum(v) as v from {matching} group by t, raw"
    return f"""select moment, raw, sum(v) from asked join ({instants}) on t >= begin_ms and t < end_ms
               group by moment, raw"""


def measures_under(definition: Definition, name: str) -> Iterator[str]:
    """Every measure that a metric stands on."""
    if name in definition.measures:
        yield name
        return
    match definition.metrics[name].value:
        case model.Plain(measure) | model.Quantile(measure) | model.Share(measure):
            yield measure
        case model.Ratio(numerator, denominator):
            yield from measures_under(definition, numerator)
            yield from measures_under(definition, denominator)
        case model.Growth(of):
            yield from measures_under(definition, of)
        case model.Formula(expression):
            for one in names_in(expression):
                yield from measures_under(definition, one)
