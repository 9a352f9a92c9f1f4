"""A metric through time: what it was, what its history leads one to expect, where its path goes."""

from schemas.definition.model import Definition, Lifetime, Metric
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.boards.lines import Band, series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import steering, trends
from services.provisioner.boards.rows.standing import judged
from services.provisioner.owners import aim_of
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit

BAND = " The grey band is what its own history leads one to expect at this hour; without it that is not known yet."


def trend_panel(definition: Definition, metric: Metric) -> dashboard.Panel:
    """The comparable value, the running period where there is one, the period before, path, target and band."""
    aim, span = aim_of(definition, metric.name), metric.windows[0].label
    shift = trends.period_before(metric)
    queries, note = [Query(promql.finished(metric), metric.name)], ""
    if promql.is_calendar(metric):
        queries = [
            Query(promql.finished(metric), f"last complete {span}"),
            Query(promql.value(metric), f"running {span} (unfinished)", quiet=True),
        ]
        note = f" The dashed grey line is the running {span}: unfinished, it climbs until the period ends."
    queries.append(Query(trends.was(metric, shift), shift.words, quiet=True))
    if aim is not None:
        if said := words.path(definition, aim):
            queries.append(Query(promql.path(metric.name), "path", colour=colours.WATCH))
            note += f" {said}"
        queries.append(Query(steering.target(metric.name), "target", quiet=True))
    look = Look(
        title=f"{words.title(metric.name)} over time",
        description=(
            f"{words.metric(definition, metric)}{note}{BAND if _band(metric) else ''}"
            " Where there is no line there was no trustworthy value."
        ),
        unit=panel_unit(definition, metric),
        thresholds=judged(definition, metric),
        empty="no history yet",
    )
    return series_panel(look, queries, band=_band(metric))


def _band(metric: Metric) -> Band | None:
    """What has no window that ends is not expected to be anything."""
    if isinstance(metric.windows[0], Lifetime):
        return None
    lower, upper = (Query(promql.expected(metric, bound), f"expected, {bound}") for bound in ("lower", "upper"))
    return Band(lower, upper)
