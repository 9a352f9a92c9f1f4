"""Definition -> all that should be in a Grafana."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from schemas.definition.model import Definition
from services.provisioner.addresses import (
    DATA_SOURCE_NAME,
    DATA_SOURCE_UID,
    FOLDER_TITLE,
    FOLDER_UID,
    Addresses,
)
from services.provisioner.boards.all_boards import all_boards, to_json
from services.provisioner.grafana.events import TakeOver, annotations
from services.provisioner.grafana.kinds.board import SERVERS_OWN
from services.provisioner.grafana.managed_rules import managed_rules
from services.provisioner.grafana.marks import owner_of
from services.provisioner.grafana.model import Desired, Kind, Wanted
from services.provisioner.rules.groups import rule_groups
from services.provisioner.sdk import dashboard


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the definition does not say.  ``prometheus`` is the URL under which Grafana reaches it."""

    prometheus: str
    addresses: Addresses = Addresses()
    viewers: Literal["view", "none"] = "view"
    editors: Literal["view", "edit"] = "edit"
    data_source: bool = True
    rules: bool = False


def desired(definition: Definition, wishes: Wishes, take_over: TakeOver | None = None) -> Desired:
    """What is not wished for is not looked at either: it may need a greater role."""
    kinds: set[Kind] = {"folder", "permissions", "board", "annotation"}
    kinds |= {"data source"} if wishes.data_source else set()
    kinds |= {"rule"} if wishes.rules else set()
    return Desired(
        owner=owner_of(definition.company),
        things=tuple(_things(definition, wishes, take_over)),
        kinds=frozenset(kinds),
    )


def _things(definition: Definition, wishes: Wishes, take_over: TakeOver | None) -> Iterator[Wanted]:
    yield Wanted(kind="folder", identity=FOLDER_UID, title=FOLDER_TITLE, content={"title": FOLDER_TITLE})
    yield _permissions(wishes)
    if wishes.data_source:
        yield _data_source(wishes.prometheus)
    for board in all_boards(definition, wishes.addresses):
        yield _board(board)
    yield from annotations(definition, take_over)
    if wishes.rules:
        yield from managed_rules(rule_groups(definition), wishes.addresses)


def _permissions(wishes: Wishes) -> Wanted:
    roles = {"Viewer": wishes.viewers, "Editor": wishes.editors}
    granted = {role: word for role, word in roles.items() if word != "none"}
    return Wanted(kind="permissions", identity=FOLDER_UID, title=f"who may see {FOLDER_TITLE}", content=granted)


def _data_source(url: str) -> Wanted:
    """Never the default one: that is for the company to choose, and boards name it by its uid."""
    content: dict[str, Any] = {
        "name": DATA_SOURCE_NAME,
        "type": "prometheus",
        "access": "proxy",
        "url": url,
        "jsonData": {"httpMethod": "POST", "timeInterval": "15s"},
    }
    return Wanted(kind="data source", identity=DATA_SOURCE_UID, title=DATA_SOURCE_NAME, content=content)


def _board(board: dashboard.Dashboard) -> Wanted:
    rendered = json.loads(to_json(board))
    content = {name: value for name, value in rendered.items() if name not in SERVERS_OWN}
    content |= {"tags": list(rendered.get("tags") or []), "folder": FOLDER_UID}
    return Wanted(kind="board", identity=str(rendered["uid"]), title=str(rendered["title"]), content=content)
