"""What a rule is: why it matters, what would be better, and what it finds in a definition."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import msgspec

from schemas.advice.observed import Observed
from schemas.advice.size import Size
from schemas.definition.model import Definition

Severity = Literal["advice", "warning", "error"]
"""An error is refused. A warning: the number will mislead. Advice: it may, or it leaves something open."""


class Finding(NamedTuple):
    """``at`` are paths of the file, the first one that is there counts; ``text`` goes on after the path."""

    at: tuple[str, ...]
    text: str


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    """``reason`` says why it matters, ``example`` what a better choice looks like; ``id`` never changes."""

    id: str
    title: str
    severity: Severity
    reason: str
    example: str


class DefinitionRule(_Rule, frozen=True, kw_only=True):
    """Needs nothing but the definition."""

    find: Callable[[Definition], Iterator[Finding]]


class EventsRule(_Rule, frozen=True, kw_only=True):
    """Needs to know how the metrics would have behaved over a file of events."""

    find: Callable[[Definition, Observed], Iterator[Finding]]


class SizeRule(_Rule, frozen=True, kw_only=True):
    """Needs to know how much the definition asks of an exporter."""

    find: Callable[[Definition, Size], Iterator[Finding]]


class ErrorRule(_Rule, frozen=True, kw_only=True):
    """Held to by the loader: a definition that breaks it is none, and nothing can silence it."""


Rule = DefinitionRule | EventsRule | SizeRule
