"""What must not suffer from the chase: a number each, when each was broken, and each one's line within its limits."""

from schemas.definition.model import Definition
from schemas.definition.steering import Guardrail
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Line, Row, Tile, lines_of
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import steering
from services.provisioner.boards.rows.standing import decimals_of, key
from services.provisioner.boards.stats import stat_panel
from services.provisioner.boards.timelines import timeline_panel
from services.provisioner.owners import answering
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit

STATES = ((0, "Broken", colours.BAD), (1, "Near its limit", colours.WATCH), (2, "Within", colours.GOOD))
NAMED = {"min": "at least", "max": "at most"}


def guardrails_row(definition: Definition) -> Row:
    """Numbers, states over time, lines."""
    guardrails = definition.guardrails
    stats = [Tile(key(definition.metrics[one.metric], "guardrail"), _stat(definition, one)) for one in guardrails]
    over_time = [Tile("guardrails/states", _states(definition))] if guardrails else []
    series = [Tile(key(definition.metrics[one.metric], "guardrail-line"), _line(definition, one)) for one in guardrails]
    return Row(
        "guardrails",
        "Guardrails",
        [*lines_of(5, stats), Line(3 + len(guardrails), over_time), *lines_of(7, series, most=2)],
    )


def _stat(definition: Definition, guardrail: Guardrail) -> dashboard.Panel:
    """The comparable value: a period that is still running is not yet within limits or beyond."""
    metric = definition.metrics[guardrail.metric]
    last = f", last complete {metric.windows[0].label}" if promql.is_calendar(metric) else ""
    look = Look(
        title=f"{words.title(metric.name)}{last}",
        description=words.metric(definition, metric) + _limits(definition, guardrail),
        unit=panel_unit(definition, metric),
        thresholds=colours.within(guardrail),
        decimals=decimals_of(definition, metric),
        empty="no comparable value yet",
    )
    return stat_panel(look, Query(promql.finished(metric), metric.name))


def _states(definition: Definition) -> dashboard.Panel:
    look = Look(
        title="Guardrails over time",
        description=(
            "When each guardrail held. Near its limit: less room than a tenth of the limit. Judged is the last complete"
            " period, or a window as it is; where nothing stands there was no trustworthy value."
        ),
        empty="no comparable value yet",
        words=STATES,
    )
    queries = [Query(steering.guarded(one.metric), words.title(one.metric)) for one in definition.guardrails]
    return timeline_panel(look, queries)


def _line(definition: Definition, guardrail: Guardrail) -> dashboard.Panel:
    metric, span = definition.metrics[guardrail.metric], definition.metrics[guardrail.metric].windows[0].label
    calendar = promql.is_calendar(metric)
    look = Look(
        title=f"{words.title(metric.name)} within its limits",
        description=(
            f"{words.metric(definition, metric)}{_limits(definition, guardrail)}"
            f"{f' Dashed: the running {span}, unfinished, and the limits.' if calendar else ' Dashed: the limits.'}"
        ),
        unit=panel_unit(definition, metric),
        thresholds=colours.within(guardrail),
        empty="no history yet",
    )
    queries = [Query(promql.finished(metric), f"last complete {span}" if calendar else metric.name)]
    if calendar:
        queries.append(Query(promql.value(metric), f"running {span} (unfinished)", quiet=True))
    queries += [Query(promql.limit(metric.name, bound), NAMED[bound], quiet=True) for bound, _ in guardrail.limits]
    return series_panel(look, queries, limits=True)


def _limits(definition: Definition, guardrail: Guardrail) -> str:
    bounds = (
        f"{NAMED[bound]} {words.amount(definition, guardrail.metric, limit)}" for bound, limit in guardrail.limits
    )
    owner = guardrail.owner or answering(definition, guardrail.metric)
    page = f" What to do is told in {guardrail.runbook}." if guardrail.runbook else ""
    return f" It should stay {' and '.join(bounds)}.{f' Owner: {owner}.' if owner else ''}{page}"
