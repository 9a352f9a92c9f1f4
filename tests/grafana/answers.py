"""How one request is answered: by whom, where, with what."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

ROLES = ("Viewer", "Editor", "Admin")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """``role`` is that of the token; ``query`` has the values of each name."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    role: str

    def asked(self, name: str) -> str:
        return self.query.get(name, [""])[0]

    def may(self, role: str) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


class Reply(msgspec.Struct, frozen=True):
    """``body`` is JSON unless it is bytes, which are sent as they are."""

    status: int
    body: Any = b""
    headers: dict[str, str] = {}


Answering = Callable[..., Reply]


def said(status: int, message: str, word: str = "") -> Reply:
    """As Grafana tells people, and with a 412 machines."""
    return Reply(status, {"message": message} | ({"status": word} if word else {}))


FORBIDDEN = said(403, "You'll need additional permissions to perform this action")
