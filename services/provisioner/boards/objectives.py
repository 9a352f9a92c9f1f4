"""The board of what was promised: objectives with their key results, targets, and what is done for them."""

from schemas.definition.model import Definition
from services.provisioner.addresses import OBJECTIVES_UID
from services.provisioner.boards.frame import Board
from services.provisioner.boards.rows.initiatives import initiatives_row
from services.provisioner.boards.rows.key_results import objective_row
from services.provisioner.boards.rows.targets import targets_row


def objectives_board(definition: Definition) -> Board:
    """Objectives first, in the order of the definition."""
    return Board(
        uid=OBJECTIVES_UID,
        title=f"Objectives: {definition.company}",
        description=f"What {definition.company} set out to reach, how far it is, and whether that is enough by now.",
        rows=[
            *(objective_row(definition, objective) for objective in definition.okrs),
            targets_row(definition),
            initiatives_row(definition),
        ],
        shown="90d",
    )
