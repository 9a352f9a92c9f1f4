"""``nsm definition status``: every version in the store, what it is to its company, and how far it is."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping

import msgspec

from streams.state.port import Partition, Reader
from streams.state.serving import Registry

Known = Mapping[tuple[str, int], int]
"""The offset after the last of each partition of a topic; without those that Kafka does not tell of."""
Ends = Callable[[Mapping[str, int]], Awaitable[Known]]
"""Those of topic -> how many partitions."""
Workers = Callable[[str], Awaitable[int | None]]
"""How many workers of a version run now; None where Kafka does not say."""


class PartitionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``position`` is None where nothing has begun or all is retired, ``lag`` also where Kafka does not say the end."""

    topic: str
    partition: int
    position: int | None
    end: int | None
    lag: int | None
    retired: bool
    bytes: int


class VersionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``part`` is ``served``, ``before``, ``next``, ``retired`` or nothing; ``company`` empty where it is not known.

    ``workers`` is how many fold it now; None where that is not known, or was not asked.
    """

    version: str
    company: str
    part: str
    partitions: tuple[PartitionStatus, ...]
    workers: int | None = None

    @property
    def lag(self) -> int | None:
        """In all; None where it is not known of each."""
        lags = [one.lag for one in self.partitions]
        known = [lag for lag in lags if lag is not None]
        return sum(known) if known and len(known) == len(lags) else None

    @property
    def bytes(self) -> int:
        """In the store, about."""
        return sum(one.bytes for one in self.partitions)


async def all_versions(registry: Registry, reader: Reader, ends: Ends, workers: Workers) -> list[VersionStatus]:
    """Served ones first.

    Kafka is asked about all of them at once, so that one that is silent is waited for as if it were asked about a
    single one; about those that are retired it is not asked.
    """
    versions = await registry.versions()

    async def asked(version: str) -> tuple[Known, int | None]:
        return await asyncio.gather(ends(versions[version]), workers(version))

    alive = [version for version in versions if not await _is_retired(registry, version, versions[version])]
    answers = dict(zip(alive, await asyncio.gather(*map(asked, alive)), strict=True))
    found = []
    for of in versions.items():
        known, number = answers.get(of[0], ({}, None))
        one = await version_status(registry, reader, known, of)
        found.append(msgspec.structs.replace(one, workers=number))
    return sorted(found, key=lambda one: (_ORDER.index(one.part), one.company, one.version))


async def version_status(
    registry: Registry, reader: Reader, known: Known, of: tuple[str, Mapping[str, int]]
) -> VersionStatus:
    """``of`` are a version and how many partitions it counts of each topic, ``known`` the ends of those."""
    version, topics = of
    company = await _company(registry, version)
    partitions = []
    for topic, number in sorted(topics.items()):
        for n in range(number):
            partition = Partition(version, topic, n)
            standing, end = await reader.standing(partition), known.get((topic, n))
            position = None if standing is None else standing.position
            partitions.append(
                PartitionStatus(
                    topic=topic,
                    partition=n,
                    position=position,
                    end=end,
                    lag=None if position is None or end is None else max(0, end - position),
                    retired=await registry.retired(partition),
                    bytes=await registry.size(partition),
                )
            )
    part = (await registry.serving(company)).part_of(version) if company else ""
    if partitions and all(one.retired for one in partitions):
        part = "retired"
    return VersionStatus(version=version, company=company, part=part, partitions=tuple(partitions))


def sentences(found: list[VersionStatus]) -> Iterator[str]:
    """A line a version, below it one for each partition that is not at its log's end; then what stands still."""
    if not found:
        yield "no version has begun"
    for one in found:
        lag = "lag unknown" if one.lag is None else f"{one.lag:,} events behind" if one.lag else "at the logs' ends"
        about = [one.part or "not served"]
        if one.part != "retired":
            about.append(one.company or "its workers have not begun")
            about += [lag, _folded_by(one.workers), f"{len(one.partitions)} partitions"]
        yield f"{one.version}  {', '.join([*about, f'{one.bytes / 1e6:,.1f} MB'])}"
        for partition in one.partitions if one.part != "retired" else ():
            if partition.lag != 0:
                at = "no position" if partition.position is None else f"at {partition.position:,}"
                of = "end unknown" if partition.end is None else f"of {partition.end:,}"
                yield f"    {partition.topic}[{partition.partition}] {at} {of}"
    for one in found:
        yield from _standing_still(one, found)


def unanswered(found: list[VersionStatus], kafka: str, patience_s: float) -> Iterator[str]:
    """What Kafka was asked and has not said."""
    alive = [one for one in found if one.part != "retired"]
    logs = [one.version for one in alive if any(partition.end is None for partition in one.partitions)]
    groups = [one.version for one in alive if one.workers is None]
    missing = [f"how far all logs of {' and '.join(logs)} reach"] if logs else []
    missing += [f"how many workers fold {' and '.join(groups)}"] if groups else []
    if missing:
        yield f"Kafka at {kafka} did not say within {patience_s:g} s {', nor '.join(missing)}"


def _folded_by(workers: int | None) -> str:
    if workers is None:
        return "workers unknown"
    return f"{workers} worker{'s' if workers > 1 else ''}" if workers else "no worker"


def _standing_still(one: VersionStatus, found: list[VersionStatus]) -> Iterator[str]:
    """What is to be done for one that nobody folds, though it is served or next."""
    if one.workers != 0 or one.part not in ("served", "next"):
        return
    still = "its numbers stand still" if one.part == "served" else "it does not come to be served"
    said = (
        f"No worker folds {one.version}, which is {one.part}: {still} until nsm up, or nsm worker, runs with its file"
    )
    others = [other for other in found if other.part == "before" and other.company == one.company]
    if one.part == "served" and others:
        said += f", or nsm definition rollback serves {others[0].version} again"
    yield f"{said}."


_ORDER = ("served", "next", "before", "", "retired")


async def _is_retired(registry: Registry, version: str, topics: Mapping[str, int]) -> bool:
    """Whether all of it is."""
    partitions = [Partition(version, topic, n) for topic, number in topics.items() for n in range(number)]
    return bool(partitions) and all([await registry.retired(one) for one in partitions])


async def _company(registry: Registry, version: str) -> str:
    """As its definition says; a later release's may be read so far."""
    kept = await registry.definition(version)
    try:
        return "" if kept is None else msgspec.json.decode(kept, type=_Named).company
    except msgspec.MsgspecError:
        return ""


class _Named(msgspec.Struct):
    company: str
