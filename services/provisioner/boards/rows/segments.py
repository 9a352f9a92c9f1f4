"""Who moves a metric: each segment through time, how it changed, and its share of the whole's change."""

from collections import Counter
from collections.abc import Iterable, Sequence

from schemas.definition.model import Calendar, Definition, Metric
from services.provisioner import expressions as promql
from services.provisioner import words
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import segments, trends
from services.provisioner.boards.rows.standing import key
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.boards.texts import text_panel
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit
from streams.segmentation import declared_only, segmented_by

HEIGHT = 9
MOST = 30
"""Lines of one board: nobody looks through more, and a browser holds every panel of a board."""

Split = tuple[Metric, str]


def segments_row(definition: Definition, metrics: Iterable[Metric]) -> Row:
    """A line of two panels for each metric and dimension that it is split by; what there is no room for is named."""
    first, left = within_room(splits(definition, metrics))
    lines = [
        Line(
            HEIGHT,
            [
                Tile(key(metric, f"by-{dimension}"), _through_time(definition, metric, dimension)),
                Tile(key(metric, f"change-by-{dimension}"), _changes(definition, metric, dimension)),
            ],
        )
        for metric, dimension in first
    ]
    if left:
        lines.append(Line(5, [Tile("segments/not-drawn", _not_drawn(left))]))
    return Row("segments", "Segments", lines)


def within_room(every: Sequence[Split]) -> tuple[list[Split], list[Split]]:
    """At most MOST, and the others: all of the first metric, the first dimension of each other, then the second."""
    met = Counter[str]()
    turns = []
    for metric, _ in every:
        met[metric.name] += 1
        turns.append(0 if metric.name == every[0][0].name else met[metric.name])
    first = frozenset(sorted(range(len(every)), key=turns.__getitem__)[:MOST])
    return [one for n, one in enumerate(every) if n in first], [one for n, one in enumerate(every) if n not in first]


def _not_drawn(left: Sequence[Split]) -> dashboard.Panel:
    by_metric: dict[str, list[str]] = {}
    for metric, dimension in left:
        by_metric.setdefault(metric.name, []).append(dimension)
    told = [f"- {words.title(name)}: by {', '.join(dimensions)}" for name, dimensions in by_metric.items()]
    said = (
        "Counted, and on no panel of this board for want of room; the board of a department that steers by one draws "
        "it, and so does any panel of your own over `nsm_metric_value`:"
    )
    return text_panel(
        "Not drawn here",
        f"A board draws {MOST} splits: all of its first metric, the first dimension of each other, then the second.",
        "\n".join([said, "", *told]),
    )


def splits(definition: Definition, metrics: Iterable[Metric]) -> list[Split]:
    """Each metric with each of the dimensions that every measure behind it is split by, in declared order."""
    return [(metric, dimension) for metric in metrics for dimension in segmented_by(definition, metric.name)]


def of_north_star(definition: Definition) -> list[Metric]:
    """The north star and its inputs."""
    star = definition.north_star
    return [definition.metrics[name] for name in dict.fromkeys((star.metric, *star.inputs))]


def _through_time(definition: Definition, metric: Metric, dimension: str) -> dashboard.Panel:
    unfinished = " (running period, unfinished)" if promql.is_calendar(metric) else ""
    adds_up = segments.adds_up(definition, metric, dimension)
    look = Look(
        title=f"{words.title(metric.name)} by {dimension}{unfinished}",
        description=(
            f"{words.metric(definition, metric)} {_split(definition, metric, dimension)}"
            f"{'' if adds_up else ' The parts do not add up to the whole.'}"
        ),
        unit=panel_unit(definition, metric),
        empty="no segment yet",
    )
    return series_panel(look, [Query(segments.running(metric, dimension), "{{segment}}")], stacked=adds_up)


def _changes(definition: Definition, metric: Metric, dimension: str) -> dashboard.Panel:
    shift, unit = trends.period_before(metric), panel_unit(definition, metric)
    last = f"last complete {metric.windows[0].label}" if isinstance(metric.windows[0], Calendar) else "as it is"
    columns = [
        Column(name="Value", expression=segments.now(metric, dimension), unit=unit),
        Column(name="Change", expression=segments.change(metric, dimension, shift), unit="percentunit", decimals=1),
    ]
    said = "Change is a segment's own."
    if segments.shares_change(definition, metric, dimension):
        share = segments.share_of_change(metric, dimension, shift)
        columns.append(Column(name="Share of the change", expression=share, unit="percentunit", decimals=1))
        said += (
            " Share of the change is the part of the whole's change that the segment brought: together 100 %, below 0"
            " where it went against the whole."
        )
    else:
        said += " What each brought to the whole's change is not told, for the parts do not add up to it."
    look = Look(
        title=f"{words.title(metric.name)} by {dimension}: change against {shift.words}",
        description=f"{words.title(metric.name)}, {last}, against {shift.words}. {said}",
        unit=unit,
        empty="no segment yet",
    )
    return table_panel(look, {"segment": words.title(dimension)}, columns)


def _split(definition: Definition, metric: Metric, dimension: str) -> str:
    closed = declared_only(definition, metric.name, dimension)
    others = "any value but the declared ones" if closed else "what is beyond the limit"
    return f"Split by {dimension}; {others} is 'other', what has none is 'none'."
