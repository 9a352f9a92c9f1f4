"""``nsm definition carry FILE``: the file's version goes on with all that the served one counts alike.

    refused ◀── what cannot be ── plans ──▶ sources copied ──▶ stages copied ──▶ what is new, folded over the topics
                                                                                  └▶ every partition gets its position
                                                                                       └▶ its workers begin there

Until the end there is no position, so that no worker can begin; an attempt that was cut off is wiped by the next, and
one that only seemed to be gives way to it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from schemas.definition.model import Definition
from schemas.errors import CommandError
from services.definition.attempt import Attempt
from services.definition.backfill import Backfill, Backfilled, Told, asked, since_ms
from services.definition.copying import Copying
from services.definition.kept import START_WORKERS, carried_by, kept_plan
from services.definition.logs import Logs, Place
from services.definition.stores import Stores
from services.definition.topics import Topics, ids_of, numbers_of
from streams.carrying import CannotBeCarried, Carrying, carrying
from streams.plan import Plan
from streams.state.port import Partition
from streams.state.redis.copier import Held
from streams.state.serving import Registry


class Kafka(msgspec.Struct, frozen=True):
    """The topics and what stands in them; ``told`` hears how far what is new has been folded."""

    topics: Topics
    logs: Logs
    told: Told = lambda _, __: None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``series`` that went on, ``new`` ones that begin at ``since_ms``, or (None) with the first event of all.

    ``events`` were read again for them; ``refused`` of those that the version before has counted do not count any more,
    ``accepted`` that it has refused do.  ``missing`` were no longer there, so that what is new begins now.
    """

    one: str
    other: str
    series: tuple[str, ...]
    new: tuple[str, ...]
    since_ms: int | None
    records: int
    events: int
    refused: int
    accepted: int
    missing: int
    time_zone: str


async def carry(definition: Definition, stores: Stores, kafka: Kafka) -> Report:
    """Raises CommandError where it cannot be."""
    old = await _served(definition, stores.registry)
    found = _planned(old, definition, None)
    await _not_begun(found.new, stores)
    numbers = await numbers_of(old, stores, kafka.topics)
    begins = await kafka.logs.begins([Place(topic, n) for topic in asked(found) for n in range(numbers[topic])])
    if any(one.offset for one in begins.values()):
        found = _planned(old, definition, 0)
    attempt = await Attempt.begin(found.new, stores.registry)
    copy = Copying(found, stores, attempt, await ids_of(found.new, kafka.topics))
    await copy.run()
    begins = await kafka.logs.begins(list(begins))  # retention goes on meanwhile
    since, backfilled = since_ms(found.new, copy.copied, begins, copy.now_ms), Backfilled()
    found = _planned(old, definition, since)
    if begins and (since is None or since < copy.now_ms):
        backfill = Backfill(found, copy.copied, stores, attempt)
        backfilled = await backfill.fold(kafka.logs, begins, kafka.told)
        if backfilled.missing:
            since = copy.now_ms
            found = _planned(old, definition, since)
        else:
            await backfill.put()
    await _finish(found.new, copy.copied, stores, attempt)
    return Report(
        one=old.version,
        other=found.new.version,
        series=tuple(sorted(found.series)),
        new=tuple(sorted(found.begun)),
        since_ms=since if found.begun else None,
        records=copy.records,
        events=backfilled.events,
        refused=backfilled.refused,
        accepted=backfilled.accepted,
        missing=backfilled.missing,
        time_zone=definition.time_zone,
    )


async def _finish(new: Plan, copied: Mapping[Partition, Held], stores: Stores, attempt: Attempt) -> None:
    """From here on it counts: partition by partition, then the version."""
    for partition, held in copied.items():
        await attempt.check()
        await stores.copier.finish(partition, held)
    await attempt.check()
    await stores.registry.keep_carried(new.version, msgspec.json.encode(new.carried))


async def _served(definition: Definition, registry: Registry) -> Plan:
    version = (await registry.serving(definition.company)).served
    old = await kept_plan(registry, version) if version else None
    if old is None:
        message = f"nothing is served for {definition.company} that this release can read: there is nothing to carry"
        raise CommandError(message)
    return old


def _planned(old: Plan, definition: Definition, since: int | None) -> Carrying:
    try:
        found = carrying(old, definition, since)
    except CannotBeCarried as reasons:
        message = f"version {old.version} cannot be carried over: {reasons}"
        raise CommandError(message) from reasons
    if found.new.version == old.version:
        message = f"the file is version {old.version}, which is served: nothing has to be carried over"
        raise CommandError(message)
    return found


async def _not_begun(new: Plan, stores: Stores) -> None:
    carried = await carried_by(stores.registry, new.version)
    if carried is not None and not carried.whole:
        return  # cut off: it is wiped
    numbers = await stores.reader.partitions(new.version)
    places = [Partition(new.version, topic, n) for topic, number in numbers.items() for n in range(number)]
    if any([await stores.registry.retired(one) for one in places]):
        message = (
            f"version {new.version} is retired, and does not come back: its name says what it counts, and is used up"
        )
        raise CommandError(message)
    if places or carried is not None:
        message = (
            f"version {new.version} has begun already: retire it, or let its workers go on (nsm definition status)"
        )
        raise CommandError(message)


def sentences(report: Report) -> Iterator[str]:
    """For people."""
    yield (
        f"version {report.other} goes on with {report.one}: {len(report.series)} series as they stand, "
        f"{report.records:,} records"
    )
    if report.new:
        yield f"new: {', '.join(report.new)}: {_shown(report)}"
    if report.events:
        yield f"{report.events:,} events of the topics were read again for it"
    if report.refused:
        yield (
            f"of those, {report.refused:,} counted in version {report.one} and are refused from now on: "
            "they count for what went on, and not for what is new"
        )
    if report.accepted:
        yield (
            f"of those, {report.accepted:,} were refused in version {report.one} and count from now on: "
            "they count for what is new, and not for what went on"
        )
    if report.missing:
        yield (
            f"{report.missing:,} events that version {report.one} has read are no longer in the topics, although those "
            "begin where they did: what is new begins now"
        )
    yield START_WORKERS


def _shown(report: Report) -> str:
    if report.since_ms is None:
        return "shown from the first event on"
    since = datetime.fromtimestamp(report.since_ms / 1000, ZoneInfo(report.time_zone))
    return f"shown for windows that begin after {since.isoformat(' ', 'seconds')}"
