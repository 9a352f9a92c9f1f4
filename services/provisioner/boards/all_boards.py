"""Definition -> every board of the company, in the order in which a person would open them."""

import json
from typing import Any

from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.boards.department import department_board
from services.provisioner.boards.frame import draw
from services.provisioner.boards.north_star import north_star_board
from services.provisioner.boards.objectives import objectives_board
from services.provisioner.boards.pipeline import pipeline_board
from services.provisioner.sdk import JSONEncoder, dashboard


def all_boards(definition: Definition, addresses: Addresses) -> list[dashboard.Dashboard]:
    """The same boards, in the same order, for the same definition and addresses; one with nothing to show is not there.

    Each links to all the others.
    """
    boards = [
        north_star_board(definition, addresses),
        *(department_board(definition, name) for name in definition.departments),
        objectives_board(definition),
        pipeline_board(definition, addresses),
    ]
    shown = [board for board in boards if not board.is_empty]
    return [draw(definition, addresses, board, [one for one in shown if one is not board]) for board in shown]


def to_json(board: dashboard.Dashboard) -> str:
    """The same bytes for the same board, without what the SDK adds of itself.

    It puts links and annotations into a menu, out of sight, that Grafana has since 12.3 (``placement``), and gives
    tables a footer that Grafana had until 12.1 and that is not shown.
    """
    content: dict[str, Any] = json.loads(JSONEncoder().encode(board))
    for shown in (content, *content["panels"]):
        for one in (*shown.get("links", ()), *shown.get("annotations", {}).get("list", ())):
            one.pop("placement", None)
        if shown.get("type") == "table":
            shown["options"].pop("footer", None)
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
