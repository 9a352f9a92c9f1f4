"""All advice on one definition, each piece at its line, without what the company decided against."""

from collections.abc import Iterator
from typing import NamedTuple

from schemas.advice.observed import Observed
from schemas.advice.rule import EventsRule, Finding, Rule
from schemas.advice.rules import RULES
from schemas.definition.faults import Place
from schemas.definition.model import Definition
from schemas.definition.placed import Placed


class Told(NamedTuple):
    """What a rule found, and where; ``because`` is why it is silenced, empty where it is not."""

    rule: Rule
    place: Place
    text: str
    because: str = ""


class Judgement(NamedTuple):
    """Both by line of the file, and in the order of the rules within one."""

    told: tuple[Told, ...]
    silenced: tuple[Told, ...]


def judge(placed: Placed, observed: Observed | None = None) -> Judgement:
    """What every rule finds; those that need events are asked only where some were observed."""
    because = {silence.rule: silence.because for silence in placed.definition.silences}
    found = [
        Told(rule, placed.at(*finding.at), finding.text, because.get(rule.id, ""))
        for rule in RULES
        for finding in _findings(rule, placed.definition, observed)
    ]
    found = list(dict.fromkeys(found))  # of the parts of one lifecycle the same may be found
    found.sort(key=lambda one: one.place.line)
    return Judgement(
        told=tuple(one for one in found if not one.because), silenced=tuple(one for one in found if one.because)
    )


def _findings(rule: Rule, definition: Definition, observed: Observed | None) -> Iterator[Finding]:
    if not isinstance(rule, EventsRule):
        return rule.find(definition)
    return iter(()) if observed is None else rule.find(definition, observed)
