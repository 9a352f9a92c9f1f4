"""What is steered by otherwise, piece by piece; none of it is folded anew."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from schemas.definition.model import Definition
from schemas.definition.steering import Campaign, Guardrail, Holiday, Initiative, KeyResult, Objective
from services.definition.telling import fields

Piece = msgspec.Struct


class _Kind(NamedTuple):
    """What one piece is called, and all pieces of a definition by name, in order."""

    called: str
    pieces: Callable[[Definition], Mapping[str, Piece]]


def of_steering(one: Definition, other: Definition) -> Iterator[str]:
    """Sentences, in the order of the file."""
    yield from fields("north_star", one.north_star, other.north_star)
    for kind in _KINDS:
        yield from _named(kind.called, kind.pieces(one), kind.pieces(other))


def _named(called: str, known: Mapping[str, Piece], new: Mapping[str, Piece]) -> Iterator[str]:
    for name in sorted(known.keys() | new.keys()):
        if name not in known:
            yield f"{called} {name} is new"
        elif name not in new:
            yield f"{called} {name} is gone"
        else:
            yield from fields(f"{called} {name}", known[name], new[name])
    kept = [name for name in known if name in new]
    if kept != [name for name in new if name in known]:
        yield f"each {called} stands in another place"


def _guardrails(definition: Definition) -> dict[str, Guardrail]:
    return {one.metric: one for one in definition.guardrails}


def _objectives(definition: Definition) -> dict[str, Objective]:
    """Without their key results, which are told apart."""
    return {one.name: msgspec.structs.replace(one, key_results=()) for one in definition.okrs}


def _key_results(definition: Definition) -> dict[str, KeyResult]:
    return {f"{one.name}: {result.name}": result for one in definition.okrs for result in one.key_results}


def _initiatives(definition: Definition) -> dict[str, Initiative]:
    return {one.name: one for one in definition.initiatives}


def _holidays(definition: Definition) -> dict[str, Holiday]:
    return {one.date.isoformat(): one for one in definition.calendar.holidays}


def _campaigns(definition: Definition) -> dict[str, Campaign]:
    return {f"{one.name} {one.start.isoformat()}": one for one in definition.calendar.campaigns}


_KINDS: Final = (
    _Kind("target of", lambda definition: definition.targets),
    _Kind("guardrail", _guardrails),
    _Kind("department", lambda definition: definition.departments),
    _Kind("objective", _objectives),
    _Kind("key result", _key_results),
    _Kind("initiative", _initiatives),
    _Kind("holiday", _holidays),
    _Kind("campaign", _campaigns),
)
