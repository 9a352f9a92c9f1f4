"""When it happens: a cell for each hour of the week, the darker the more."""

from schemas.definition.model import Definition, Metric, Plain
from services.provisioner import words
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.look import Look, Query, override, panel, targets
from services.provisioner.boards.queries import rhythm
from services.provisioner.boards.tables import COLOURED_CELLS, cells, options
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit

CORNER = "weekday\\hour"
"""What Grafana calls the first column of a matrix of these two."""


def rhythm_row(definition: Definition) -> Row:
    """Always there: where no metric has an amount by the hour, events have."""
    return Row("rhythm", "Rhythm", [Line(10, [Tile("rhythm/heatmap", _heatmap(definition))])])


def _heatmap(definition: Definition) -> dashboard.Panel:
    hourly = rhythm.hourly(definition)
    metric = hourly.metric
    name = words.title(metric.name) if metric else "Events counted in an hour"
    what = _counted(definition, metric) if metric else "All events that were counted."
    look = Look(
        title=f"{name}, by hour of the week",
        description=(
            f"{what} The mean of the last {rhythm.WEEKS} weeks, for each hour of the week in {definition.time_zone};"
            " the running hour is left out. The darker a cell, the more."
        ),
        unit=panel_unit(definition, metric) if metric else "short",
        empty="no whole hour yet",
    )
    query = Query(rhythm.by_hour_of_week(definition, hourly.expression), name)
    made = panel("table", look, targets([query], instant=True, table=True), options(), cells(COLOURED_CELLS))
    made.transformations = [
        _sorted("hour"),
        dashboard.DataTransformerConfig(
            id_val="groupingToMatrix",
            options={"columnField": "hour", "rowField": "weekday", "valueField": "Value", "emptyValue": "null"},
        ),
        _sorted(CORNER),
    ]
    if made.field_config is not None and made.field_config.defaults is not None:
        made.field_config.defaults.color = dashboard.FieldColor(mode=dashboard.FieldColorModeId.CONTINUOUS_BLUES)
        made.field_config.overrides = [
            override(
                CORNER,
                displayName="Day",
                mappings=_days(definition),
                custom_cellOptions={"type": "auto"},
                custom_width=100,
            )
        ]
    return made


def _counted(definition: Definition, metric: Metric) -> str:
    if not isinstance(metric.value, Plain):
        return words.metric(definition, metric)
    said = words.measure(definition.measures[metric.value.measure])
    return f"{said[0].upper()}{said[1:]}."


def _sorted(field: str) -> dashboard.DataTransformerConfig:
    return dashboard.DataTransformerConfig(id_val="sortBy", options={"fields": {}, "sort": [{"field": field}]})


def _days(definition: Definition) -> list[dict[str, object]]:
    words_of = {str(n): {"text": day, "index": n} for n, day in enumerate(rhythm.weekdays(definition), start=1)}
    return [{"type": "value", "options": words_of}]
