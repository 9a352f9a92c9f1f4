"""Places and identities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provisioner.boards.layout import COLUMNS, Line, Row, Tile, lay_out, lines_of, shared
from services.provisioner.sdk import dashboard

WEIGHTS = st.lists(st.integers(1, 4), min_size=1, max_size=6)


def tile(key: str, weight: int = 1) -> Tile:
    return Tile(key, dashboard.Panel(type_val="stat", title=key), weight)


@given(weights=WEIGHTS)
def test_tiles_fill_the_width_and_none_vanishes(weights: list[int]) -> None:
    widths = shared(weights)
    assert sum(widths) == COLUMNS
    assert min(widths) >= 1
    assert all(abs(width - COLUMNS * weight / sum(weights)) < 1 for width, weight in zip(widths, weights, strict=True))


@given(count=st.integers(0, 40), most=st.integers(1, 6))
def test_lines_take_all_tiles_in_order_and_none_too_many(count: int, most: int) -> None:
    tiles = [tile(str(number)) for number in range(count)]
    lines = lines_of(5, tiles, most)
    assert [one for line in lines for one in line.tiles] == tiles
    sizes = [len(line.tiles) for line in lines]
    assert max(sizes, default=0) <= most
    assert not sizes or max(sizes) - min(sizes) <= 1


def test_rows_follow_each_other_and_one_without_tiles_is_left_out() -> None:
    rows = [
        Row("a", "A", [Line(5, [tile("one"), tile("two", 2)]), Line(3, [])]),
        Row("b", "B", []),
        Row("c", "C", [Line(7, [tile("three")])]),
    ]
    placed = lay_out(rows)
    places = [(one.title, one.grid_pos) for one in placed]
    assert [(title, at.x, at.y, at.w, at.h) for title, at in places if at is not None] == [
        ("A", 0, 0, 24, 1),
        ("one", 0, 1, 8, 5),
        ("two", 8, 1, 16, 5),
        ("C", 0, 6, 24, 1),
        ("three", 0, 7, 24, 7),
    ]


def test_a_panel_keeps_its_number_when_others_come_and_go() -> None:
    def number(*keys: str) -> int | None:
        placed = lay_out([Row("r", "R", [Line(5, [tile(key) for key in keys])])])
        return next(one.id_val for one in placed if one.title == "kept")

    assert number("kept") == number("new", "kept", "newer")


def test_two_keys_that_meet_in_one_number_get_two() -> None:
    keys = [f"k{number}" for number in range(3000)]  # by the birthday paradox some of a million meet
    placed = lay_out([Row("r", "R", [Line(5, [tile(key)]) for key in keys])])
    assert len({one.id_val for one in placed}) == len(keys) + 1


def test_a_key_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two panels of one board are called k"):
        lay_out([Row("r", "R", [Line(5, [tile("k"), tile("k")])])])


def test_a_heading_and_a_panel_may_have_one_key_and_are_two() -> None:
    """As of two metrics of a department that are called ``metric`` and ``value``."""
    heading, panel = lay_out([Row("metric/value", "Value", [Line(5, [tile("metric/value")])])])
    assert heading.id_val != panel.id_val
