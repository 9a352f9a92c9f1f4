"""All advice on one definition, each piece at its line, without what the company decided against."""

from collections.abc import Iterator
from typing import NamedTuple

from schemas.advice.observed import Observed
from schemas.advice.rule import DefinitionRule, EventsRule, Finding, Rule, SizeRule
from schemas.advice.rules import RULES
from schemas.advice.size import Size
from schemas.definition.faults import Place
from schemas.definition.model import Definition
from schemas.definition.placed import Placed


class Told(NamedTuple):
    """What a rule found, and where; ``because`` is why it is silenced, empty where it is not."""

    rule: Rule
    place: Place
    text: str
    because: str = ""


class Idle(NamedTuple):
    """A silence of a rule that was asked, and that found nothing."""

    rule: str
    place: Place


class Judgement(NamedTuple):
    """Each by line of the file, and in the order of the rules within one."""

    told: tuple[Told, ...]
    silenced: tuple[Told, ...]
    idle: tuple[Idle, ...] = ()


def judge(placed: Placed, observed: Observed | None = None, size: Size | None = None) -> Judgement:
    """What every rule finds; those that need events, or the size, are asked only where these are known."""
    silences = placed.definition.silences
    because = {silence.rule: silence.because for silence in silences}
    asked = {rule.id for rule in RULES if _is_asked(rule, observed, size)}
    found = [
        Told(rule, placed.at(*finding.at), finding.text, because.get(rule.id, ""))
        for rule in RULES
        for finding in _findings(rule, placed.definition, observed, size)
    ]
    found = list(dict.fromkeys(found))  # of the parts of one lifecycle the same may be found
    found.sort(key=lambda one: one.place.line)
    silenced = tuple(one for one in found if one.because)
    busy = {one.rule.id for one in silenced}
    return Judgement(
        told=tuple(one for one in found if not one.because),
        silenced=silenced,
        idle=tuple(
            Idle(silence.rule, placed.at(f"check.silence[{number}]", "check"))
            for number, silence in enumerate(silences)
            if silence.rule in asked - busy
        ),
    )


def _is_asked(rule: Rule, observed: Observed | None, size: Size | None) -> bool:
    match rule:
        case DefinitionRule():
            return True
        case EventsRule():
            return observed is not None
        case SizeRule():
            return size is not None


def _findings(rule: Rule, definition: Definition, observed: Observed | None, size: Size | None) -> Iterator[Finding]:
    match rule:
        case DefinitionRule():
            return rule.find(definition)
        case EventsRule():
            return iter(()) if observed is None else rule.find(definition, observed)
        case SizeRule():
            return iter(()) if size is None else rule.find(definition, size)
