"""A version that went on with another is gone on with: whatever is shown is what folding everything would show."""

import asyncio
import random

import pytest
from redis import Redis

from schemas.definition.loading import parse
from streams.state.redis import RedisRegistry
from streams.state.serving import Serving
from tests.servers import RedisServer
from tests.services.definition.carrying import Read, begun, carried, folded_whole, gone_on, served, successor
from tests.services.definition.two_versions import BEGIN, END, EVENTS, NEW, happenings
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
    url, registry = redis_server.url, RedisRegistry(redis_server.url)
    events = list(happenings(random.Random(seed), 0, EVENTS))

    async def story() -> tuple[Read, Read]:
        first = await begun(url, events[:300])
        await carried(url, parse(NEW))
        second = await successor(url, parse(NEW))
        await second.publish(*events[:500], batch=70)
        await served(url, second.plan)
        known = await registry.serving("Test")
        taken_over = Serving(served=second.plan.version, before=first.plan.version)
        assert await registry.exchange("Test", known, taken_over)
        await carried(url, parse(THIRD))
        assert len((await successor(url, parse(THIRD))).plan.carried.generations) == 3
        return await gone_on(url, parse(THIRD), events, END), await folded_whole(parse(THIRD), events, END)

    (ours, _), (theirs, _) = asyncio.run(story())
    shown: dict[str, int] = {}
    for metric in parse(THIRD).metrics.values():
        for window in metric.windows:
            for at in range(BEGIN, END, DAY):
                one, other = ours.running(metric.name, window, at), theirs.running(metric.name, window, at)
                if one.value is not None:
                    assert one.value == other.value, (metric.name, window, at)
                    assert one.restated == other.restated, (metric.name, window, at)
                    shown[metric.name] = shown.get(metric.name, 0) + 1
    assert shown.keys() == parse(THIRD).metrics.keys()
    assert shown["orders"] > shown["repeats_3d"]
