"""One panel of each kind, with everything set that Grafana would otherwise guess."""

from collections.abc import Sequence

import msgspec

from services.provisioner.addresses import DATA_SOURCE_UID
from services.provisioner.colours import FAINT, Steps
from services.provisioner.sdk import common, dashboard, prometheus, stat, text, timeseries


class Query(msgspec.Struct, frozen=True):
    """An expression and what its line is called; ``quiet`` lines (targets, unfinished periods) are dashed and grey."""

    expression: str
    legend: str
    quiet: bool = False


class Place(msgspec.Struct, frozen=True):
    """Where on the 24 columns, and who it is: ``identity`` stays the same from rendering to rendering."""

    identity: int
    x: int
    y: int
    width: int
    height: int

    @property
    def grid(self) -> dashboard.GridPos:
        """As Grafana counts."""
        return dashboard.GridPos(h=self.height, w=self.width, x=self.x, y=self.y)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a panel says of itself."""

    title: str
    description: str
    unit: str
    thresholds: Steps
    empty: str = "no data yet"
    decimals: int | None = None
    limits: bool = False
    stacked: bool = False


def source() -> common.DataSourceRef:
    """Prometheus, by its fixed uid."""
    return common.DataSourceRef(type_val="prometheus", uid=DATA_SOURCE_UID)


def stat_panel(place: Place, look: Look, query: Query) -> dashboard.Panel:
    """One number, asked for at this instant: what has vanished shows as empty and not as its last value."""
    options = stat.Options(
        graph_mode=common.BigValueGraphMode.NONE,
        color_mode=common.BigValueColorMode.VALUE,
        justify_mode=common.BigValueJustifyMode.AUTO,
        text_mode=common.BigValueTextMode.VALUE,
        reduce_options=common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields=""),
        orientation=common.VizOrientation.AUTO,
    )
    return _panel("stat", place, look, [_target(0, query, instant=True)], options)


def series_panel(place: Place, look: Look, queries: Sequence[Query]) -> dashboard.Panel:
    """Lines over time; gaps stay gaps."""
    options = timeseries.Options(
        legend=common.VizLegendOptions(
            display_mode=common.LegendDisplayMode.LIST,
            placement=common.LegendPlacement.BOTTOM,
            show_legend=True,
            calcs=[],
        ),
        tooltip=common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING),
    )
    panel = _panel("timeseries", place, look, [_target(n, query) for n, query in enumerate(queries)], options)
    if panel.field_config is not None:
        panel.field_config.defaults.custom = _lines(look)
        panel.field_config.overrides = [_quiet(query.legend) for query in queries if query.quiet]
    return panel


def text_panel(place: Place, title: str, description: str, content: str) -> dashboard.Panel:
    """Markdown."""
    look = Look(title=title, description=description, unit="none", thresholds=[])
    panel = _panel("text", place, look, [], text.Options(mode=text.TextMode.MARKDOWN, content=content))
    panel.field_config = None
    panel.datasource = None
    return panel


def row_panel(identity: int, y: int, title: str) -> dashboard.RowPanel:
    """A heading over the panels below it."""
    return dashboard.RowPanel(
        id_val=identity, title=title, grid_pos=dashboard.GridPos(h=1, w=24, x=0, y=y), panels=[], collapsed=False
    )


def _target(number: int, query: Query, *, instant: bool = False) -> prometheus.Dataquery:
    return prometheus.Dataquery(
        datasource=source(),
        expr=query.expression,
        legend_format=query.legend,
        ref_id=chr(ord("A") + number),
        instant=instant,
        range_val=not instant,
        editor_mode=prometheus.QueryEditorMode.CODE,
        format_val=prometheus.PromQueryFormat.TIME_SERIES,
    )


def _panel(
    kind: str, place: Place, look: Look, targets: list[prometheus.Dataquery], options: object
) -> dashboard.Panel:
    defaults = dashboard.FieldConfig(
        unit=look.unit,
        decimals=look.decimals,
        no_value=look.empty,
        mappings=[],
        thresholds=dashboard.ThresholdsConfig(mode=dashboard.ThresholdsMode.ABSOLUTE, steps=look.thresholds),
        color=dashboard.FieldColor(
            mode=dashboard.FieldColorModeId.PALETTE_CLASSIC_BY_NAME
            if kind == "timeseries"
            else dashboard.FieldColorModeId.THRESHOLDS
        ),
    )
    return dashboard.Panel(
        type_val=kind,
        id_val=place.identity,
        title=look.title,
        description=look.description,
        datasource=source(),
        grid_pos=place.grid,
        targets=list(targets),
        options=options,
        field_config=dashboard.FieldConfigSource(defaults=defaults, overrides=[]),
    )


def _lines(look: Look) -> timeseries.FieldConfig:
    mode = common.GraphThresholdsStyleMode.DASHED if look.limits else common.GraphThresholdsStyleMode.OFF
    stacking = common.StackingMode.NORMAL if look.stacked else common.StackingMode.NONE
    return timeseries.FieldConfig(
        draw_style=common.GraphDrawStyle.LINE,
        line_interpolation=common.LineInterpolation.LINEAR,
        line_width=2,
        fill_opacity=20 if look.stacked else 0,
        show_points=common.VisibilityMode.AUTO,
        span_nulls=False,
        stacking=common.StackingConfig(mode=stacking, group="A"),
        thresholds_style=common.GraphThresholdsStyleConfig(mode=mode),
    )


def _quiet(legend: str) -> dashboard.DashboardFieldConfigSourceOverrides:
    return dashboard.DashboardFieldConfigSourceOverrides(
        matcher=dashboard.MatcherConfig(id_val="byName", options=legend),
        properties=[
            dashboard.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": FAINT}),
            dashboard.DynamicConfigValue(id_val="custom.lineStyle", value={"fill": "dash", "dash": [8, 8]}),
        ],
    )
