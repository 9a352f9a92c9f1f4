"""What a moment of the past means to the API, and what to a replay."""

import json
import random
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.definition import model
from services.replay.folding import fold_files
from streams.readings import AsOf, Readings
from tests.services.exporter.over_http import Client, get, history, tell
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY

KNOWN_LATER = {"m_converted", "m_viewed_again"}
"""What an event of the day came to by one of a later day: the exporter knows it, the replay must not."""
ZONE = ZoneInfo("Europe/Amsterdam")


def test_a_past_moment_reads_its_whole_day_as_a_replay_up_to_the_next_midnight_does(tmp_path: Path) -> None:
    events, file = history(NOW), tmp_path / "events.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    rng = random.Random(5)

    async def story(world: World, client: Client) -> None:
        await world.company.publish(*events)
        [topic] = world.plan.sources
        later = 0
        for at_ms in [NOW - rng.randrange(DAY, 21 * DAY) for _ in range(8)]:
            day = datetime.fromtimestamp(at_ms / 1000, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
            midnight = round((day + timedelta(days=1)).timestamp() * 1000)
            whole, cut = (fold_files(world.plan, [(topic, str(file))], before_ms=end) for end in (midnight, at_ms))
            replayed, shorter = (Readings(world.plan, one.cells, AsOf(at_ms, at_ms)) for one in (whole, cut))
            for metric, one in world.plan.definition.metrics.items():
                if metric in KNOWN_LATER:
                    continue
                for window in one.windows:
                    if not isinstance(window, model.RollingSpan):
                        found = await get(client, f"/v1/metrics/{metric}", at=at_ms, window=window.label)
                        value = None if found["exact"] is None else Fraction(found["exact"])
                        assert value == replayed.running(metric, window, at_ms).value, (metric, window, at_ms)
            day_window = next(one for one in world.plan.definition.metrics["m_orders"].windows if one.label == "day")
            found = await get(client, "/v1/metrics/m_orders", at=at_ms, window="day")
            of_the_day = shorter.running("m_orders", day_window, at_ms).value or 0
            rest = [one for one in events if one["event"] == "order" and at_ms <= _time_ms(one) < midnight]
            assert Fraction(found["exact"]) - of_the_day == len(rest)
            later += len(rest)
        assert later

    tell(story)


def _time_ms(event: dict[str, object]) -> int:
    told = event["time"]
    return told if isinstance(told, int) else round(datetime.fromisoformat(str(told)).timestamp() * 1000)
