"""The series that leave the process."""

import asyncio
import shutil
import subprocess

import pytest
from prometheus_client.exposition import choose_encoder

from schemas import names
from services.expected.band import Band
from services.exporter.collector import ReadingsCollector
from services.exporter.families.words import HELP
from streams.plan import compile_plan
from tests.services.exporter.full_company import (
    AWKWARD,
    OPEN_METRICS,
    full_definition,
    open_world,
    parse_open_metrics,
    parse_text,
    samples,
)
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY, event


def test_how_full_the_store_is_is_shown_and_no_limit_where_there_is_none() -> None:
    def told(world: World) -> dict[str, float]:
        return {
            sample.name: sample.value
            for sample in samples(ReadingsCollector(world.snapshots))
            if sample.name.startswith("nsm_store_")
        }

    async def story() -> None:
        world = await open_world()
        found = told(world)
        assert 0 < found[names.STORE_USED] < found[names.STORE_LIMIT] == 2**20
        world.store.limit = None
        await world.snapshots.refresh()
        assert told(world).keys() == {names.STORE_USED}

    asyncio.run(story())


def test_the_series_are_those_of_the_names_with_exactly_their_labels() -> None:
    async def story() -> None:
        world = await open_world()
        found: dict[str, set[tuple[str, ...]]] = {}
        collector = ReadingsCollector(world.snapshots, bands=lambda _: {("m_orders", "day"): Band(1, 2, 3)})
        collector.since_ms = NOW
        for sample in samples(collector):
            found.setdefault(sample.name, set()).add(tuple(sorted(sample.labels)))
        assert found == {name: {tuple(sorted(labels))} for name, labels in names.SERIES.items()}
        assert HELP.keys() == names.SERIES.keys()

    asyncio.run(story())


def test_values_are_what_the_readings_say() -> None:
    async def story() -> None:
        world = await open_world()
        shown = {
            (s.name, *s.labels.values()): s.value
            for s in samples(ReadingsCollector(world.snapshots))
            if s.name.startswith("nsm_metric")
        }
        for reading in world.snapshots.shown().running:
            labels = {"metric": reading.metric, "window": reading.window}
            labels |= {"dimension": reading.dimension, "segment": reading.segment}
            key = tuple(labels[name] for name in sorted(labels))
            assert shown.get((names.METRIC_VALUE, *key)) == (None if reading.value is None else float(reading.value))
            assert shown[names.METRIC_NUMERATOR, *key] == float(reading.numerator)
            assert ((names.METRIC_DENOMINATOR, *key) in shown) == (reading.denominator is not None)
            volume = None if reading.volume is None else float(reading.volume)
            assert shown.get((names.METRIC_VOLUME, *key)) == volume

    asyncio.run(story())


def test_events_are_counted_by_what_became_of_them() -> None:
    async def story() -> None:
        world = await open_world()
        found = list(samples(ReadingsCollector(world.snapshots)))
        events = {s.labels["outcome"]: s.value for s in found if s.name == names.EVENTS}
        assert events == {"counted": 41, "duplicate": 1, "late": 1, "ahead": 0, "refused": 1}
        unused = {(s.labels["measure"], s.labels["reason"]): s.value for s in found if s.name == names.EVENTS_UNUSED}
        assert unused["revenue", "no amount"] == 1
        overflow = {s.labels["measure"]: s.value for s in found if s.name == names.SEGMENT_OVERFLOW}
        assert overflow == {"orders": 1, "revenue": 1, "amounts": 1}
        miskeyed = {s.labels["key"]: s.value for s in found if s.name == names.EVENTS_MISKEYED}
        assert miskeyed == {"none": 41, "other": 0}

    asyncio.run(story())


@pytest.mark.parametrize("accept", ["", "text/plain; version=0.0.4", "text/plain; version=1.0.0", OPEN_METRICS])
def test_the_text_is_byte_for_byte_that_of_prometheus_client(accept: str) -> None:
    async def story() -> None:
        world = await open_world()
        collector = ReadingsCollector(world.snapshots)
        encoder, content_type = choose_encoder(accept)
        assert collector.encode(accept) == (encoder(collector), content_type)

    asyncio.run(story())


