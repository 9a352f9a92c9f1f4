"""What is new is folded by itself at the edges: logs with nothing left, with holes, values told apart no more."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.errors import CommandError
from schemas.names import records_name
from services.definition.carry import Report, sentences
from services.definition.logs import Begin, Place
from streams import adding
from streams.events.raws import Raws
from streams.plan import compile_plan
from streams.readings import Readings
from streams.state.port import Partition
from streams.state.redis.copier import RedisCopier
from tests.servers import RedisServer
from tests.services.definition.carrying import begun, carried, folded_whole, gone_on
from tests.services.definition.held_logs import HeldLogs
from tests.services.definition.two_versions import BEGIN, OLD
from tests.services.exporter.world import Event
from tests.streams.folding import DAY, HOUR, event

WEIGHT = OLD.replace("metrics:\n", "  weight: {sum: view.kilos}\nmetrics:\n").replace(
    "north_star:", "  weight: {measure: weight, window: {calendar: day}}\nnorth_star:"
)
BY_HOURS = OLD.replace(
    "{measure: orders, window: [{calendar: day}, lifetime]}",
    "{measure: orders, window: [{calendar: day}, {rolling: 48h}, lifetime]}",
)
ALSO_FIRST = OLD.replace("metrics:\n", "  viewers: {first: view}\nmetrics:\n").replace(
    "north_star:", "  viewers: {measure: viewers, window: {calendar: day}}\nnorth_star:"
)


class ShrinkingLogs(HeldLogs):
    """Retention takes so many of the second partition whenever it is asked where logs begin, but the first time."""

    async def begins(self, places: Collection[Place]) -> Mapping[Place, Begin]:
        found = await super().begins(places)
        self._begins[Place("shop", 1)] = Begin(7, BEGIN)
        return found


class CompactedLogs(HeldLogs):
    """Every third record is gone, as after compaction, and the beginning is where it was."""

    async def some(self, place: Place) -> tuple[Raws, int]:
        raws, following = await super().some(place)
        return Raws.of(raw for raw in raws if raw.offset % 3), following


def views(number: int, user: str, begin_ms: int, **properties: object) -> list[Event]:
    return [event(f"{user}{n}", "view", user, begin_ms + n * 60_000, **properties) for n in range(number)]


def test_a_partition_that_nothing_came_to_for_long_takes_no_past_from_the_others(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retention has emptied it: what it lost is no later than the last of what was read there."""
    url, definition = redis_server.url, parse(WEIGHT)
    idle, busy = views(5, "u0", BEGIN, kilos=1), views(90, "u4", BEGIN + 10 * DAY, kilos=2)
    monkeypatch.setattr("tests.services.exporter.world.APPENDED", BEGIN + HOUR)

    async def story() -> tuple[Report, Readings]:
        company = await begun(url, idle)
        monkeypatch.setattr("tests.services.exporter.world.APPENDED", BEGIN + 11 * DAY)
        await company.publish(*busy)
        lost = [5 if len(log) == 5 else 0 for log in company.logs]
        assert sorted(lost) == [0, 5]
        report = await carried(url, definition, HeldLogs("shop", company.logs, lost))
        readings, _ = await gone_on(url, definition, [*idle, *busy], BEGIN + 12 * DAY)
        return report, readings

    report, readings = asyncio.run(story())
    assert report.events == 90
    assert report.since_ms is not None
    assert BEGIN + HOUR < report.since_ms < BEGIN + 3 * HOUR
    day = definition.metrics["weight"].windows[0]
    assert readings.running("weight", day, BEGIN + 10 * DAY + 90 * 60_000).value == 180
    assert readings.running("weight", day, BEGIN + 2 * HOUR).value is None


def test_where_events_are_gone_from_the_middle_of_a_log_what_is_new_begins_now(
    redis_server: RedisServer, redis: Redis
) -> None:
    url, definition, several = redis_server.url, parse(WEIGHT), views(30, "u1", BEGIN, kilos=2)

    async def story() -> tuple[Report, Readings]:
        company = await begun(url, several)
        report = await carried(url, definition, CompactedLogs("shop", company.logs))
        later = [*several, *views(10, "u2", BEGIN + DAY, kilos=3)]
        readings, _ = await gone_on(url, definition, later, BEGIN + 2 * DAY)
        return report, readings

    report, readings = asyncio.run(story())
    assert report.missing == 10
    assert report.since_ms == BEGIN + 29 * 60_000 + 1
    assert any("10 events that version" in line for line in sentences(report))
    day = definition.metrics["weight"].windows[0]
    assert readings.running("weight", day, BEGIN + HOUR).value is None
    assert readings.running("weight", day, BEGIN + DAY + HOUR).value == 30


def test_where_events_are_gone_from_the_middle_of_a_log_what_asks_for_all_is_refused(
    redis_server: RedisServer, redis: Redis
) -> None:
    url = redis_server.url

    async def story() -> None:
        company = await begun(url, views(30, "u1", BEGIN))
        await carried(url, parse(ALSO_FIRST), CompactedLogs("shop", company.logs))

    with pytest.raises(CommandError, match="viewers asks who was there before"):
        asyncio.run(story())


