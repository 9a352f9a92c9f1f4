"""What is new is folded by itself over what the topics hold: it is shown as folding everything would show it."""

import asyncio
import random
from collections.abc import Iterator

import pytest
from redis import Redis

from schemas.definition.loading import parse
from schemas.definition.model import Definition
from services.definition import backfill
from services.definition.carry import Report, sentences
from streams.readings import Readings
from streams.state.redis.copier import RedisCopier
from tests.servers import RedisServer
from tests.services.definition.carrying import Read, begun, carried, folded_whole, gone_on
from tests.services.definition.held_logs import HeldLogs
from tests.services.definition.two_versions import BEGIN, BEGUN, END, EVENTS, NEW, OLD, happenings
from tests.streams.folding import DAY, HOUR, event

ALL_EVER = """\
  ever:      {repeat: order}
  viewers:   {first: view}
  cities:    {count: view, by_dimension: [city]}
  lapsed:    {lifecycle: user_id, of: order, by_dimension: [side]}
  tickets:   {distribution: order.amount, unit: EUR, decimals: 2, where: amount > 20}
  growing:   {net_retention: order.amount, unit: EUR, decimals: 2, where: amount > 20, by_dimension: [side]}
  weight:    {sum: order.kilos}
  sides:     {conversion: [order, view], within: 1d, by_dimension: [side]}
"""
ALL_EVER_METRICS = """\
  ever:      {measure: ever, window: [{calendar: day}, lifetime]}
  viewers:   {measure: viewers, window: [{calendar: day}, lifetime]}
  cities:    {measure: cities, window: [{calendar: day}, lifetime]}
  back_again: {measure: lapsed.resurrected, window: {calendar: week}}
  median_big: {quantile: 0.5, of: tickets, window: {calendar: week}}
  growing:   {ratio: [growing.kept, growing.base], window: {calendar: week}}
  weight:    {measure: weight, window: {calendar: day}}
  sides:     {measure: sides, window: {calendar: week}}
"""
MORE = NEW.replace("metrics:\n", ALL_EVER + "metrics:\n").replace("north_star:", ALL_EVER_METRICS + "north_star:")
SPLIT = ("cities", "back_again", "growing", "sides", "customers")


def shown(readings: Readings, definition: Definition, at_ms: int) -> Iterator[tuple[object, ...]]:
    """Every metric in each of its windows, on every day, with what came late, and segments at the end."""
    for metric in definition.metrics.values():
        for window in metric.windows:
            for at in range(BEGIN, at_ms, DAY):
                one = readings.running(metric.name, window, at)
                yield metric.name, window, at, one.value, one.restated
            if metric.name in SPLIT:
                for one in readings.segments(metric.name, window, at_ms):
                    yield metric.name, window, one.segment, one.value


@pytest.mark.parametrize("seed", range(4))
def test_over_a_whole_topic_it_is_what_folding_everything_would_be(
    seed: int, redis_server: RedisServer, redis: Redis
) -> None:
    rng, url, definition = random.Random(seed), redis_server.url, parse(MORE)
    events, cut = list(happenings(rng, 0, EVENTS)), rng.randrange(100, 1100)

    async def story() -> tuple[Report, Read, Read]:
        company = await begun(url, events[:cut])
        logs = HeldLogs("shop", company.logs)
        report = await carried(url, definition, logs)
        assert report.events == logs.read == cut
        whole = await folded_whole(definition, events, END, definition.measures)
        return report, await gone_on(url, definition, events, END), whole

    report, (ours, restated), (theirs, as_restated) = asyncio.run(story())
    assert report.since_ms is None
    assert report.refused == 0
    assert {"ever", "viewers", "lapsed", "tickets", "customers"} <= {name.partition(".")[0] for name in report.new}
    assert restated == as_restated
    assert {"restated", "restated_at", "unused"} == {name.partition("|")[0] for one in as_restated for name in one}
    assert list(shown(ours, definition, END)) == list(shown(theirs, definition, END))
    assert any(one[-1] for one in shown(theirs, definition, END) if len(one) == 5)  # something came late


