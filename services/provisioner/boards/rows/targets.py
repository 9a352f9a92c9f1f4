"""Every metric that has a target: how far it is, and whether it is on course."""

from schemas.definition.model import Definition
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.boards.bars import bar_panel
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import steering
from services.provisioner.boards.rows.standing import COURSES
from services.provisioner.boards.timelines import timeline_panel
from services.provisioner.sdk import dashboard


def targets_row(definition: Definition) -> Row:
    """Those whose way has a beginning; without a base there is no part of it that is done."""
    aims = [aim for aim in definition.aims() if words.path(definition, aim)]
    if not aims:
        return Row("targets", "Targets", [])
    tiles = [Tile("targets/bars", _bars(definition)), Tile("targets/course", _courses(definition))]
    return Row("targets", "Targets", [Line(3 + 2 * len(aims), tiles)])


def _bars(definition: Definition) -> dashboard.Panel:
    queries, said = [], []
    for aim in definition.aims():
        title, goal = words.title(aim.metric), aim.target
        if goal is None or not (path := words.path(definition, aim)):
            continue
        queries.append(Query(steering.progress(aim.metric), title, colour=colours.PLAIN))
        if aim.base is not None and aim.base != goal:
            asked = steering.asked(promql.path(aim.metric), aim.base, goal)
            queries.append(Query(asked, f"{title}: the path asks", quiet=True))
        said.append(f"{title}: {path}")
    look = Look(
        title="How far the targets are",
        description=(
            f"The part done of the way from base to target; grey is what the path asks for by today. {' '.join(said)}"
        ),
        unit="percentunit",
        decimals=0,
        empty="no comparable value yet",
    )
    return bar_panel(look, queries)


def _courses(definition: Definition) -> dashboard.Panel:
    look = Look(
        title="On course?",
        description=(
            "Whether each metric was where its path said it should be. Judged is the last complete period, or a window"
            " as it is."
        ),
        empty="no comparable value yet",
        words=COURSES,
    )
    queries = [
        Query(steering.course(aim.metric), words.title(aim.metric))
        for aim in definition.aims()
        if words.path(definition, aim)
    ]
    return timeline_panel(look, queries)
