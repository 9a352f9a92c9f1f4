"""A number, or a word for it."""

from services.provisioner.boards.layout import Tile
from services.provisioner.boards.look import Look, Query, last_value, panel, targets
from services.provisioner.sdk import common, dashboard, stat


def stat_panel(look: Look, query: Query) -> dashboard.Panel:
    """One number, asked for at this instant."""
    options = stat.Options(
        graph_mode=common.BigValueGraphMode.NONE,
        color_mode=common.BigValueColorMode.VALUE,
        justify_mode=common.BigValueJustifyMode.AUTO,
        text_mode=common.BigValueTextMode.VALUE,
        reduce_options=last_value(),
        orientation=common.VizOrientation.AUTO,
    )
    return panel("stat", look, targets([query], instant=True), options)


def stat_tile(key: str, look: Look, query: Query) -> Tile:
    """That panel, under the key that is its own on the board."""
    return Tile(key, stat_panel(look, query))
