"""First row: where the north star stands, and whether the number can be trusted right now."""

from collections.abc import Iterator

from schemas.definition.model import Definition
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.boards.panels import Look, Place, Query, series_panel, stat_panel
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit, whole_numbers

FRESH = colours.steps(colours.GOOD, (300, colours.WATCH), (900, colours.BAD))
COMPLETE = colours.steps(colours.BAD, (0.5, colours.WATCH), (1, colours.GOOD))
HEIGHT = 15
"""Lines of the grid that the row takes."""

Stat = tuple[int, Look, Query]


def north_star_row(definition: Definition, y: int) -> list[dashboard.Panel]:
    """The numbers side by side, then the line through time."""
    stats = [*_value_stats(definition), *_target_stats(definition), *_trust_stats(definition)]
    widths = spread(len(stats))
    panels, x = [], 0
    for width, (identity, look, query) in zip(widths, stats, strict=True):
        panels.append(stat_panel(Place(identity, x, y, width, 5), look, query))
        x += width
    return [*panels, _trend(definition, Place(10, 0, y + 5, 24, 10))]


def spread(count: int) -> list[int]:
    """Widths that fill 24 columns, the first ones wider."""
    width, left = divmod(24, count)
    return [width + (n < left) for n in range(count)]


def _value_stats(definition: Definition) -> Iterator[Stat]:
    metric, star = promql.north_star(definition), definition.north_star
    unit, said = panel_unit(definition, metric), words.metric(definition, metric)
    decimals = 0 if whole_numbers(definition, metric) else None
    calendar, span = promql.is_calendar(metric), metric.windows[0].label
    # a period that is still running is not yet good or bad
    judged = colours.toward(star, star.target)
    running = f"{words.title(metric.name)}, {span} so far (unfinished)" if calendar else words.title(metric.name)
    look = Look(
        title=running,
        description=said,
        unit=unit,
        thresholds=colours.plain() if calendar else judged,
        decimals=decimals,
        empty="no value: see Freshness and State",
    )
    yield 1, look, Query(promql.value(metric), metric.name)
    if calendar:
        last = Look(
            title=f"Last complete {span}",
            description=f"{said} This is the last period that is over.",
            unit=unit,
            thresholds=judged,
            decimals=decimals,
            empty=f"no complete {span} yet",
        )
        yield 2, last, Query(promql.finished(metric), metric.name)


def _target_stats(definition: Definition) -> Iterator[Stat]:
    metric, star = promql.north_star(definition), definition.north_star
    if star.target is None:
        return
    by = f", to be reached by {star.by.isoformat()}" if star.by else ""
    look = Look(
        title="Target",
        description=f"What {metric.name} should be{by}. {star.better.title()} is better.",
        unit=panel_unit(definition, metric),
        thresholds=colours.plain(),
    )
    yield 3, look, Query(promql.target(metric.name), "target")
    of = f", last complete {metric.windows[0].label}" if promql.is_calendar(metric) else ""
    share = Look(
        title=f"Share of target{of}",
        description=f"The value over the target; 100 % is there. {star.better.title()} is better.",
        unit="percentunit",
        thresholds=colours.toward(star, 1.0),
        decimals=1,
        empty="no comparable value yet",
    )
    yield 4, share, Query(promql.share_of_target(metric), "share")


def _trust_stats(definition: Definition) -> Iterator[Stat]:
    name = definition.north_star.metric
    age = Look(
        title="Freshness",
        description="Age of the moment up to which every event was read. Beyond 15 minutes the number is stale.",
        unit="s",
        thresholds=FRESH,
        decimals=0,
        empty="no state",
    )
    yield 5, age, Query(promql.age(name), "age")
    complete = Look(
        title="Completeness",
        description="Share of the partitions that are up to date. Below 100 % events are missing from the number.",
        unit="percentunit",
        thresholds=COMPLETE,
        decimals=0,
        empty="no state",
    )
    yield 6, complete, Query(promql.completeness(name), "partitions up to date")


def _trend(definition: Definition, place: Place) -> dashboard.Panel:
    metric, star = promql.north_star(definition), definition.north_star
    series = promql.whole(promql.comparable_series(metric), metric)
    queries = [Query(promql.finished(metric), metric.name)]
    note = ""
    if promql.is_calendar(metric):
        span = metric.windows[0].label
        queries = [
            Query(promql.finished(metric), f"last complete {span}"),
            Query(promql.value(metric), f"running {span} (unfinished)", quiet=True),
        ]
        note = f" The dashed grey line is the running {span}: unfinished, it climbs until the period ends."
    queries.append(Query(f"max by (metric) ({series} offset 1w)", "a week earlier", quiet=True))
    if star.target is not None:
        queries.append(Query(promql.target(metric.name), "target", quiet=True))
    look = Look(
        title=f"{words.title(metric.name)} over time",
        description=f"{words.metric(definition, metric)}{note} Where there is no line there was no trustworthy value.",
        unit=panel_unit(definition, metric),
        thresholds=colours.toward(star, star.target),
        empty="no history yet",
    )
    return series_panel(place, look, queries)
