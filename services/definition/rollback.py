"""``nsm definition rollback``: the version before is served again, if it has kept up."""

from collections.abc import Callable, Iterator

from schemas.errors import CommandError
from services.definition.status import Ends, VersionStatus, version_status
from streams.state.port import Reader
from streams.state.serving import Registry, Serving, rolled_back

KEPT_UP = 10_000
"""Events that the version before may be behind in all: what a worker folds well within a second."""


async def roll_back(company: str, registry: Registry, reader: Reader, ends: Ends, now_ms: Callable[[], int]) -> Serving:
    """What is served now; raises CommandError, and changes nothing, where the version before cannot be."""
    known = await registry.serving(company)
    if not known.before:
        message = f"no version was served for {company} before {known.served}" if known.served else _nothing(company)
        raise CommandError(message)
    topics = await reader.partitions(known.before)
    judged = await version_status(registry, reader, await ends(topics), (known.before, topics))
    if reason := _unfit(judged):
        message = f"version {known.before} cannot be served again: {reason}"
        raise CommandError(message)
    wanted = rolled_back(known, now_ms())
    if not await registry.exchange(company, known, wanted):
        message = "another version came to be served just now; ask for the status and decide again"
        raise CommandError(message)
    return wanted


def sentences(serving: Serving, workers: int | None) -> Iterator[str]:
    """What is served now, and that it stands still while no worker folds it (None: it is not known how many do)."""
    yield f"version {serving.served} is served again in place of {serving.before}"
    if workers == 0:
        yield (
            f"no worker folds {serving.served}: its numbers stand still until nsm up, or nsm worker, runs with its "
            f"file; nsm definition rollback serves {serving.before} again"
        )


def _unfit(before: VersionStatus) -> str:
    if before.part == "retired" or any(one.retired for one in before.partitions):
        return "it is retired"
    missing = [f"{one.topic}[{one.partition}]" for one in before.partitions if one.position is None]
    if missing or not before.partitions:
        return f"there is no state of {', '.join(missing) or 'any partition'}"
    if before.lag is None:
        return "Kafka does not say how far its logs reach"
    if before.lag > KEPT_UP:
        return f"it is {before.lag:,} events behind; let its workers run until it has caught up"
    return ""


def _nothing(company: str) -> str:
    return f"nothing is served for {company} yet"
