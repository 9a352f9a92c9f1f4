"""Boards of entities by dimension."""

import msgspec

from schemas.definition.model import Definition, Dimension
from services.provisioner.boards.rows.segments import of_north_star, segments_row, splits
from services.provisioner.placed import all_expressions
from tests.services.provisioner.example import shop


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
