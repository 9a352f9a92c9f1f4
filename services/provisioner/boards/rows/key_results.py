"""Objectives: how far each key result is, as a bar beside what its path asks for by now."""

from collections.abc import Container, Iterator

from schemas import names
from schemas.definition.model import Definition
from schemas.definition.steering import Hold, KeyResult, Objective
from services.provisioner import colours, words
from services.provisioner.boards.bars import bar_panel
from services.provisioner.boards.layout import Line, Row, Tile, lines_of, part_of_key
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import steering
from services.provisioner.boards.rows.standing import COURSES
from services.provisioner.boards.timelines import timeline_panel
from services.provisioner.sdk import dashboard
from services.provisioner.units import panel_unit
from services.provisioner.verbatim import legend

Owned = tuple[Objective, KeyResult]


def objective_row(definition: Definition, objective: Objective) -> Row:
    """Bars, the course over time, and a line for each key result."""
    owned = [(objective, one) for one in objective.key_results]
    owner = f" ({objective.owner})" if objective.owner else ""
    return _row(definition, f"objective/{part_of_key(objective.name)}", f"Objective: {objective.name}{owner}", owned)


def key_results_row(definition: Definition, metrics: Container[str]) -> Row:
    """Those of any objective that are promised of one of these metrics."""
    owned = [
        (objective, one) for objective in definition.okrs for one in objective.key_results if one.metric in metrics
    ]
    return _row(definition, "key-results", "Key results", owned)


def _row(definition: Definition, row: str, title: str, owned: list[Owned]) -> Row:
    if not owned:
        return Row(row, title, [])
    lines = [
        Tile(f"{row}/{part_of_key(objective.name)}/{part_of_key(one.name)}", _line(definition, objective, one))
        for objective, one in owned
    ]
    head = [Tile(f"{row}/bars", _bars(definition, owned)), Tile(f"{row}/course", _courses(owned))]
    return Row(row, title, [Line(3 + 2 * len(owned), head), *lines_of(8, lines, most=2)])


def _bars(definition: Definition, owned: list[Owned]) -> dashboard.Panel:
    queries = []
    for objective, one in owned:
        queries.append(
            Query(
                steering.of_key_result(names.KEY_RESULT_PROGRESS, objective, one),
                legend(one.name),
                colour=colours.PLAIN,
            )
        )
        base, target = one.base, float(one.target)
        if base is not None and base != target:
            path = steering.of_key_result(names.KEY_RESULT_PATH, objective, one)
            queries.append(Query(steering.asked(path, base, target), f"{legend(one.name)}: the path asks", quiet=True))
    look = Look(
        title="How far the key results are",
        description="The part done of the way from base to target; grey is what the path asks for by today. "
        + " ".join(_said(definition, one) for _, one in owned),
        unit="percentunit",
        decimals=0,
        empty="no comparable value yet",
    )
    return bar_panel(look, queries)


def _courses(owned: list[Owned]) -> dashboard.Panel:
    look = Look(
        title="On course?",
        description=(
            "Whether each key result was where its path said it should be. Judged is the last complete period, or a"
            " window as it is."
        ),
        empty="no comparable value yet",
        words=COURSES,
    )
    return timeline_panel(
        look, [Query(steering.key_result_course(objective, one), legend(one.name)) for objective, one in owned]
    )


def _line(definition: Definition, objective: Objective, one: KeyResult) -> dashboard.Panel:
    metric = definition.metrics[one.metric]
    queries = [
        Query(steering.of_key_result(names.KEY_RESULT_VALUE, objective, one), "value"),
        Query(steering.of_key_result(names.KEY_RESULT_PATH, objective, one), "path", colour=colours.WATCH),
        Query(steering.of_key_result(names.KEY_RESULT_TARGET, objective, one), "target", quiet=True),
    ]
    look = Look(
        title=one.name,
        description=(
            f"{_said(definition, one)} {words.metric(definition, metric)} Judged is the last complete period, or a"
            " window as it is."
        ),
        unit=panel_unit(definition, metric),
        thresholds=_judged(one),
        empty="no comparable value yet",
    )
    return series_panel(look, queries)


def _said(definition: Definition, one: KeyResult) -> str:
    return " ".join(_parts(definition, one))


def _parts(definition: Definition, one: KeyResult) -> Iterator[str]:
    goal = words.amount(definition, one.metric, float(one.target))
    base = f" from {words.amount(definition, one.metric, one.base)}" if one.base is not None else ""
    since = f" on {one.since.isoformat()}" if one.since and one.base is not None else ""
    by = f" by {one.by.isoformat()}" if one.by else ""
    yield f"{one.name}: {words.title(one.metric).lower()}{base}{since} to {goal}{by}"
    if isinstance(one.aim, Hold):
        yield f"and then held for {one.aim.days} days"
    yield f"(owner: {one.owner})." if one.owner else "(nobody is named)."


def _judged(one: KeyResult) -> colours.Steps:
    return colours.beyond(one.better, float(one.target))
