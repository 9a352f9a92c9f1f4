"""A version's definition as its own workers kept it."""

import msgspec

from schemas.definition.model import Definition
from streams.plan import Plan, compile_plan
from streams.state.serving import Registry


async def kept_plan(registry: Registry, version: str) -> Plan | None:
    """None where it was not kept, or this release does not compile it to the same version."""
    return plan_of(await registry.definition(version), version)


def plan_of(kept: bytes | None, version: str) -> Plan | None:
    """Of what was kept, likewise."""
    try:
        plan = None if kept is None else compile_plan(msgspec.json.decode(kept, type=Definition))
    except (msgspec.MsgspecError, ValueError, LookupError):
        return None
    return plan if plan is not None and plan.version == version else None
