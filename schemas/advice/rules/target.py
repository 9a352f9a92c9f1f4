"""A target says from where, to where, and by when."""

from collections.abc import Iterator

from schemas.advice.rule import DefinitionRule, Finding
from schemas.definition.model import Definition


def _find(definition: Definition) -> Iterator[Finding]:
    """Having no target is no fault: the number may be too new for one."""
    star = definition.north_star
    wanted = ((star.by, "date (by)"), (star.base, "base that it is measured against (base)"))
    lacking = [told for value, told in wanted if value is None]
    if star.target is not None and lacking:
        yield Finding(("north_star.target", "north_star"), f"{star.target:g} has no {' and no '.join(lacking)}")


RULE = DefinitionRule(
    id="open-target",
    title="The target has no date or no base",
    severity="advice",
    reason=(
        "Without a date no day ever shows that it was missed; without the value that it began from nobody can tell "
        "whether half the way is done, or whether it was ever far."
    ),
    example="north_star: {metric: repeat_orders_per_customer, base: 1.2, target: 1.8, by: 2027-06-30}",
    find=_find,
)
