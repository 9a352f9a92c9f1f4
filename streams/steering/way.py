"""The way from a base to a target, by local days.

    value                                  target ·-------
                                       . '
                          straight . '          base + (target - base) * days gone / days in all
                 base ------- . '
                            since             by

    milestones              the value to be had: the base before the first, then that of the last one due

A day counts whole: on the day ``since`` the base holds, on the day ``by`` the target.
"""

from datetime import date, timedelta
from fractions import Fraction

import msgspec

from schemas.definition.steering import Better, Hold, KeyResult, Target, exact


class Step(msgspec.Struct, frozen=True):
    """The value to be had on this day (its number, as the calendar counts them) and after it."""

    day: int
    value: Fraction


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """``since`` and ``by`` are numbers of local days; None where it was not said.

    ``steps`` are by day, the last the target; without any the way is straight, and there is one only where base,
    ``since`` and ``by`` are known.
    """

    target: Fraction
    better: Better
    base: Fraction | None = None
    since: int | None = None
    by: int | None = None
    steps: tuple[Step, ...] = ()

    def at(self, day: int) -> Fraction | None:
        """The value to be had on this day; None where nothing says it."""
        if self.steps:
            return next((one.value for one in reversed(self.steps) if one.day <= day), self.base)
        if self.base is None or self.since is None or self.by is None:
            return None
        if day <= self.since:
            return self.base
        if day >= self.by:
            return self.target
        return self.base + (self.target - self.base) * Fraction(day - self.since, self.by - self.since)

    def reached(self, value: Fraction) -> bool:
        """As good as the target, or better."""
        return value >= self.target if self.better == "higher" else value <= self.target

    def gained(self, value: Fraction, over: Fraction) -> Fraction:
        """How much better the value is than another; below 0: worse."""
        return value - over if self.better == "higher" else over - value


def way_of(target: Target) -> Way | None:
    """None where there is nothing to reach."""
    if target.target is None:
        return None
    return Way(
        target=exact(target.target),
        better=target.better,
        base=None if target.base is None else exact(target.base),
        since=_number(target.since),
        by=_number(target.by),
        steps=tuple(Step(one.by.toordinal(), exact(one.value)) for one in target.path),
    )


def way_of_result(result: KeyResult) -> Way:
    """Of what must be held for so long, the way ends as long before its date."""
    by = result.by
    if by is not None and isinstance(result.aim, Hold):
        by -= timedelta(days=result.aim.days)
    return Way(
        target=result.target,
        better=result.better,
        base=None if result.base is None else exact(result.base),
        since=_number(result.since),
        by=_number(by),
    )


def _number(day: date | None) -> int | None:
    return None if day is None else day.toordinal()
