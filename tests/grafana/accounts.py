"""Service accounts and their tokens."""

import itertools
import secrets

from tests.grafana.answers import FORBIDDEN, ROLES, Reply, Request, said


class Accounts:
    def __init__(self, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        self._accounts: dict[int, tuple[str, str]] = {}
        self._names: set[str] = set()
        self.roles: dict[str, str] = {}
        self.deleted: set[str] = set()
        self._tokens: dict[int, str] = {}

    def create(self, request: Request) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        name, role = request.body.get("name", ""), request.body.get("role", "Viewer")
        if any(name == other for other, _ in self._accounts.values()) or role not in ROLES:
            return said(400, "service account already exists")
        number = next(self._numbers)
        self._accounts[number] = (name, role)
        return Reply(201, {"id": number, "name": name, "role": role})

    def delete(self, request: Request, number: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        if self._accounts.pop(int(number), None) is None:
            return said(404, "service account not found")
        return said(200, "Service account deleted")

    def create_token(self, request: Request, number: str) -> Reply:
        if not request.may("Admin"):
            return FORBIDDEN
        name = request.body.get("name", "")
        if name in self._names:
            return said(409, "service account token with given name already exists in the organization")
        if int(number) not in self._accounts:
            return said(404, "service account not found")
        self._names.add(name)
        key, identity = f"glsa_{secrets.token_hex(16)}", next(self._numbers)
        self.roles[key] = self._accounts[int(number)][1]
        self._tokens[identity] = key
        return Reply(200, {"id": identity, "name": name, "key": key})

    def delete_token(self, request: Request, number: str, token: str) -> Reply:
        """What it opened is answered with 500 from then on, as a real server does."""
        key = self._tokens.pop(int(token), "")
        if not key:
            return said(404, "token not found")
        del self.roles[key]
        self.deleted.add(key)
        return said(200, "API key deleted")
