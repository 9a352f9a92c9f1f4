"""``nsm definition status``: every version in the store, what it is to its company, and how far it is."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import msgspec

from streams.state.port import Partition, Reader
from streams.state.serving import Registry

Ends = Callable[[Mapping[str, int]], Awaitable[Mapping[tuple[str, int], int]]]
"""Topic -> how many partitions: the offset after the last of each; without those that Kafka does not tell of."""


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
    """``part`` is ``served``, ``before``, ``next``, ``retired`` or nothing; ``company`` empty where it is not known."""

    version: str
    company: str
    part: str
    partitions: tuple[PartitionStatus, ...]

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


async def all_versions(registry: Registry, reader: Reader, ends: Ends) -> list[VersionStatus]:
    """Served ones first."""
    found = []
    for version, topics in (await registry.versions()).items():
        found.append(await version_status(registry, reader, ends, (version, topics)))
    return sorted(found, key=lambda one: (_ORDER.index(one.part), one.company, one.version))


async def version_status(
    registry: Registry, reader: Reader, ends: Ends, of: tuple[str, Mapping[str, int]]
) -> VersionStatus:
    """``of`` are a version and how many partitions it counts of each topic."""
    version, topics = of
    company = await _company(registry, version)
    known = await ends(topics)
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
    """A line a version, below it one for each partition that is not at its log's end."""
    if not found:
        yield "no version has begun"
    for one in found:
        lag = "lag unknown" if one.lag is None else f"{one.lag:,} events behind" if one.lag else "at the logs' ends"
        about = [one.part or "not served"]
        if one.part != "retired":
            about.append(one.company or "its workers have not begun")
            about += [lag, f"{len(one.partitions)} partitions"]
        yield f"{one.version}  {', '.join([*about, f'{one.bytes / 1e6:,.1f} MB'])}"
        for partition in one.partitions if one.part != "retired" else ():
            if partition.lag != 0:
                at = "no position" if partition.position is None else f"at {partition.position:,}"
                of = "end unknown" if partition.end is None else f"of {partition.end:,}"
                yield f"    {partition.topic}[{partition.partition}] {at} {of}"


_ORDER = ("served", "next", "before", "", "retired")


async def _company(registry: Registry, version: str) -> str:
    """As its definition says; a later release's may be read so far."""
    kept = await registry.definition(version)
    try:
        return "" if kept is None else msgspec.json.decode(kept, type=_Named).company
    except msgspec.MsgspecError:
        return ""


class _Named(msgspec.Struct):
    company: str
