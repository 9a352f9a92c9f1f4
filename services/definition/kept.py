"""A version's definition as its own workers kept it, and what it went on with."""

from typing import Final

import msgspec

from schemas.definition.model import Definition
from streams.plan import NOTHING_CARRIED, Carried, Plan, compile_plan
from streams.state.serving import Registry

START_WORKERS: Final = (
    "start its workers (nsm up or nsm worker, with its file): they go on where it stands, and take over when they have "
    "caught up"
)
"""What is to be done once a version goes on with another."""


async def kept_plan(registry: Registry, version: str) -> Plan | None:
    """None where it was not kept, or this release does not compile it to the same version."""
    return plan_of(await registry.definition(version), version, await carried_by(registry, version))


async def carried_by(registry: Registry, version: str) -> Carried | None:
    """None where the version began anew."""
    kept = await registry.carried(version)
    return None if kept is None else msgspec.json.decode(kept, type=Carried)


def plan_of(kept: bytes | None, version: str, carried: Carried | None = None) -> Plan | None:
    """Of what was kept, likewise."""
    try:
        definition = None if kept is None else msgspec.json.decode(kept, type=Definition)
        plan = None if definition is None else compile_plan(definition, carried or NOTHING_CARRIED)
    except (msgspec.MsgspecError, ValueError, LookupError):
        return None
    return plan if plan is not None and plan.version == version else None


async def going_on(registry: Registry, plan: Plan) -> Plan:
    """A plan of a file, as the state of its version has it."""
    carried = await carried_by(registry, plan.version) or NOTHING_CARRIED
    return plan if plan.carried == carried else compile_plan(plan.definition, carried)
