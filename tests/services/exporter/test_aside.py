"""Work that is done beside the event loop."""

import asyncio
import threading

import pytest

from schemas import names
from services.exporter.aside import aside
from services.exporter.collector import ReadingsCollector
from streams.plan import compile_plan
from streams.state.port import Partition, Standing
from tests.services.exporter.full_company import full_definition, open_world
from tests.services.exporter.world import World


def test_it_is_done_in_another_thread_and_its_faults_are_raised_here() -> None:
    async def story() -> None:
        assert await aside(threading.get_ident) != threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            await aside(lambda: 1 // 0)

    asyncio.run(story())


def test_who_is_cancelled_leaves_only_when_the_work_is_done() -> None:
    go, begun, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert go.wait(60)
        done.set()

    async def story() -> None:
        task = asyncio.create_task(aside(work))
        assert await asyncio.to_thread(begun.wait, 60)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done.is_set()

    asyncio.run(story())


def test_readings_are_worked_out_in_another_thread() -> None:
    async def story() -> None:
        world = await open_world()
        found = await world.snapshots.read(lambda *_: {}, lambda _: threading.get_ident())
        assert found != threading.get_ident()

    asyncio.run(story())


def test_whoever_scrapes_in_the_middle_of_a_refresh_is_told_what_stood_before() -> None:
    seen: list[bytes] = []

    async def story() -> None:
        world = World(compile_plan(full_definition()), 2)
        await world.company.begin()
        world.caught_up()
        await world.snapshots.refresh()
        collector = ReadingsCollector(world.snapshots)
        before, ask = collector.encode("")[0], world.reader.standing

        async def looking(partition: Partition) -> Standing | None:
            seen.append(collector.encode("")[0])
            found = await ask(partition)
            seen.append(collector.encode("")[0])
            return found

        world.reader.standing = looking  # type: ignore[method-assign]
        world.clock.now_ms += 1000
        await world.snapshots.refresh()
        assert seen == [before] * 4
        assert f"{names.STATE_UP} 1.0\n".encode() in before
        assert collector.encode("")[0] != before

    asyncio.run(story())
