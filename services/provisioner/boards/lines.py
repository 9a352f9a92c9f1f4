"""Lines over time; gaps stay gaps."""

from collections.abc import Sequence

import msgspec

from services.provisioner import colours
from services.provisioner.boards.layout import Tile
from services.provisioner.boards.look import Look, Query, fixed, legend, override, panel, targets
from services.provisioner.sdk import common, dashboard, timeseries


class Band(msgspec.Struct, frozen=True):
    """The span between two lines, filled."""

    lower: Query
    upper: Query


def series_panel(
    look: Look, queries: Sequence[Query], *, band: Band | None = None, stacked: bool = False, limits: bool = False
) -> dashboard.Panel:
    """The band lies behind the lines; ``limits`` draws the thresholds."""
    options = timeseries.Options(
        legend=legend(shown=True),
        tooltip=common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING),
    )
    asked = [*queries, *((band.lower, band.upper) if band else ())]
    made = panel("timeseries", look, targets(asked, instant=False), options, _lines(stacked=stacked, limits=limits))
    if made.field_config is not None and made.field_config.defaults is not None:
        made.field_config.defaults.color = _many() if any(query.many for query in queries) else _one()
        made.field_config.overrides = [_line(query) for query in queries if not query.many and _is_apart(query)]
        made.field_config.overrides += _filled(band) if band else []
    return made


def series_tile(key: str, look: Look, *queries: Query, limits: bool = False) -> Tile:
    """Lines alone, under the key that is the panel's own on the board."""
    return Tile(key, series_panel(look, queries, limits=limits))


def _lines(*, stacked: bool, limits: bool) -> timeseries.FieldConfig:
    mode = common.GraphThresholdsStyleMode.DASHED if limits else common.GraphThresholdsStyleMode.OFF
    stacking = common.StackingMode.NORMAL if stacked else common.StackingMode.NONE
    return timeseries.FieldConfig(
        draw_style=common.GraphDrawStyle.LINE,
        line_interpolation=common.LineInterpolation.LINEAR,
        line_width=2,
        fill_opacity=40 if stacked else 0,
        show_points=common.VisibilityMode.AUTO,
        span_nulls=False,
        stacking=common.StackingConfig(mode=stacking, group="A"),
        thresholds_style=common.GraphThresholdsStyleConfig(mode=mode),
    )


def _many() -> dashboard.FieldColor:
    """From dark yellow for the smallest to dark blue for the largest: told apart by hue and lightness alike."""
    return dashboard.FieldColor(
        mode=dashboard.FieldColorModeId.CONTINUOUS_YL_BL, series_by=dashboard.FieldColorSeriesByMode.LAST
    )


def _one() -> dashboard.FieldColor:
    return dashboard.FieldColor(mode=dashboard.FieldColorModeId.FIXED, fixed_color=colours.PLAIN)


def _is_apart(query: Query) -> bool:
    return query.quiet or bool(query.colour)


def _line(query: Query) -> dashboard.DashboardFieldConfigSourceOverrides:
    colour = query.colour or colours.FAINT
    if not query.quiet:
        return override(query.legend, color=fixed(colour))
    return override(query.legend, color=fixed(colour), custom_lineStyle={"fill": "dash", "dash": [8, 8]})


def _filled(band: Band) -> list[dashboard.DashboardFieldConfigSourceOverrides]:
    thin = {"color": fixed(colours.FAINT), "custom_lineWidth": 0, "custom_showPoints": "never"}
    return [
        override(band.lower.legend, **thin),
        override(band.upper.legend, **thin, custom_fillBelowTo=band.lower.legend, custom_fillOpacity=20),
    ]
