"""What drives the north star: who answers for it, how it changed, and a number and a line each."""

from schemas.definition.model import Definition, Metric
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.addresses import board_path, department_uid
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import steering, trends
from services.provisioner.boards.rows.standing import decimals_of, judged, key, owned
from services.provisioner.boards.stats import stat_panel
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.owners import aim_of, answering, departments_of
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit

MOST = 24
"""Inputs that are drawn one by one: nobody looks through more, and a browser holds every panel of a board."""
NOBODY = "nobody is named"


def inputs_row(definition: Definition) -> Row:
    """A table of them all, then a pair of panels each as far as there is room, two pairs side by side."""
    metrics = [definition.metrics[name] for name in definition.north_star.inputs]
    lines = [Line(3 + len(metrics), [Tile("inputs/table", _table(definition, metrics), 1)])] if metrics else []
    pairs = [tile for metric in metrics[:MOST] for tile in metric_pair(definition, metric)]
    lines += [Line(7, pairs[n : n + 4]) for n in range(0, len(pairs), 4)]
    return Row("inputs", "Inputs", lines)


def metric_pair(definition: Definition, metric: Metric) -> list[Tile]:
    """The value, and beside it its line."""
    span, calendar = metric.windows[0].label, promql.is_calendar(metric)
    aim, title = aim_of(definition, metric.name), words.title(metric.name)
    look = Look(
        title=f"{title}, {span} so far (unfinished)" if calendar else title,
        description=words.metric(definition, metric) + owned(definition, metric, aim),
        unit=panel_unit(definition, metric),
        thresholds=colours.plain() if calendar else judged(definition, metric),
        decimals=decimals_of(definition, metric),
        empty="no value yet",
        links=department_links(definition, metric),
    )
    line = Look(
        title=f"{title} over time",
        description=look.description + (f" Dashed: the running {span}, unfinished." if calendar else ""),
        unit=look.unit,
        thresholds=judged(definition, metric),
        empty="no history yet",
    )
    queries = [Query(promql.finished(metric), f"last complete {span}" if calendar else metric.name)]
    if calendar:
        queries.append(Query(promql.value(metric), f"running {span} (unfinished)", quiet=True))
    if aim is not None:
        queries.append(Query(steering.target(metric.name), "target", quiet=True))
    return [
        Tile(key(metric, "input"), stat_panel(look, Query(promql.value(metric), metric.name)), 1),
        Tile(key(metric, "input-line"), series_panel(line, queries), 2),
    ]


def department_links(definition: Definition, metric: Metric) -> tuple[tuple[str, str], ...]:
    """To the boards of those who steer by it."""
    return tuple(
        (f"Department {words.title(name).lower()}", board_path(department_uid(name)))
        for name in departments_of(definition, metric.name)
    )


def _table(definition: Definition, metrics: list[Metric]) -> dashboard.Panel:
    """Every input in one row: named and owned by the definition, which no series needs to repeat."""
    shifts = {metric.name: trends.period_before(metric) for metric in metrics}
    changes = [_named(definition, metric, trends.change(metric, shifts[metric.name])) for metric in metrics]
    columns = [Column(name="Change", expression=" or ".join(changes), unit="percentunit", decimals=1)]
    aimed = [metric for metric in metrics if aim_of(definition, metric.name)]
    if aimed:
        progress = [_named(definition, metric, steering.progress(metric.name)) for metric in aimed]
        columns.append(Column(name="Way to target", expression=" or ".join(progress), unit="percentunit", decimals=0))
    below = f" (the first {MOST} are drawn below)" if len(metrics) > MOST else ""
    look = Look(
        title=f"Inputs: who answers for them, and how they changed{below}",
        description=(
            "What drives the north star. Change is that of the last complete period, or of the window as it is,"
            " against the period named beside it; way to target is the part done of what was set out to be done."
        ),
        unit="percentunit",
        empty="no period to compare with yet",
    )
    return table_panel(look, {"input": "Input", "owner": "Owner", "against": "Against"}, columns)


def _named(definition: Definition, metric: Metric, expression: str) -> str:
    """The same number under labels that people read."""
    labels = {
        "against": trends.period_before(metric).words,
        "owner": answering(definition, metric.name) or NOBODY,
        "input": words.title(metric.name),
    }
    named = expression
    for label, value in labels.items():
        named = f'label_replace({named}, "{label}", {promql.quoted(value.replace("$", "$$"))}, "", "")'
    return f"max by (input, owner, against) ({named})"
