"""The board that everybody opens: where the north star stands, what moves it, and whether the number can be trusted."""

from schemas.definition.model import Definition
from services.provisioner import expressions as promql
from services.provisioner.addresses import BOARD_UID, Addresses
from services.provisioner.boards.frame import Board
from services.provisioner.boards.layout import Line, Row, Tile, lines_of
from services.provisioner.boards.rows.guardrails import guardrails_row
from services.provisioner.boards.rows.inputs import inputs_row
from services.provisioner.boards.rows.rhythm import rhythm_row
from services.provisioner.boards.rows.segments import of_north_star, segments_row
from services.provisioner.boards.rows.signs import completeness, freshness
from services.provisioner.boards.rows.standing import key, standing
from services.provisioner.boards.rows.trend import trend_panel
from services.provisioner.boards.rows.trust import trust_row


def north_star_board(definition: Definition, addresses: Addresses) -> Board:
    """From the one number down to what it rests on."""
    return Board(
        uid=BOARD_UID,
        title=f"North Star: {definition.company}",
        description=f"{definition.company}'s north star, what drives it, and why the number can be trusted.",
        rows=[
            _star(definition),
            inputs_row(definition),
            segments_row(definition, of_north_star(definition)),
            guardrails_row(definition),
            rhythm_row(definition),
            trust_row(definition, addresses),
        ],
    )


def _star(definition: Definition) -> Row:
    metric = promql.north_star(definition)
    stats = [*standing(definition, metric), freshness(metric.name), completeness(metric.name)]
    trend = Tile(key(metric, "trend"), trend_panel(definition, metric))
    return Row("north-star", "North star", [*lines_of(5, stats), Line(11, [trend])])
