"""Boards as Grafana gets them, and all definitions that they are judged with."""

import json
from typing import Any, Final

import pytest

from schemas.definition.loading import load
from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards, to_json
from tests.samples.library import BUSINESSES, FOLDER
from tests.services.provisioner.example import shop, starring
from tests.services.provisioner.golden import ROOT
from tests.services.provisioner.steered import steered
from tests.services.provisioner.wide import wide

Json = dict[str, Any]

STARS: Final = {f"star-{name}": starring(name, better="lower", target=None, by=None) for name in shop().metrics}
LIBRARY: Final = {name: load(FOLDER / name / "nsm.yaml") for name in BUSINESSES}
PUBLISHED: Final = {name: load(ROOT / "deploy" / "definitions" / f"{name}.yaml") for name in ("cdnow", "online_retail")}
MADE: Final = {"steered": steered(), "shop": shop(), "wide": wide()}
DEFINITIONS: Final[dict[str, Definition]] = {**MADE, **STARS, **LIBRARY, **PUBLISHED}
EVERY_DEFINITION = pytest.mark.parametrize("name", DEFINITIONS)


def boards(name: str) -> dict[str, Json]:
    """Uid -> the board."""
    drawn = (json.loads(to_json(one)) for one in all_boards(DEFINITIONS[name], Addresses()))
    return {board["uid"]: board for board in drawn}


def panels(board: Json) -> list[Json]:
    """All but headings."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def rows(board: Json) -> list[str]:
    """The headings."""
    return [panel["title"] for panel in board["panels"] if panel["type"] == "row"]


def panel(board: Json, title: str) -> Json:
    """The one of this title."""
    (found,) = (one for one in panels(board) if one["title"] == title)
    return found


def expressions(board: Json) -> list[str]:
    """Of panels, then of annotations."""
    asked = [target["expr"] for one in panels(board) for target in one.get("targets", [])]
    return asked + [one["expr"] for one in board["annotations"]["list"]]
