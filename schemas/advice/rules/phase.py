"""What matters most changes as a company grows."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, assert_never

from schemas.advice.rule import DefinitionRule, Finding
from schemas.advice.standing import raised_by, stands_on
from schemas.definition.model import (
    Conversion,
    Count,
    Definition,
    Distinct,
    Distribution,
    First,
    Lifecycle,
    NetPart,
    NetRetention,
    Part,
    Plain,
    Repeat,
    Sum,
)
from schemas.definition.units import CURRENCIES


class _Says(StrEnum):
    """What a north star is about, as its sentence has it."""

    FIRST_USE = "first use"
    REPEATED_USE = "repeated use"
    VALUE = "what a customer is worth"
    ACTIVE = "how many are active"
    VOLUME = "how much happens in all"
    EACH = "how much each customer does"


# generous: only what clearly belongs to another phase
_UNFIT: Final[dict[str, dict[_Says, str]]] = {
    "start-up": {
        _Says.REPEATED_USE: "few customers have been there long enough to come back; first use comes first",
        _Says.VALUE: "customers are too few and too new to say what one is worth; first use comes first",
    },
    "scale-up": {
        _Says.FIRST_USE: "new customers can be bought; whether they come back decides whether growth lasts",
    },
    "mature": {
        _Says.FIRST_USE: "most who could be customers are, or were; whether they stay decides",
        _Says.VOLUME: "volume can be bought while customers leave; what each does and whether they stay decides",
    },
}


def _find(definition: Definition) -> Iterator[Finding]:
    says = _says(definition)
    why = says and _UNFIT.get(definition.phase or "", {}).get(says)
    if why:
        text = f"is {definition.phase}, and {definition.north_star.metric} tells {says}: {why}"
        yield Finding(("phase",), text)


def _says(definition: Definition) -> _Says | None:
    """Told by the first measure with which the north star rises, if there is one."""
    metric = definition.north_star.metric
    measure = next(iter(raised_by(definition, metric)), None)
    below = [one.measure for one in stands_on(definition, metric) if not one.above]
    each = any(isinstance(one, Distinct | First | Lifecycle) for one in below)
    match measure:
        case First() | Lifecycle(part=Part.NEW):
            return _Says.FIRST_USE
        case Repeat() | Lifecycle(part=Part.RETAINED | Part.RESURRECTED) | NetRetention(part=NetPart.KEPT):
            return _Says.REPEATED_USE
        case Distinct() | Lifecycle(part=Part.ACTIVE):
            return _Says.ACTIVE
        case Sum(unit=unit) if each and unit in CURRENCIES:
            return _Says.VALUE
        case Count() | Sum():
            plain = isinstance(definition.metrics[metric].value, Plain)
            return _Says.EACH if each or not plain else _Says.VOLUME
        case None | Conversion() | Distribution() | Lifecycle() | NetRetention():
            return None
        case _:
            assert_never(measure)


RULE = DefinitionRule(
    id="phase-and-metric",
    title="Phase and north star do not fit",
    severity="advice",
    reason=(
        "A start-up must first learn that people begin to use what it makes, a scale-up that they come back, and a "
        "mature company that they stay and are worth more. An early or late question gets a number that says little."
    ),
    example=(
        "start-up: customers with a first order a week; scale-up: repeat orders per customer; mature: what is kept of "
        "last year's customers. Or correct `phase`"
    ),
    find=_find,
)
