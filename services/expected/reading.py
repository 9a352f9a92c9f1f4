"""The cells of a long past: read piece by piece beside what the exporter shows, added up, and not kept."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, Literal

from schemas.definition import model
from schemas.definition.model import Definition
from schemas.definition.operands import operands
from services.exporter.followed import NothingToShow
from services.exporter.snapshots import Snapshots
from streams.cells import Cells
from streams.plan import measures_of
from streams.state.port import KeySpan

KEYS_AT_ONCE: Final = 4
"""Of 64 buckets each: the store answers others in between."""
Needs = Literal["whole", "bins", "all"]
"""Cells of the whole alone; these and its bins; those of segments too."""


async def past_cells(snapshots: Snapshots, wanted: Mapping[str, Collection[KeySpan]], needs: Needs) -> Cells:
    """These cells of every partition that is shown, each at or after the moment that is shown; of them what it needs.

    Raises NothingToShow where a partition has been set back meanwhile, and what the store raises.
    """
    cells = Cells()
    for partition, shown in list(snapshots.latest.items()):
        for series, span in _pieces(wanted):
            found = await snapshots.reader.snapshot(partition, {series: [span]})
            if found is None or found.standing.position < shown.standing.position:
                raise NothingToShow(f"{partition.topic}[{partition.number}] was set back while its past was read")
            for fields in found.cells.get(series, {}).values():
                cells.add(series, fields if needs == "all" else {n: fields[n] for n in fields if _is_needed(n, needs)})
    return cells


def needs_of(definition: Definition, metric: str) -> Needs:
    """Which cells tell the whole of a metric: of a share also those of segments."""
    if _has_share(definition, metric):
        return "all"
    kinds = (definition.measures[name] for name in measures_of(definition, metric))
    return "bins" if any(isinstance(one, model.Distribution) for one in kinds) else "whole"


def _is_needed(field: str, needs: Needs) -> bool:
    """Bins by dimension are many times those of the whole."""
    _, bar, rest = field.partition("|")
    return not bar or (needs == "bins" and rest.startswith("|"))


def _has_share(definition: Definition, metric: str) -> bool:
    value = definition.metrics[metric].value
    if isinstance(value, model.Share):
        return True
    metrics = (name for name in operands(value) if name not in definition.measures)
    return any(_has_share(definition, name) for name in metrics)


def _pieces(wanted: Mapping[str, Collection[KeySpan]]) -> Iterator[tuple[str, KeySpan]]:
    for series, spans in wanted.items():
        for first, last in spans:
            if first is None:  # whatever there is: the store knows how much
                yield series, KeySpan(first, last)
                continue
            for begin in range(first, last + 1, KEYS_AT_ONCE):
                yield series, KeySpan(begin, min(begin + KEYS_AT_ONCE - 1, last))