def test_labels_and_descriptions_arrive_as_they_were_written() -> None:
    async def story() -> None:
        world = await open_world()
        for accept, parse in ((OPEN_METRICS, parse_open_metrics), ("", parse_text)):
            families = list(parse(ReadingsCollector(world.snapshots).encode(accept)[0].decode()))
            segments = {s.labels["segment"] for f in families for s in f.samples if s.name == names.METRIC_VALUE}
            assert AWKWARD in segments
            (words,) = (f.documentation for f in families if f.name == names.METRIC_VALUE)
            assert words.endswith('m_orders: Orders, "paid" for. (orders)')

    asyncio.run(story())


def test_promtool_has_nothing_to_say() -> None:
    promtool = shutil.which("promtool")
    assert promtool is not None, "apt-get install prometheus"

    async def story() -> bytes:
        return ReadingsCollector((await open_world()).snapshots).encode("")[0]

    said = subprocess.run([promtool, "check", "metrics"], input=asyncio.run(story()), capture_output=True, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")


def test_before_state_is_there_only_the_definition_is_told() -> None:
    world = World(compile_plan(full_definition()), 2)
    asyncio.run(world.snapshots.refresh())
    found = list(samples(ReadingsCollector(world.snapshots)))
    told = {names.METRIC_TARGET, names.NORTH_STAR_INFO, names.GUARDRAIL_LIMIT, names.BUILD_INFO, names.SERIES_LIMIT}
    told |= {names.TIME_ZONE_OFFSET, names.METRIC_PATH, names.METRIC_INFO, names.INITIATIVE_ACTIVE}
    told |= {names.KEY_RESULT_INFO, names.KEY_RESULT_TARGET, names.KEY_RESULT_PATH}
    assert {sample.name for sample in found} == told | {names.STATE_UP, names.SNAPSHOT_AGE}
    assert [sample.value for sample in found if sample.name == names.STATE_UP] == [0]


def test_it_tells_how_far_the_companys_clocks_are_ahead_also_after_they_were_changed() -> None:
    world = World(compile_plan(full_definition()), 2)
    asyncio.run(world.snapshots.refresh())
    collector = ReadingsCollector(world.snapshots)

    def ahead() -> float:
        return next(sample.value for sample in samples(collector) if sample.name == names.TIME_ZONE_OFFSET)

    assert ahead() == 7200
    world.clock.now_ms -= 3 * DAY  # the day before Europe's clocks went forward
    assert ahead() == 3600


def test_a_scrape_follows_the_clock_though_it_is_encoded_once() -> None:
    async def story() -> None:
        world = await open_world()
        collector = ReadingsCollector(world.snapshots)
        first = collector.encode("")[0]
        assert collector.encode("")[0] is first
        world.clock.now_ms += 5_001
        stale = collector.encode("")[0].decode()
        assert f"{names.STATE_UP} 0.0\n" in stale
        assert f"{names.METRIC_VALUE}{{" not in stale
        assert f"{names.POSITION}{{" not in stale
        await world.snapshots.refresh()
        world.company.append(event("new", "order", "u1", NOW))
        for number in (0, 1):
            await world.company.fold(number)
        assert collector.encode("")[0] == collector.encode("")[0]
        before = collector.encode("")[0]
        await world.snapshots.refresh()
        assert collector.encode("")[0] != before

    asyncio.run(story())


def test_while_a_position_is_behind_counts_are_hidden_and_positions_are_not() -> None:
    async def story() -> None:
        world = await open_world()
        collector = ReadingsCollector(world.snapshots)
        before = world.store.copied()
        await world.company.publish(*(event(f"n{n}", "order", f"u{n}", NOW) for n in range(9)))
        world.caught_up()
        await world.snapshots.refresh()
        world.store.fall_back(before)
        await world.snapshots.refresh()
        found = {sample.name for sample in samples(collector)}
        assert {names.POSITION, names.POSITION_LAG, names.WATERMARK, names.STATE_UP} <= found
        assert not {names.METRIC_VALUE, names.METRIC_AS_OF, names.EVENTS} & found

    asyncio.run(story())
