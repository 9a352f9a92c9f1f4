"""Bars side by side, of parts of a whole."""

from collections.abc import Sequence

from services.provisioner import colours
from services.provisioner.boards.look import Look, Query, fixed, last_value, legend, override, panel, targets
from services.provisioner.sdk import bargauge, common, dashboard


def bar_panel(look: Look, queries: Sequence[Query]) -> dashboard.Panel:
    """A bar for each query, from 0 to 1, as they are at this instant; quiet ones are grey."""
    options = bargauge.Options(
        display_mode=common.BarGaugeDisplayMode.BASIC,
        value_mode=common.BarGaugeValueMode.TEXT,
        name_placement=common.BarGaugeNamePlacement.LEFT,
        show_unfilled=True,
        sizing=common.BarGaugeSizing.AUTO,
        min_viz_width=8,
        min_viz_height=16,
        max_viz_height=300,
        orientation=common.VizOrientation.HORIZONTAL,
        legend=legend(shown=False),
        reduce_options=last_value(),
    )
    made = panel("bargauge", look, targets(queries, instant=True), options)
    if made.field_config is not None and made.field_config.defaults is not None:
        made.field_config.defaults.min_val, made.field_config.defaults.max_val = 0, 1
        made.field_config.overrides = [
            override(query.legend, color=fixed(query.colour or colours.FAINT))
            for query in queries
            if query.quiet or query.colour
        ]
    return made
