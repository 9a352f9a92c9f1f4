"""A version that went on with another is gone on with: whatever is shown is what folding everything would show."""

import asyncio
import random

import pytest
from redis import Redis

from schemas.definition.loading import parse
from services.definition.kept import going_on
from streams.plan import compile_plan
from streams.state.redis import RedisReader, RedisRegistry, RedisStore
from streams.state.serving import Serving
from tests.servers import RedisServer
from tests.services.definition.test_carry import (
    BEGIN,
    EVENTS,
    NEW,
    OLD,
    Read,
    carried,
    folded_whole,
    happenings,
    read,
    served,
)
from tests.services.exporter.world import Company
from tests.streams.folding import DAY

THIRD = (
    NEW.replace("where: amount > 50}", "where: amount > 60}")
    .replace("values: [Ede, Epe]", "values: [Ede, Epe, Ens]")
    .replace("metrics:\n", "  sums: {sum: order.amount, unit: EUR, decimals: 2, where: amount > 10}\nmetrics:\n")
    .replace(
        "{measure: regulars, window: {rolling: 7d}}", "{measure: regulars, window: [{rolling: 7d}, {calendar: week}]}"
    )
    .replace("north_star:", "  sums: {measure: sums, window: [{calendar: day}, {rolling: 48h}]}\nnorth_star:")
)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_shown_after_two_is_whole(seed: int, redis_server: RedisServer, redis: Redis) -> None:
    rng, url = random.Random(seed), redis_server.url
    events, at_ms = list(happenings(rng, 0, EVENTS)), BEGIN + EVENTS * DAY // 12
    registry = RedisRegistry(url)

    async def story() -> tuple[Read, Read]:
        old = compile_plan(parse(OLD))
        company = Company(old, RedisStore(url))
        await company.begin()
        await company.publish(*events[:300], batch=70)
        await served(url, old)
        await carried(url, parse(NEW))
        second = await going_on(registry, compile_plan(parse(NEW)))
        company = Company(second, RedisStore(url))
        await company.publish(*events[:500], batch=70)
        await served(url, second)
        known = await registry.serving("Test")
        assert await registry.exchange("Test", known, Serving(served=second.version, before=old.version))
        await carried(url, parse(THIRD))
        third = await going_on(registry, compile_plan(parse(THIRD)))
        assert len(third.carried.generations) == 3
        company = Company(third, RedisStore(url))
        await company.publish(*events, batch=70)
        reader = RedisReader(url)
        try:
            return await read(reader, third, at_ms), await folded_whole(compile_plan(third.definition), events, at_ms)
        finally:
            await reader.close()

    (ours, _), (theirs, _) = asyncio.run(story())
    shown: dict[str, int] = {}
    for metric in parse(THIRD).metrics.values():
        for window in metric.windows:
            for at in range(BEGIN, at_ms, DAY):
                one, other = ours.running(metric.name, window, at), theirs.running(metric.name, window, at)
                if one.value is not None:
                    assert one.value == other.value, (metric.name, window, at)
                    assert one.restated == other.restated, (metric.name, window, at)
                    shown[metric.name] = shown.get(metric.name, 0) + 1
    assert shown.keys() == parse(THIRD).metrics.keys()
    assert shown["orders"] > shown["repeats_3d"]
