"""``nsm definition retire VERSION``: its counts go, and a mark stays that no worker of it can begin again over."""

from collections.abc import Iterator

from schemas.errors import CommandError
from services.definition.internal_topics import Dropped
from services.definition.kept import carried_by
from services.definition.status import VersionStatus, version_status
from streams.state.port import Partition, Reader, Store
from streams.state.serving import Registry, Serving, dropped


async def retire(version: str, company: str, registry: Registry, reader: Reader, store: Store) -> VersionStatus:
    """How it stood before; raises CommandError where it is served, or never began.

    What was not carried over to the end has never counted: it leaves no mark, and may begin again.
    Killed half-way and asked again, it does what is left.
    """
    topics, carried = await reader.partitions(version), await carried_by(registry, version)
    cut_off = carried is not None and not carried.whole
    if not topics and not cut_off:
        message = f"version {version} has not begun here; nsm definition status names those that have"
        raise CommandError(message)
    stood = await version_status(registry, reader, {}, (version, topics))
    for one in {company, stood.company} - {""}:
        await _drop(registry, one, version)
    for topic, number in topics.items():
        for n in range(number):
            await store.retire(Partition(version, topic, n))
    await registry.forget(version, marks=cut_off)
    return stood


def sentences(stood: VersionStatus, dropped: Dropped) -> Iterator[str]:
    """What is free now, and what is left to do."""
    if stood.part == "retired":
        yield f"version {stood.version} was retired already: there was nothing left to free"
    else:
        yield f"version {stood.version} is retired: {stood.bytes / 1e6:,.1f} MB are free"
    for topic in dropped.deleted:
        yield f"its internal topic {topic} is deleted"
    for topic in dropped.left:
        yield f"its internal topic {topic} is left, as Kafka does not answer: ask again, or delete it there"


async def not_served(registry: Registry, company: str, version: str) -> Serving:
    """What is; raises CommandError where it is this one."""
    known = await registry.serving(company)
    if known.served == version:
        message = f"version {version} is served for {company}; serve another one first"
        raise CommandError(message)
    return known


async def _drop(registry: Registry, company: str, version: str) -> None:
    """It cannot take over any more, nor be rolled back to."""
    while True:
        known = await not_served(registry, company, version)
        wanted = dropped(known, version)
        if known == wanted or await registry.exchange(company, known, wanted):
            return
