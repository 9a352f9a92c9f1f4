"""Boards of entities by dimension."""

import json

import msgspec

from schemas.definition.model import Definition, Dimension
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards, to_json
from services.provisioner.boards.rows.segments import MOST, of_north_star, segments_row, splits, within_room
from tests.services.provisioner.example import shop
from tests.services.provisioner.placed import all_expressions
from tests.services.provisioner.wide import wide


def by_city() -> Definition:
    """The shop with both sides of its north star split by city."""
    given = shop()
    both = {
        name: msgspec.structs.replace(given.measures[name], by_dimension=("city",))
        for name in ("repeat_orders", "customers")
    }
    cities = {"city": Dimension(name="city", property="city", values=("Utrecht", "Ede"))}
    return msgspec.structs.replace(given, measures=given.measures | both, dimensions=cities)


def test_a_ratio_of_entities_has_a_panel_by_city_that_says_what_other_is_and_that_parts_do_not_add_up() -> None:
    star = "repeat_orders_per_customer"
    assert star not in [metric.name for metric, _ in splits(shop(), of_north_star(shop()))]
    of_city = splits(by_city(), of_north_star(by_city()))
    assert next((metric.name, dimension) for metric, dimension in of_city) == (star, "city")
    (panel, changes), *others = (
        [tile.panel for tile in line.tiles] for line in segments_row(by_city(), of_north_star(by_city())).lines
    )
    said = str(panel.description)
    assert "any value but the declared ones is 'other', what has none is 'none'" in said
    assert "do not add up" in said
    assert "the parts do not add up to it" in str(changes.description)
    (orders,) = (one for one, _ in others if str(one.title).startswith("Orders an hour"))
    assert "what is beyond the limit is 'other'" in str(orders.description)
    assert any('segment=~".+"' in text and star in text for text in map(str, all_expressions(by_city())))


def test_a_board_draws_so_many_splits_the_north_stars_first_then_one_of_each_input() -> None:
    whole = wide(inputs=28, dimensions=10)
    first, left = within_room(splits(whole, of_north_star(whole)))
    assert [dimension for metric, dimension in first if metric.name == "star"] == list(whole.dimensions)
    others = [(metric.name, dimension) for metric, dimension in first if metric.name != "star"]
    assert others == [(name, "dimension_0") for name in whole.north_star.inputs[: MOST - 10]]
    assert len(first) + len(left) == 29 * 10
    assert not {(metric.name, dimension) for metric, dimension in left} & {("star", one) for one in whole.dimensions}


def test_with_room_for_all_each_is_drawn_in_declared_order() -> None:
    whole = wide(inputs=2, dimensions=10)
    every = splits(whole, of_north_star(whole))
    assert within_room(every) == (every, [])
    assert within_room([]) == ([], [])


def test_what_a_board_has_no_room_for_is_named_on_it() -> None:
    whole = wide()
    board = json.loads(to_json(all_boards(whole, Addresses())[0]))
    (told,) = (one for one in board["panels"] if one["title"] == "Not drawn here")
    left = told["options"]["content"]
    assert "- Kind 30: by dimension_0, dimension_1, dimension_2, dimension_3" in left
    assert "- Kind 1: by dimension_1, dimension_2, dimension_3" in left
    assert "- Star" not in left
    titles = [one["title"] for one in board["panels"]]
    assert "Inputs: who answers for them, and how they changed (the first 24 are drawn below)" in titles
    assert "Kind 24" in titles
    assert "Kind 25" not in titles


def test_a_board_of_a_hundred_inputs_by_ten_dimensions_is_no_larger_than_one_can_look_through() -> None:
    boards = all_boards(wide(inputs=99, dimensions=10), Addresses())
    assert max(len(json.loads(to_json(board))["panels"]) for board in boards) < 200
