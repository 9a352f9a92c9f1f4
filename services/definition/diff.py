"""``nsm definition diff FILE [FILE]``: what a changed file means for the counts."""

from collections.abc import Iterator
from pathlib import Path

from schemas.definition.loading import load
from schemas.errors import CommandError
from services.definition.differences import Difference, differences
from services.definition.kept import kept_plan
from streams.plan import Plan, compile_plan
from streams.state.serving import Registry


async def compared(registry: Registry, file: Path, other: Path | None) -> Difference:
    """From the served version to the file, or from one file to the other."""
    plan = compile_plan(load(file))
    if other is not None:
        return differences(plan, compile_plan(load(other)))
    return differences(await _served(registry, plan), plan)


def sentences(found: Difference) -> Iterator[str]:
    """For people."""
    yield from (f"counts: {one}" for one in found.counted)
    yield from (f"shows:  {one}" for one in found.shown)
    if not found.anew:
        yield f"The same fold: version {found.one} goes on, nothing is folded anew."
        return
    yield f"Another fold: version {found.other} instead of {found.one} begins at the start of the topics, beside it."
    if found.measures:
        yield f"Not counted as before: {', '.join(found.measures)}."
    if found.carried:
        yield found.carried


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
