"""What ``nsm up`` says where its file is not the version that is served."""

import asyncio

from services.definition.not_served import way_on
from streams.plan import Plan
from streams.state.redis import RedisRegistry
from streams.state.redis.connection import FAULTS
from streams.state.serving import NOTHING, Serving


def serving_of(redis: str, company: str) -> Serving:
    """What is served of a company; nothing where the Redis at this URL does not answer."""
    try:
        return asyncio.run(RedisRegistry(redis).serving(company))
    except FAULTS:
        return NOTHING


def told(plan: Plan, serving: Serving, *, folds: bool) -> str:
    """Empty where the file's version is served, or nothing is yet; ``folds`` says whether a worker of it runs here."""
    version, served = plan.version, serving.served
    if not served or version == served:
        return ""
    said = f"This file is version {version}, and version {served} is shown"
    if folds and serving.part_of(version) != "before":
        said += f" until {version} has folded all that the topics hold; nsm definition status says how far it is."
    else:
        said += f": {way_on(version, serving)}."
    if folds:
        said += f" Until then {served} stands still, unless workers with its file run elsewhere."
    return said
