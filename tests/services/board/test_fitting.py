"""The board in terminals of all sizes: what it goes without, in which order, and what it never goes without."""

import re
from functools import cache
from typing import get_args

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from services.board.draw import board
from services.board.drawn.form import LEAVING, YIELDING, Leaving
from services.board.drawn.tables import column, fitted, number_column, table, tables
from services.board.watch import Watch
from tests.services.board.steered import of_all
from tests.services.board.watching import company, look, moment, orders, plain, printed, tell
from tests.services.exporter.world import NOW, World

SIZES = [(width, height) for width in (40, 60, 80, 100, 120, 149, 150, 200, 300) for height in (None, 60, 30, 24, 16)]
TITLES = {
    "initiatives": "initiatives that run ─",
    "departments": "departments ─",
    "key results not behind": "key results ─",
    "guardrails kept": "m_customers",
    "inputs": "inputs ─",
}


@cache
def shown(width: int, height: int | None) -> str:
    return plain(board(of_all(), moment(NOW), width, height), width)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits(width: int, height: int | None) -> None:
    lines = shown(width, height).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    if height is not None:
        assert len(lines) <= height


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("height", [14, 20, 30, 50])
def test_what_matters_most_is_never_left_out(width: int, height: int) -> None:
    said = shown(width, height)
    for words in ("target 8", "» ahead", "! behind", "! broken", "as of"):
        assert words in said
    assert re.search(r"^5 |█▀▀|m_orders", said, re.MULTILINE)


def test_each_line_less_leaves_out_the_next_in_the_stated_order() -> None:
    full = len(shown(80, None).splitlines())
    left_before: set[str] = set()
    seen: list[str] = []
    for height in range(full, 8, -1):
        said = re.sub(r"\s+", " ", shown(80, height))
        told = re.search(r"left out: (.*)", said)
        left = {one.strip() for one in told[1].split(",")} if told else set()
        assert left >= left_before
        seen += [one for one in LEAVING if one in left - left_before]
        left_before = left
        if "inputs" not in left:
            assert "inputs ─" in said
    assert seen == [one for one in LEAVING if one in TITLES]


def test_what_fits_is_not_left_out() -> None:
    full = shown(80, None)
    assert shown(80, len(full.splitlines())) == full
    assert "left out" not in full


def test_every_thing_that_can_be_left_out_has_its_place_in_the_order() -> None:
    assert get_args(Leaving) == LEAVING


def test_broken_guardrails_stay_where_kept_ones_go() -> None:
    said = re.sub(r"\s+", " ", shown(80, 16))
    assert "! broken by 99%" in said
    assert "kept, 88% left" in shown(80, None)
    assert "kept, 88% left" not in said
    assert "guardrails kept" in said


@pytest.mark.parametrize("width", [80, 120, 200])
def test_nothing_is_told_by_colour_alone(width: int) -> None:
    """Drawn without any colour or weight, each state still has its own word."""
    said = shown(width, None)
    assert {"» ahead", "! behind", "! broken"} <= set(re.findall(r"[»=!] (?:ahead|on course|behind|broken)", said))


def test_from_150_columns_on_the_tables_stand_side_by_side() -> None:
    narrow, wide = (shown(width, None) for width in (149, 150))
    assert not any("inputs ─" in line and "key results ─" in line for line in narrow.splitlines())
    assert any("inputs ─" in line and "key results ─" in line for line in wide.splitlines())


def test_a_live_board_takes_as_many_lines_as_there_are() -> None:
    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=1)
        await look(watch)
        watch.trouble = "no exporter answers"
        lines = printed(watch, 80, 15).splitlines()
        assert len(lines) <= 15
        assert lines[0] == "! no exporter answers"

    tell(story, of=company())


def test_columns_take_smaller_forms_and_then_go_in_the_stated_order() -> None:
    columns = [
        column("metric", ["orders"]),
        column("trail", ["t" * 30], ["t" * 13]),
        column("trend", ["w" * 20], ["n" * 10]),
        column("owner", ["o" * 12]),
        column("window", ["month"]),
    ]
    full = 6 + 30 + 20 + 12 + 5 + 8
    found = [[(one.name, wide) for one, wide in fitted(columns, width)] for width in range(full, 5, -1)]
    steps = [one for number, one in enumerate(found) if number == 0 or one != found[number - 1]]
    assert steps == [
        [("metric", 6), ("trail", 30), ("trend", 20), ("owner", 12), ("window", 5)],
        [("metric", 6), ("trail", 13), ("trend", 20), ("owner", 12), ("window", 5)],
        [("metric", 6), ("trail", 13), ("trend", 10), ("owner", 12), ("window", 5)],
        [("metric", 6), ("trend", 10), ("owner", 12), ("window", 5)],
        [("metric", 6), ("trend", 10), ("window", 5)],
        [("metric", 6), ("window", 5)],
        [("metric", 6)],
    ]
    assert {"metric", "value", "course", "share", "room"}.isdisjoint(YIELDING)


def test_names_are_cut_before_numbers_and_columns_without_content_go() -> None:
    columns = [
        column("metric", ["a_very_long_name_of_a_metric", "b"]),
        number_column("value", ["1,234,567 USD", "1"], head="now"),
        column("owner", ["", ""]),
    ]
    console = Console(width=24, color_system=None)
    with console.capture() as capture:
        console.print(table(columns, 24))
    lines = [line.rstrip() for line in capture.get().splitlines()]
    assert lines == ["                     now", "a_very_l…  1,234,567 USD", "b                      1"]


def test_tables_below_each_other_share_their_columns() -> None:
    columns = [column("name", ["a", "bbbb", "cc"]), number_column("value", ["1", "22", "333"])]
    console = Console(width=40, color_system=None)
    with console.capture() as capture:
        for one in tables(columns, 40, [1, 2]):
            console.print(one)
            console.print(Text("-"))
    assert [line.rstrip() for line in capture.get().splitlines()] == [
        "a       1",
        "-",
        "bbbb   22",
        "cc    333",
        "-",
    ]
