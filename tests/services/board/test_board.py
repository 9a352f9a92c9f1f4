"""The board over a real exporter, whose state is in memory."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rich.cells import cell_len

from schemas.definition import model
from schemas.errors import CommandError
from services.board.command import print_once
from services.board.digits import large, short, sparkline
from services.board.exporter import Exporter
from services.board.history import history
from services.board.watch import Watch
from tests.services.board.watching import company, look, orders, printed, tell
from tests.services.exporter.world import World
from tests.streams.folding import DAY, event


def test_the_board_shows_star_inputs_guardrails_and_pipeline() -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=10)
        await orders(world, 5, days_ago=2)
        await look(watch)
        said = printed(watch)
        assert watch.view is not None
        assert watch.view.star.line.value == 5
        assert watch.view.star.aim is not None
        assert watch.view.star.aim.share == 0.25
        assert "target 20" in said
        assert "25.0% of the target, not reached" in said
        assert "m_customers" in said
        assert "repeats_per_customer  7d  0.800" in said
        assert "min 10,000  ! broken by 99%" in said
        assert "max 4       ! broken by 25%" in said
        assert "lag      0 events" in said
        assert "9 counted" in said
        assert "Europe/Amsterdam" in said
        assert world.plan.version in said

    tell(story)


@pytest.mark.parametrize(
    ("star_says", "share", "words"),
    [
        ({"target": 20, "base": 4}, 1 / 16, "6.2% of the way, not reached"),
        ({"target": 20, "base": 10}, 0, "0.0% of the way, not reached"),
        ({"target": 4, "base": 8, "better": "lower"}, 3 / 4, "target at most 4 from 8"),
        ({"target": 6, "base": 8, "better": "lower"}, 1, "100.0% of the way, reached"),
        ({"target": 5, "base": 5}, 1, "100.0% of the way, reached"),
        ({"target": 0, "base": 10, "better": "lower"}, 1 / 2, "50.0% of the way, not reached"),
        ({"target": 20, "base": None}, 1 / 4, "25.0% of the target, not reached"),
        ({"target": 0, "base": None, "better": "lower"}, None, "target at most 0"),
        ({"target": -5, "base": None}, None, "target -5"),
        ({"target": None, "base": None}, None, "no target"),
    ],
)
def test_the_way_to_the_target_begins_at_its_base(
    star_says: dict[str, object], share: float | None, words: str
) -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 5, days_ago=2)
        await look(watch)
        assert watch.view is not None
        aim = watch.view.star.aim
        assert (aim.share if aim else None) == share
        assert words in printed(watch)

    tell(story, of=company(**star_says))


@pytest.mark.parametrize("width", [80, 120])
def test_a_running_period_and_the_last_full_one_are_told_apart(width: int) -> None:
    day = (model.Calendar(model.Unit.DAY),)
    whole = company()
    metrics = {name: msgspec.structs.replace(one, windows=day) for name, one in whole.metrics.items()}

    async def story(world: World, watch: Watch) -> None:
        await orders(world, 3, days_ago=1)
        await orders(world, 2, days_ago=0)
        await look(watch)
        inputs, guardrails = printed(watch, width).split("guardrails ─")
        row = next(line for line in inputs.splitlines() if line.startswith("m_customers"))
        assert re.search(r"  day, so far +2  ", row)
        row = next(line for line in guardrails.splitlines() if line.startswith("m_customers"))
        assert re.search(r"  last full day +3  ", row)
        assert "now" in inputs
        assert "now" not in guardrails
        assert "judged" in guardrails

    tell(story, of=msgspec.structs.replace(whole, metrics=metrics))


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_into_the_width(width: int) -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=10)
        await look(watch)
        assert max(cell_len(line) for line in printed(watch, width).splitlines()) <= width

    tell(story)


def test_the_trend_of_days_is_against_a_week_ago() -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=10)
        await orders(world, 5, days_ago=2)
        await look(watch)
        assert watch.view is not None
        past = watch.view.star.line.history
        assert past.values[-11:] == (4, 4, 4, 4, 4, 4, 4, 0, 5, 5, 5)
        assert (past.trend, past.against) == (0.25, "a week ago")

    tell(story)


def test_the_rate_is_taken_over_the_last_looks() -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=1)
        await look(watch)
        assert watch.view is not None
        assert watch.view.freshness.rate is None
        world.clock.now_ms += 2000
        await orders(world, 6, days_ago=0)
        await look(watch)
        assert watch.view.freshness.rate == 3

    tell(story)


def test_stale_events_and_an_unknown_lag_are_said() -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=1)
        world.ends.known.clear()
        world.clock.now_ms += DAY
        await world.snapshots.refresh()
        await look(watch)
        said = printed(watch)
        assert "unknown: Kafka does not answer" in said
        assert "! stale" in said
        assert "0% of partitions up to date" in said

    tell(story)


def test_events_that_wait_while_no_position_moves_are_said_to_be_folded_by_nobody() -> None:
    sign = "! nothing folded for"

    async def story(world: World, watch: Watch) -> None:
        async def later(seconds: int) -> str:
            world.clock.now_ms += seconds * 1000
            world.caught_up()
            await world.snapshots.refresh()
            await look(watch)
            return printed(watch)

        await orders(world, 4, days_ago=1)
        assert sign not in await later(0)
        assert sign not in await later(60)  # nothing waits
        world.company.append(event("one more", "order", "ann", world.clock.now_ms, amount=1))
        assert sign not in await later(10)
        assert sign not in await later(4)
        assert "1 event  ! nothing folded for 30 s: does a worker run?" in await later(16)
        assert "1 event  ! nothing folded for 30 s" in printed(watch, 80, 1)  # where there is no room for anything else
        await orders(world, 1, days_ago=0)  # a worker came, and folded what waited too
        world.company.append(event("and another", "order", "ann", world.clock.now_ms, amount=1))
        assert sign not in await later(20)

    tell(story)


def test_what_cannot_be_known_of_the_log_ends_says_nothing_about_workers() -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=1)
        await look(watch)
        world.ends.known.clear()
        world.clock.now_ms += DAY
        await world.snapshots.refresh()
        await look(watch)
        assert "nothing folded" not in printed(watch)

    tell(story)


@pytest.mark.parametrize("keyed", [True, False])
def test_events_that_do_not_bear_their_key_are_told_beside_those_that_count(*, keyed: bool) -> None:
    async def story(world: World, watch: Watch) -> None:
        world.company.keyed = keyed
        await orders(world, 4, days_ago=1)
        await look(watch)
        assert ("4 counted, ! 4 of them miskeyed" in printed(watch)) is not keyed

    tell(story)


def test_an_exporter_that_is_not_ready_is_said_above_what_was_shown_last() -> None:
    async def story(world: World, watch: Watch) -> None:
        await world.snapshots.refresh()
        await look(watch)
        assert "has nothing to show: no worker has begun to count" in watch.trouble
        assert "Asking again every second" in printed(watch)
        await world.company.begin()
        await orders(world, 4, days_ago=1)
        await look(watch)
        assert watch.trouble == ""
        world.reader.away = True
        world.clock.now_ms += 60_000
        await world.snapshots.refresh()
        await look(watch)
        said = printed(watch)
        assert "the state does not" in said
        assert "What follows is what it said last." in said
        assert "m_customers" in said

    tell(story, begun=False)


def test_without_an_exporter_it_says_where_it_looked_and_what_starts_one() -> None:
    watch = Watch(Exporter("http://127.0.0.1:9"))
    with pytest.raises(
        CommandError, match=r"no exporter answers at http://127.0.0.1:9 .*\n.*with nsm up.* with NSM_EXPORTER"
    ):
        print_once(watch)


def test_another_definition_than_the_files_is_said_with_what_helps(capsys: pytest.CaptureFixture[str]) -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 1, days_ago=1)
        assert await asyncio.to_thread(print_once, watch, world.plan) == 0
        assert capsys.readouterr().err == ""
        assert await asyncio.to_thread(print_once, watch, world.plan._replace(version="0123456789")) == 0
        said = capsys.readouterr().err
        assert f"shows version {world.plan.version}, but the file is version 0123456789" in said
        assert "end nsm up and start it again with this file" in said

    tell(story)


@pytest.mark.parametrize("answer", [b"hello 1\n", b"<!doctype html>\n<html></html>\n", b'{"a": 1}', b"\xff\xfe"])
def test_something_else_that_answers_there_is_no_exporter(answer: bytes) -> None:
    async def told() -> None:
        async def hello(_: web.Request) -> web.Response:
            return web.Response(body=answer)

        app = web.Application()
        app.router.add_get("/{any:.*}", hello)
        async with TestServer(app) as server:
            watch = Watch(Exporter(str(server.make_url(""))))
            await look(watch)
            assert "is no exporter of ours" in watch.trouble

    asyncio.run(told())


def test_a_calendar_window_compares_the_last_two_complete_periods() -> None:
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    readings = [
        {
            "at": (begin + timedelta(days=day)).isoformat(),
            "end": f"month {day // 10}",
            "complete": day < 20,
            "value": day,
        }
        for day in range(25)
    ]
    past = history("month", {"readings": readings})
    assert list(past.values) == [9, 19, 24]
    assert past.trend == pytest.approx(19 / 9 - 1)
    assert past.against == "the month before"


def test_numbers_are_short_and_whole_counts_stay_whole() -> None:
    assert [
        short(value) for value in (None, 0, 69_659, 1.955409, 35.893648, 480.76, 2_500_315.63, 12_345_678, -0.5)
    ] == [
        "-",
        "0",
        "69,659",
        "1.955",
        "35.89",
        "480.8",
        "2,500,316",
        "12.3M",
        "-0.500",
    ]


def test_large_digits_are_three_lines_of_one_width() -> None:
    for number in ("0123456789", "-1,234.5", "12.3M"):
        assert len({len(line) for line in large(number)}) == 1


def test_a_sparkline_spans_lowest_to_highest_and_leaves_gaps() -> None:
    assert sparkline((1, 2, None, 8), 10) == "▁▂ █"
    assert sparkline((5, 5), 10) == "▁▁"
    assert sparkline((None,), 10) == ""
    assert sparkline((0, 1, 2), 2) == "▁█"
