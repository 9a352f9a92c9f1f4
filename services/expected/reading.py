"""The cells of a long past: read piece by piece beside what the exporter shows, added up, and not kept."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

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


async def past_cells(snapshots: Snapshots, wanted: Mapping[str, Collection[KeySpan]], *, parts: bool) -> Cells:
    """These cells of every partition that is shown, each at or after the moment that is shown; segments if ``parts``.

    Raises NothingToShow where a partition has been set back meanwhile, and what the store raises.
    """
    cells = Cells()
    for partition, shown in list(snapshots.latest.items()):
        for series, span in _pieces(wanted):
            found = await snapshots.reader.snapshot(partition, {series: [span]})
            if found is None or found.standing.position < shown.standing.position:
                raise NothingToShow(f"{partition.topic}[{partition.number}] was set back while its past was read")
            for fields in found.cells.get(series, {}).values():
                cells.add(series, fields if parts else {name: n for name, n in fields.items() if "|" not in name})
    return cells


def rests_on_parts(definition: Definition, metric: str) -> bool:
    """Whether the whole of a metric cannot be told without the parts of its cells: a share, a quantile."""
    kinds = (definition.measures[name] for name in measures_of(definition, metric))
    return any(isinstance(one, model.Distribution) for one in kinds) or _has_share(definition, metric)


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
