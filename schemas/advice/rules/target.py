"""A target says from where, since when, to where, and by when."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.model import Definition
from schemas.definition.steering import Target


def _find(definition: Definition) -> Iterator[Finding]:
    """Having no target is no fault: the number may be too new for one."""
    for aim in definition.aims():
        lacking = list(_lacking(aim))
        star = aim.metric == definition.north_star.metric
        at = "north_star" if star else f"targets.{aim.metric}"
        if lacking:
            yield Finding((f"{at}.target", at), f"{aim.target:g} has no {' and no '.join(lacking)}")


def _lacking(aim: Target) -> Iterator[str]:
    if aim.by is None:
        yield "date (by)"
    if aim.base is None:
        yield "base that it is measured against (base)"
    if aim.since is None and not aim.path:
        yield "day that its way begins on (from)"


RULE = DefinitionRule(
    id="open-target",
    title="A target has no date, no base or no beginning",
    severity="advice",
    reason=(
        "Without a date no day ever shows that it was missed; without the value that it began from, and the day of it, "
        "nobody can tell whether half the way is done, whether that is as far as it should be, or whether it was ever "
        "far."
    ),
    example=(
        "north_star: {metric: repeat_orders_per_customer, base: 1.2, from: 2026-07-01, target: 1.8, by: 2027-06-30}"
    ),
    find=_find,
)
