"""What moved a metric, as it is printed, over a real exporter whose state is in memory."""

import argparse
import asyncio
import json
import re
from collections.abc import Callable

import pytest
from aiohttp.test_utils import TestServer

from schemas.errors import CommandError
from services.explain.command import add_arguments, run
from services.exporter.api import build_api
from streams.plan import compile_plan
from tests.services.exporter.world import NOW, Event, World
from tests.streams.folding import DAY, definition, event

WEEK = 7 * DAY
LAST, BEFORE = NOW - 3 * DAY, NOW - 3 * DAY - WEEK


def orders(at_ms: int, **of_town: int) -> list[Event]:
    """So many of each town, a customer each; ``none`` is of no town."""
    return [
        event(
            f"{at_ms}-{town}-{n}",
            "order",
            f"{town}{n}",
            at_ms,
            amount=2.5,
            **({} if town == "none" else {"city": town}),
        )
        for town, number in of_town.items()
        for n in range(number)
    ]


def explained(*words: str, events: list[Event] | None = None) -> Callable[[], int]:
    """Runs the command beside an exporter of these events."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args(words)

    async def told(monkeypatch: pytest.MonkeyPatch) -> int:
        world = World(compile_plan(definition("Europe/Amsterdam")), 2)
        await world.company.begin()
        await world.company.publish(*(events or []))
        if events:
            world.caught_up()
        async with TestServer(build_api(world.shown)) as server:
            monkeypatch.setenv("NSM_EXPORTER", str(server.make_url("")))
            return await asyncio.to_thread(run, args)

    def runs() -> int:
        with pytest.MonkeyPatch.context() as monkeypatch:
            return asyncio.run(told(monkeypatch))

    return runs


TWO_WEEKS = [*orders(BEFORE, Ede=1200, Urk=2), *orders(LAST, Ede=900, Urk=1, none=4, Goes=2)]


def test_a_count_is_told_with_each_towns_part_of_the_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained("m_orders", "--window", "week", events=TWO_WEEKS)() == 0
    assert capsys.readouterr().out == (
        "Test: m_orders, week\n"
        "        period                    value\n"
        "before  2026-03-16 to 2026-03-22  1,202\n"
        "last    2026-03-23 to 2026-03-29    907\n"
        "change                             -295  -24.5%\n"
        "Late events may still change the last.\n"
        "\n"
        "city  before  last  change  of the change\n"
        "Ede    1,200   900    -300         101.7%\n"
        "none       0     4       4          -1.4%\n"
        "Goes       0     2       2          -0.7%\n"
        "Urk        2     1      -1           0.3%\n"
    )


def test_a_ratio_is_told_with_both_its_sides(capsys: pytest.CaptureFixture[str]) -> None:
    events = [*orders(BEFORE, Ede=2), *orders(BEFORE + 1, Ede=1), *orders(LAST, Ede=4), *orders(LAST + 1, Ede=3)]
    assert explained("repeats_per_customer", "--window", "week", events=events)() == 0
    _, head, before, last, change, *_ = capsys.readouterr().out.splitlines()
    assert head.split() == ["period", "value", "repeats", "customers"]
    assert before.split()[-3:] == ["0.50", "1", "2"]
    assert last.split()[-2:] == ["5", "4"]
    assert change.split()[-3:] == ["4", "2", "+150.0%"]


def test_what_does_not_add_up_has_no_parts_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained("m_amounts", "--window", "week", events=TWO_WEEKS)() == 0
    out = capsys.readouterr().out
    assert "of the change" not in out
    assert out.splitlines()[-1].startswith("Differences of segments stand for themselves here")


def test_a_day_and_hours_are_named_and_the_past_may_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    events = orders(LAST, Ede=1)
    assert explained("m_orders", "--window", "day", "--at", "2026-03-27", events=events)() == 0
    assert "last    2026-03-27      1\n" in capsys.readouterr().out
    assert explained("m_orders", "--window", "2h", "--at", "2026-03-27T12:00", events=events)() == 0
    assert "last    2026-03-27 10:05 to 12:05" in capsys.readouterr().out
    assert explained("m_orders", "--window", "2h", "--at", "2026-03-27T01:00", events=events)() == 0
    assert "last    2026-03-26 23:05 to 2026-03-27 01:05" in capsys.readouterr().out
    assert explained("m_orders", "--window", "month", "--at", "2026-03-27", events=events)() == 0
    assert "last    2026-02-01 to 2026-02-28" in capsys.readouterr().out


def test_machines_get_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained("m_orders", "--window", "week", "--dimension", "city", "--json", events=TWO_WEEKS)() == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["exact_change"], found["last"]["value"], found["before"]["value"]) == ("-295", 907, 1202)
    assert [one["dimension"] for one in found["dimensions"]] == ["city"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("m_order",), "Test has no metric 'm_order'; did you mean m_orders?"),
        (("zzz",), "Test has no metric 'zzz'; there are m_"),
        (("m_orders", "--window", "year"), "m_orders is not read over the window 'year'; it is over day, week"),
        (("m_orders", "--window", "lifetime"), "a lifetime is never over"),
        (("m_orders", "--dimension", "town"), "m_orders is not split by 'town'; it is split by city"),
    ],
)
def test_what_there_is_not_is_said(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError) as refused:
        explained(*words, events=TWO_WEEKS)()
    assert str(refused.value).startswith(told)
    assert re.search(r" \(the exporter at http://127\.0\.0\.1:\d+ was asked\)$", str(refused.value))


def test_an_exporter_that_has_nothing_to_show_is_said() -> None:
    with pytest.raises(CommandError, match="no event of m_orders has been read yet"):
        explained("m_orders", "--window", "week")()


def test_an_exporter_that_is_away_is_said_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    monkeypatch.setenv("NSM_EXPORTER", "http://127.0.0.1:9")
    with pytest.raises(CommandError, match=r"no exporter answers at .*\n.*nsm up"):
        run(parser.parse_args(["m_orders"]))