def test_what_the_version_before_refused_and_counts_from_now_on_is_told(
    redis_server: RedisServer, redis: Redis
) -> None:
    """The old one asked for kilos; the new one does not, and counts what had none that could be read."""
    url = redis_server.url
    definition = parse(
        OLD.replace("metrics:\n", "  big: {count: view, where: size > 5}\nmetrics:\n").replace(
            "north_star:", "  big: {measure: big, window: {calendar: day}}\nnorth_star:"
        )
    )
    several = views(7, "u1", BEGIN, kilos=2, size=9) + views(3, "u2", BEGIN, kilos="two", size=9)

    async def story() -> Report:
        company = await begun(url, several, WEIGHT)
        return await carried(url, definition, HeldLogs("shop", company.logs))

    report = asyncio.run(story())
    assert (report.refused, report.accepted) == (0, 3)
    assert any("3 were refused in version" in line for line in sentences(report))


def test_values_that_are_told_apart_no_more_are_the_same_at_a_grain_that_is_new(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a value would be counted apart in what was folded again, and with the others from then on."""
    monkeypatch.setattr(adding, "VALUES_PER_PARTITION", 2)
    url, definition = redis_server.url, parse(BY_HOURS)

    def orders(name: str, begin_ms: int, *cities: str) -> list[Event]:
        return [
            event(f"{name}{n}", "order", "u1", begin_ms + n * 60_000, amount=1, city=city)
            for n, city in enumerate(cities)
        ]

    lost, left = orders("a", BEGIN, "Ede", "Epe"), orders("b", BEGIN + 9 * DAY, "Ens", "Elst", "Ede", "Ens")
    later, at_ms = orders("c", BEGIN + 9 * DAY + HOUR, "Ens", "Ede", "Elst"), BEGIN + 9 * DAY + 2 * HOUR
    window = definition.metrics["orders"].windows[1]

    async def story() -> tuple[Mapping[str, object], Mapping[str, object]]:
        company = await begun(url, [*lost, *left])
        gone = [2 if log else 0 for log in company.logs]
        await carried(url, definition, HeldLogs("shop", company.logs, gone, BEGIN + DAY))
        ours, _ = await gone_on(url, definition, [*lost, *left, *later], at_ms)
        theirs, _ = await folded_whole(definition, [*lost, *left, *later], at_ms)
        return tuple({one.segment: one.value for one in of.segments("orders", window, at_ms)} for of in (ours, theirs))  # type: ignore[return-value]

    ours, theirs = asyncio.run(story())
    assert theirs == {"Ede": 2, "Epe": 0, "other": 5}
    assert ours == theirs


def test_values_that_stay_as_they_were_copied_are_not_asked_for(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version before refused the event that has another one."""
    url, some, asked = redis_server.url, RedisCopier.some, list[str]()

    async def noting(copier: RedisCopier, partition: Partition, name: str, wanted: Sequence[bytes]) -> object:
        asked.append(name)
        return await some(copier, partition, name, wanted)

    monkeypatch.setattr(RedisCopier, "some", noting)

    async def story() -> list[str]:
        bad = event("b", "order", "u1", BEGIN, amount=1, city="Epe", kilos="two")
        several = [event("a", "order", "u1", BEGIN, amount=1, city="Ede", kilos=1), bad]
        company = await begun(url, several, WEIGHT.replace("view.kilos", "order.kilos"))
        report = await carried(url, parse(BY_HOURS), HeldLogs("shop", company.logs))
        assert report.accepted == 1
        async with RedisCopier(url) as copier:
            version = compile_plan(parse(BY_HOURS)).version
            return [name for n in (0, 1) for name in await copier.names(Partition(version, "shop", n))]

    values = records_name(adding.values_space("orders", "city"))
    assert values in asyncio.run(story())
    assert values not in asked


def test_what_repeats_an_event_that_is_lost_is_not_shown_as_another(redis_server: RedisServer, redis: Redis) -> None:
    """It may say another time: as long as ids of what was lost would be remembered nothing is known."""
    url, definition = redis_server.url, parse(WEIGHT)
    midnight = BEGIN + 100 * 60_000
    cut_ms = midnight - 62 * 60_000
    first = event("x", "view", "u1", cut_ms, kilos=2)
    again = [event("y", "view", "u1", cut_ms, kilos=1), event("x", "view", "u1", midnight + 600_000, kilos=5)]
    again.append(event("v", "view", "u1", midnight + 2 * HOUR, kilos=3))
    at_ms, day = midnight + 3 * HOUR, definition.metrics["weight"].windows[0]

    async def story() -> tuple[Readings, Readings]:
        company = await begun(url, [first, *again])
        gone = [1 if log else 0 for log in company.logs]
        await carried(url, definition, HeldLogs("shop", company.logs, gone, cut_ms))
        several = [first, *again, event("z", "view", "u1", midnight + DAY, kilos=1)]
        ours, _ = await gone_on(url, definition, several, at_ms + DAY)
        return ours, (await folded_whole(definition, several, at_ms + DAY))[0]

    ours, theirs = asyncio.run(story())
    assert theirs.running("weight", day, at_ms).value == 3
    assert ours.running("weight", day, at_ms).value is None
    assert ours.running("weight", day, at_ms + DAY).value == theirs.running("weight", day, at_ms + DAY).value == 1


def test_what_retention_takes_while_the_rest_is_copied_is_not_asked_for(
    redis_server: RedisServer, redis: Redis
) -> None:
    url, definition = redis_server.url, parse(WEIGHT)
    several = [event(f"e{n}", "view", "u4", BEGIN + n * DAY, kilos=2) for n in range(30)]

    async def story() -> Report:
        company = await begun(url, several)
        return await carried(url, definition, ShrinkingLogs("shop", company.logs))

    report = asyncio.run(story())
    assert report.events == 23
    assert report.since_ms is not None
