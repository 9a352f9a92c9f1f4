"""Definition -> every board of the company, in the order in which a person would open them."""

from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.boards.north_star import build_board
from services.provisioner.sdk import JSONEncoder, dashboard


def all_boards(definition: Definition, addresses: Addresses) -> list[dashboard.Dashboard]:
    """The same boards, in the same order, for the same definition and addresses."""
    return [build_board(definition, addresses)]


def to_json(board: dashboard.Dashboard) -> str:
    """The same bytes for the same board."""
    return JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(board) + "\n"
