"""How much a metric moves for no reason, relative to itself."""

from collections.abc import Sequence
from math import sqrt
from statistics import median

LEAST = 4
"""Fewer changes than this tell nothing."""

_NORMAL = 1.4826
"""A normal distribution's standard deviation in median absolute deviations: 1 / Phi^-1(3/4)."""


def noise(values: Sequence[float], changes: Sequence[float]) -> float | None:
    """The robust relative spread of readings, from their changes, so that a steady trend is no noise:

        sigma = 1.4826 * median(|d - median(d)|) / sqrt(2)
        noise = sigma / |median(x)|

    for readings x and changes d between two of them.  Of independent readings around a line, sigma estimates their
    standard deviation: a change has twice the variance.  Up to a quarter of the readings may be anything.  None for
    fewer than ``LEAST`` changes, and around 0.
    """
    if len(changes) < LEAST or not (centre := abs(median(values))):
        return None
    usual = median(changes)
    return _NORMAL * median(abs(change - usual) for change in changes) / sqrt(2) / centre
