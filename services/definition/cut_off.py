"""What Ctrl-C of ``nsm definition carry`` has left: it may come when everything has been written."""

import asyncio
from pathlib import Path
from typing import Final

from schemas.definition.loading import load
from services.definition.kept import START_WORKERS, carried_by
from streams.plan import compile_plan
from streams.state.redis.connection import FAULTS
from streams.state.serving import Registry

PATIENCE_S: Final = 5.0
ANEW: Final = "cut off: what is served is as it was; nsm definition carry begins anew when it is run again"


async def left_by_carry(file: Path, registry: Registry) -> str:
    """One sentence, by what the registry says of the file's version now."""
    version = compile_plan(load(file)).version
    try:
        async with asyncio.timeout(PATIENCE_S):
            carried = await carried_by(registry, version)
    except FAULTS:
        return (
            "cut off, and Redis does not say how far it came: what is served is as it was; nsm definition carry begins "
            "anew when it is run again, or says that the version has begun already"
        )
    if carried is None or not carried.whole:
        return ANEW
    return (
        f"cut off after the end: version {version} has all that was carried over, and what is served is as it was; "
        f"{START_WORKERS}"
    )
