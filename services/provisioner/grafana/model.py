"""What should be in a Grafana, what is, and what has to be done about it, as values."""

from enum import StrEnum
from typing import Any, Literal

import msgspec

from services.provisioner.grafana.marks import Mark, digest

Kind = Literal["folder", "permissions", "data source", "board", "annotation", "rule"]
Key = tuple[Kind, str]
"""A kind and the identity within it."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as the definition has it; ``content`` is JSON, without mark, number or version.

    ``sent`` is all that is sent, of a kind of which only part can be compared.
    """

    kind: Kind
    identity: str
    title: str
    content: dict[str, Any]
    sent: dict[str, Any] = {}

    @property
    def key(self) -> Key:
        return self.kind, self.identity

    @property
    def digest(self) -> str:
        return digest(self.content)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as Grafana has it.

    ``content`` can be compared with what is wanted.  ``locked`` says why nobody may change it by API, ``lasting`` that
    it stays although it is no longer wanted, ``pristine`` that it is as the server makes it by itself; ``raw`` is what
    the server needs to have back when it is changed.
    """

    kind: Kind
    identity: str
    title: str
    content: dict[str, Any]
    mark: Mark | None = None
    version: int = 0
    locked: str = ""
    lasting: bool = False
    pristine: bool = False
    raw: dict[str, Any] = {}

    @property
    def key(self) -> Key:
        return self.kind, self.identity

    @property
    def edited(self) -> bool:
        """Whether somebody changed it since we wrote it; of what bears no mark that is not known."""
        if self.mark is None or digest(self.content) == self.mark.content:
            return False
        return not self.mark.version or self.version != self.mark.version


class Verb(StrEnum):
    """What is done about one thing."""

    CREATE = "create"
    UPDATE = "update"
    OVERWRITE = "overwrite"
    """An update over what somebody else made or changed, because it was asked for."""
    BLOCKED = "blocked"
    """It should be changed, and is left as it is."""
    DELETE = "delete"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One step.  ``why`` is a part of a sentence; ``wanted`` is None for what is deleted, ``found`` for what is new."""

    verb: Verb
    kind: Kind
    identity: str
    title: str
    why: str = ""
    wanted: Wanted | None = None
    found: Found | None = None

    @property
    def key(self) -> Key:
        return self.kind, self.identity


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Steps in the order in which they must be done, and what is ours without being wanted any longer."""

    changes: tuple[Change, ...] = ()
    leftovers: tuple[Change, ...] = ()
    same: int = 0

    @property
    def blocked(self) -> tuple[Change, ...]:
        return tuple(one for one in (*self.changes, *self.leftovers) if one.verb is Verb.BLOCKED)

    @property
    def steps(self) -> tuple[Change, ...]:
        """What an apply does."""
        return tuple(one for one in self.changes if one.verb is not Verb.BLOCKED)


class Desired(msgspec.Struct, frozen=True, kw_only=True):
    """All that should be there, whose it is, and which kinds are looked after at all."""

    owner: str
    things: tuple[Wanted, ...]
    kinds: frozenset[Kind]
    where_allowed: frozenset[Kind] = frozenset()
    """Kinds that are looked at besides, if the token may."""
