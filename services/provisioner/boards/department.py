"""One department's board: the metrics it steers by, at most three, each with its target, trend and segments."""

from collections.abc import Iterator

from schemas.definition.model import Definition
from services.provisioner import words
from services.provisioner.addresses import BOARD_UID, board_path, department_uid
from services.provisioner.boards.frame import Board
from services.provisioner.boards.layout import Line, Row, Tile, lines_of
from services.provisioner.boards.rows.initiatives import initiatives_row
from services.provisioner.boards.rows.key_results import key_results_row
from services.provisioner.boards.rows.segments import segments_row
from services.provisioner.boards.rows.signs import completeness, freshness
from services.provisioner.boards.rows.standing import key, standing
from services.provisioner.boards.rows.trend import trend_panel

TO_STAR = (("North Star", board_path(BOARD_UID)),)


def department_board(definition: Definition, name: str) -> Board:
    """A row for each of its metrics; then what splits them, what was promised of them, and what is done for them."""
    department, title = definition.departments[name], words.title(name)
    metrics = [definition.metrics[one] for one in department.metrics]
    owner = f" Owner: {department.owner}." if department.owner else ""
    page = f" What to do is told in {department.runbook}." if department.runbook else ""
    return Board(
        uid=department_uid(name),
        title=f"{title}: {definition.company}",
        description=f"What {title.lower()} steers by.{owner}{page}",
        rows=[
            *_metrics(definition, name),
            segments_row(definition, metrics),
            key_results_row(definition, department.metrics),
            initiatives_row(definition, department.metrics),
        ],
    )


def _metrics(definition: Definition, name: str) -> Iterator[Row]:
    for one in definition.departments[name].metrics:
        metric = definition.metrics[one]
        links = TO_STAR if one in (definition.north_star.metric, *definition.north_star.inputs) else ()
        stats = [*standing(definition, metric, links), freshness(one), completeness(one)]
        trend = Tile(key(metric, "trend"), trend_panel(definition, metric))
        yield Row(f"metric/{one}", _heading(definition, one), [*lines_of(5, stats), Line(9, [trend])])


def _heading(definition: Definition, metric: str) -> str:
    star = definition.north_star
    role = (
        ": the north star" if metric == star.metric else ", an input of the north star" if metric in star.inputs else ""
    )
    return f"{words.title(metric)}{role}"