@pytest.mark.parametrize("seed", range(4))
def test_over_a_topic_that_lost_its_beginning_it_is_shown_for_what_is_left(
    seed: int, redis_server: RedisServer, redis: Redis
) -> None:
    rng, url, definition = random.Random(seed), redis_server.url, parse(NEW)
    events = list(happenings(rng, 0, EVENTS))
    cut, lost = rng.randrange(700, 1100), rng.randrange(100, 400)

    async def story() -> tuple[Report, Read, Read]:
        company = await begun(url, events[:cut])
        gone = [sum(one in events[:lost] for one in log) for log in company.logs]
        logs = HeldLogs("shop", company.logs, gone, BEGIN + lost * DAY // 12)
        report = await carried(url, definition, logs)
        assert report.events == cut - lost
        return (
            report,
            await gone_on(url, definition, events, END),
            await folded_whole(definition, events, END, definition.measures),
        )

    report, (ours, _), (theirs, _) = asyncio.run(story())
    since_ms = report.since_ms
    assert since_ms is not None
    assert BEGIN + lost * DAY // 12 < since_ms < BEGIN + lost * DAY // 12 + 3 * DAY
    seen = 0
    for metric in definition.metrics.values():
        for window in metric.windows:
            for at in range(BEGIN, END, DAY):
                one, other = ours.running(metric.name, window, at), theirs.running(metric.name, window, at)
                looks_back = 3 * DAY if metric.name == "repeats_3d" else 0
                if metric.name in BEGUN and (one.start_ms is None or one.start_ms - looks_back < since_ms):
                    assert one.value is None
                else:
                    assert one.value == other.value, (metric.name, window, at)
                    seen += metric.name == "big"
    assert seen > 2 * (EVENTS - lost) // 12 - 30


def test_where_nothing_earlier_is_left_nothing_is_read(redis_server: RedisServer, redis: Redis) -> None:
    url, events = redis_server.url, list(happenings(random.Random(0), 0, 300))

    async def story() -> tuple[Report, int]:
        company = await begun(url, events)
        logs = HeldLogs("shop", company.logs, [10, 10], None)
        return await carried(url, parse(NEW), logs), logs.read

    report, number = asyncio.run(story())
    assert (report.events, number) == (0, 0)
    assert report.since_ms is not None
    assert report.since_ms > BEGIN + (300 // 12 - 4) * DAY


def test_what_the_new_version_refuses_is_told(redis_server: RedisServer, redis: Redis) -> None:
    """The old one asked nothing of it, and counted it."""
    url = redis_server.url
    definition = parse(
        OLD.replace("metrics:\n", "  weight: {sum: view.kilos}\nmetrics:\n").replace(
            "north_star:", "  weight: {measure: weight, window: {calendar: day}}\nnorth_star:"
        )
    )
    good = [event(f"g{n}", "view", f"u{n}", BEGIN + n * 1000, kilos=2) for n in range(10)]
    bad = [event(f"b{n}", "view", f"u{n}", BEGIN + n * 1000, kilos="two") for n in range(3)]

    async def story() -> tuple[Report, Read]:
        company = await begun(url, good + bad)
        report = await carried(url, definition, HeldLogs("shop", company.logs))
        return report, await gone_on(url, definition, good + bad, BEGIN + DAY)

    report, (readings, _) = asyncio.run(story())
    assert report.refused == 3
    assert any("3 counted in version" in line for line in sentences(report))
    day = definition.metrics["weight"].windows[0]
    assert readings.running("weight", day, BEGIN + HOUR).value == 20
    assert readings.running("visits", day, BEGIN + HOUR).value == 13


def test_one_that_was_cut_off_while_it_put_things_beside_others_is_begun_again(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, definition = redis_server.url, parse(MORE)
    events, at_ms = list(happenings(random.Random(1), 0, 600)), BEGIN + 50 * DAY
    some, asked = RedisCopier.some, list[str]()

    async def dying(copier: RedisCopier, partition: object, name: str, wanted: object) -> object:
        asked.append(name)
        if len(asked) == 4:
            raise ConnectionError("cut off")
        return await some(copier, partition, name, wanted)  # type: ignore[arg-type]

    async def story() -> tuple[Read, Read]:
        company = await begun(url, events[:400])
        monkeypatch.setattr(RedisCopier, "some", dying)
        with pytest.raises(ConnectionError):
            await carried(url, definition, HeldLogs("shop", company.logs))
        monkeypatch.undo()
        await carried(url, definition, HeldLogs("shop", company.logs))
        return (
            await gone_on(url, definition, events, at_ms),
            await folded_whole(definition, events, at_ms, definition.measures),
        )

    (ours, restated), (theirs, as_restated) = asyncio.run(story())
    assert restated == as_restated
    assert list(shown(ours, definition, at_ms)) == list(shown(theirs, definition, at_ms))


def test_many_records_go_over_in_pieces(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "AT_ONCE", 3)
    test_over_a_whole_topic_it_is_what_folding_everything_would_be(5, redis_server, redis)
