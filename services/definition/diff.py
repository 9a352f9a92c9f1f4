"""``nsm definition diff FILE [FILE]``: what a changed file means for the counts."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from schemas.definition.loading import load
from schemas.errors import CommandError
from services.definition.differences import Carriable, Difference, differences
from services.definition.kept import kept_plan
from streams.plan import Plan, compile_plan
from streams.state.port import Partition
from streams.state.serving import Registry


async def compared(registry: Registry, file: Path, other: Path | None) -> Difference:
    """From the served version to the file, or from one file to the other."""
    plan = compile_plan(load(file))
    if other is not None:
        return differences(plan, compile_plan(load(other)))
    found = differences(await _served(registry, plan), plan)
    return msgspec.structs.replace(found, retired=await _is_retired(registry, plan.version))


async def _is_retired(registry: Registry, version: str) -> bool:
    topics = (await registry.versions()).get(version, {})
    partitions = [Partition(version, topic, n) for topic, number in topics.items() for n in range(number)]
    return any([await registry.retired(one) for one in partitions])


def sentences(found: Difference, *, of_served: bool = False) -> Iterator[str]:
    """For people.  ``of_served``: the first is what the workers keep, whatever an exporter's own file says by now."""
    yield from (f"counts: {one}" for one in found.counted)
    yield from (f"shows:  {one}" for one in found.shown)
    if not found.anew:
        yield f"The same fold: version {found.one} goes on, nothing is folded anew."
        if found.shown and of_served:
            yield "Compared with the file that its workers began with: an exporter shows what its own says by now."
        return
    yield f"Another fold: version {found.other} instead of {found.one}, beside it."
    changed = tuple(name for name in found.measures if name not in found.new + found.gone)
    for what, measures in (("New", found.new), ("No longer counted", found.gone), ("Not counted as before", changed)):
        if measures:
            yield f"{what}: {', '.join(measures)}."
    if found.retired:
        yield (
            f"Version {found.other} has been retired and does not come back: its name says what it counts, and is used "
            "up. Change something else of what it counts as well, or serve it from other topics."
        )
    elif found.carriable is not None:
        yield f"It begins at the start of the topics{_spared(found.carriable)}"


def _spared(found: Carriable) -> str:
    if found.refused:
        return f". nsm definition carry is not possible: {'; '.join(found.refused)}."
    if found.series == found.of:
        return f", unless nsm definition carry lets all its {found.of} series go on as they stand."
    needing = f", which must still have their beginning ({'; '.join(found.needs_all)})" if found.needs_all else ""
    return (
        f", unless nsm definition carry lets {found.series} of its {found.of} series go on as they stand: "
        f"only the others are folded over the topics{needing}."
    )


async def _served(registry: Registry, plan: Plan) -> Plan:
    company = plan.definition.company
    version = (await registry.serving(company)).served
    if not version:
        message = f"nothing is served for {company} yet; give two files to compare them"
        raise CommandError(message)
    served = await kept_plan(registry, version)
    if served is None:
        message = f"version {version} is served, but its definition is not kept as this release reads it"
        raise CommandError(message)
    return served
