"""Where a metric stands: value, target, path, forecast, trend; each a number of its own."""

from collections.abc import Iterator

from schemas.definition.answering import better_of
from schemas.definition.model import Calendar, Definition, Metric
from schemas.definition.steering import Target
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import forecasts, steering, trends
from services.provisioner.boards.queries.trends import Shift
from services.provisioner.boards.stats import stat_panel, stat_tile
from services.provisioner.owners import aim_of, answering
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit, whole_numbers

COURSES = ((0, "Behind", colours.BAD), (1, "On course", colours.GOOD), (2, "Ahead", colours.PLAIN))
"""By words as well as by colours."""


def standing(definition: Definition, metric: Metric, links: tuple[tuple[str, str], ...] = ()) -> list[Tile]:
    """The numbers that belong to one metric, the value itself twice as wide as the others."""
    aim = aim_of(definition, metric.name)
    return [
        *_value(definition, metric, aim, links),
        *(_target(definition, metric, aim) if aim else ()),
        *_forecast(definition, metric, aim),
        *_trend(definition, metric),
    ]


def key(metric: Metric, what: str) -> str:
    """A tile's own within the board."""
    return f"{metric.name}/{what}"


def decimals_of(definition: Definition, metric: Metric) -> int | None:
    """None for things that are counted."""
    return 0 if whole_numbers(definition, metric) else None


def judged(definition: Definition, metric: Metric) -> colours.Steps:
    """By its target."""
    aim = aim_of(definition, metric.name)
    return colours.toward(aim, aim.target) if aim else colours.plain()


def _value(
    definition: Definition, metric: Metric, aim: Target | None, links: tuple[tuple[str, str], ...]
) -> Iterator[Tile]:
    said, calendar, span = words.metric(definition, metric), promql.is_calendar(metric), metric.windows[0].label
    title = words.title(metric.name)
    look = Look(
        title=f"{title}, {span} so far (unfinished)" if calendar else title,
        description=said + owned(definition, metric, aim),
        unit=panel_unit(definition, metric),
        # a period that is still running is not yet good or bad
        thresholds=colours.plain() if calendar else judged(definition, metric),
        decimals=decimals_of(definition, metric),
        empty="no value: see the board Pipeline",
        links=links,
    )
    yield Tile(key(metric, "value"), stat_panel(look, Query(promql.value(metric), metric.name)), 2)
    if calendar:
        last = Look(
            title=f"Last complete {span}",
            description=f"{said} This is the last period that is over.",
            unit=look.unit,
            thresholds=judged(definition, metric),
            decimals=look.decimals,
            empty=f"no complete {span} yet",
        )
        yield stat_tile(key(metric, "complete"), last, Query(promql.finished(metric), metric.name))


def owned(definition: Definition, metric: Metric, aim: Target | None) -> str:
    """Its owner and its own page, as sentences."""
    owner = answering(definition, metric.name)
    page = f" What to do is told in {aim.runbook}." if aim and aim.runbook else ""
    return (f" Owner: {owner}." if owner else "") + page


def _target(definition: Definition, metric: Metric, aim: Target) -> Iterator[Tile]:
    yield from _reached(definition, metric, aim)
    if not (said := words.path(definition, aim)):
        return
    course = Look(
        title="Pace",
        description=f"Whether it is where the path says it should be today. {said}",
        empty="not on its path yet",
        words=COURSES,
    )
    yield stat_tile(key(metric, "course"), course, Query(steering.course(metric.name), "pace"))
    if not _has_shares(aim):
        return
    against = Look(
        title=f"Against the path{_of(metric)}",
        description=f"How far the value is above or below what the path asks for today. {said}",
        unit="percentunit",
        thresholds=colours.toward_zero(aim.better),
        decimals=1,
        empty="not on its path yet",
    )
    yield stat_tile(key(metric, "path"), against, Query(steering.against_path(metric), "against the path"))


def _reached(definition: Definition, metric: Metric, aim: Target) -> Iterator[Tile]:
    """Of a target above 0 the share, else the part of the way: of nothing, and of what is below it, none is a share."""
    target = aim.target or 0.0
    goal, base = (words.amount(definition, metric.name, value) for value in (target, aim.base or 0.0))
    by = f" by {aim.by.isoformat()}" if aim.by else ""
    if target > 0:
        share = Look(
            title=f"Share of target{_of(metric)}",
            description=(
                f"{words.title(metric.name)} over its target of {goal}{by}; 100 % is there."
                f" {aim.better.title()} is better."
            ),
            unit="percentunit",
            thresholds=colours.toward(aim, 1.0),
            decimals=1,
            empty="no comparable value yet",
        )
        yield stat_tile(key(metric, "share"), share, Query(steering.share_of_target(metric), "share"))
    elif aim.base is not None:
        way = Look(
            title=f"Way to target{_of(metric)}",
            description=f"The part done of the way from {base} to {goal}{by}; 100 % is there.",
            unit="percentunit",
            thresholds=colours.beyond("higher", 1.0),
            decimals=1,
            empty="no comparable value yet",
        )
        yield stat_tile(key(metric, "way"), way, Query(steering.progress(metric.name), "way"))


def _of(metric: Metric) -> str:
    return f", last complete {metric.windows[0].label}" if promql.is_calendar(metric) else ""


def _has_shares(aim: Target) -> bool:
    """Whether all of the way lies above 0."""
    return all(value > 0 for value in (aim.target, aim.base) if value is not None)


def _forecast(definition: Definition, metric: Metric, aim: Target | None) -> Iterator[Tile]:
    span, by = metric.windows[0].label, aim.by if aim else None
    if (expression := forecasts.period_end(metric)) is not None:
        title = f"Forecast: end of this {span}"
        like = "the same weekday a week ago" if span == "day" else f"the {span} before"
        said = f"What the running {span} comes to if the rest of it goes as that of {like}."
    elif by is not None and (expression := forecasts.slope(metric, by, definition.time_zone)) is not None:
        title = f"Forecast: {by.isoformat()}"
        said = "What it comes to on the target's day if it goes on along the line of the last four weeks."
    else:
        return
    look = Look(
        title=title,
        description=f"{said} An extension of what was seen, not a promise.",
        unit=panel_unit(definition, metric),
        thresholds=judged(definition, metric),
        decimals=decimals_of(definition, metric),
        empty="too little history, or that day has passed",
    )
    yield stat_tile(key(metric, "forecast"), look, Query(expression, "forecast"))


def _trend(definition: Definition, metric: Metric) -> Iterator[Tile]:
    shifts = {"period": trends.period_before(metric), "year": trends.year_before(metric)}
    for name, shift in shifts.items():
        if shift is not None:
            yield Tile(key(metric, name), _against(definition, metric, shift))


def _against(definition: Definition, metric: Metric, shift: Shift) -> dashboard.Panel:
    what = f"The last complete {metric.windows[0].label}" if isinstance(metric.windows[0], Calendar) else "The value"
    look = Look(
        title=f"Against {shift.words}",
        description=f"{what} against {shift.words}: how much more or less of {words.title(metric.name).lower()}.",
        unit="percentunit",
        thresholds=colours.toward_zero(better_of(definition, metric.name)),
        decimals=1,
        empty=f"no value of {shift.words}",
    )
    return stat_panel(look, Query(trends.change(metric, shift), f"against {shift.words}"))
