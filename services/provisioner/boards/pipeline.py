"""The board of the people on call: what is wrong, where, and since when."""

from schemas.definition.model import Definition
from services.provisioner.addresses import PIPELINE_UID, Addresses
from services.provisioner.boards.frame import Board
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.rows import signs, trust
from services.provisioner.boards.rows.flow import freshness_row, partitions_row
from services.provisioner.boards.rows.outcomes import outcomes_row
from services.provisioner.boards.rows.processes import processes_row


def pipeline_board(definition: Definition, addresses: Addresses) -> Board:
    """From what is firing to the single partition."""
    return Board(
        uid=PIPELINE_UID,
        title=f"Pipeline: {definition.company}",
        description="Whether events reach the boards: what waits, what was left out and why, and what runs.",
        rows=[
            _now(definition, addresses),
            partitions_row(),
            freshness_row(),
            outcomes_row(definition),
            processes_row(),
        ],
        shown="6h",
    )


def _now(definition: Definition, addresses: Addresses) -> Row:
    star = definition.north_star.metric
    stats = [signs.state(), signs.held_up(), signs.lag(), signs.freshness(star), signs.completeness(star)]
    events = [signs.firing(), signs.state_age(), signs.dead_letters(), signs.late(), signs.refused()]
    return Row(
        "now",
        "Now",
        [
            Line(4, stats),
            Line(4, events),
            Line(
                9,
                [
                    Tile("now/firing", trust.firing()),
                    Tile("now/runbooks", trust.runbooks(definition, addresses)),
                ],
            ),
        ],
    )
