"""The band that a series' own past expects its next value in.

    value = level + what the calendar says of the period + chance          on a scale where chance is even

scale      logarithms of what is above 0, square roots of what is at least 0, else as it is
calendar   a robust regression (soft L1) on weekday, share of holidays, share of campaigns
level      the median of what is left, weighted: a period counts half as much a half-life later
chance     what the same method would have been wrong by in the last periods, each judged by those before it alone

The width is Student's t times a robust spread of those errors (the larger of the median's and the third quartile's, but
no more than what the largest error speaks for), so that few errors make it wide, and some bad periods do not.  A week
of outage leaves the level where it was; a lasting shift is the new level after one half-life.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COVERAGE: Final = 0.99
"""The share of quiet periods that the band is meant to hold."""
LEAST_SPECIAL: Final = 3
"""How many holidays, or days of campaigns, must have been seen before another one can be expected."""

_MEDIAN_TO_SIGMA: Final = 1.4826
_QUARTILE_TO_SIGMA: Final = 1 / 1.1503
_MEAN_TO_SIGMA: Final = 1.2533
_LARGER: Final = 0.25
_MOST_FREEDOM: Final = 12
"""Chance has heavier tails than the normal curve, however many errors there are."""
_AROUND: Final = 7
_PASSES: Final = 2
_REMEMBERED: Final = 6
_FEWEST_ERRORS: Final = 5
_FINEST: Final = 1e-6
_FURTHEST: Final = 1e100


class Rhythm(NamedTuple):
    """How a kind of window is judged, in periods.

    ``overlap``: how many periods one value rests on.  ``least``: without so many there is no band.
    """

    half_life: float
    judged: int
    least: int
    overlap: int = 1


class Past(NamedTuple):
    """Values in order, nan where there was none, and what the calendar says of each and, last, of the one to come.

    ``says`` has a row a period and one more, and a column for each thing that can be said.
    """

    values: Floats
    says: Floats
    rhythm: Rhythm


class Band(NamedTuple):
    """``middle`` is as often too high as too low."""

    lower: float
    middle: float
    upper: float


def expect(past: Past) -> Band | None:
    """None where the past is too short, or has never moved."""
    values, rhythm = past.values, past.rhythm
    known = np.isfinite(values)
    if known.sum() < rhythm.least:
        return None
    there, back = _scale(values[known])
    scaled = np.full(len(values), np.nan)
    scaled[known] = there(values[known])
    unit = _size(scaled[known])
    if unit == 0 or not np.isfinite(unit):
        return None
    # whatever the numbers are, the fit is of numbers around 1, and the squares of all errors are numbers
    scaled = np.clip(scaled, -_FURTHEST * unit, _FURTHEST * unit) / unit
    effects = _effects(scaled, past.says[:-1])
    left = scaled - past.says[:-1] @ effects
    errors = _errors(left, known, rhythm)
    if len(errors) < _FEWEST_ERRORS:
        return None
    bias, independent = float(np.median(errors)), len(errors) / rhythm.overlap
    spread = _spread(np.abs(errors - bias), independent) * _uncertain(int(known.sum()), past.says.shape[1])
    if spread == 0:
        return None
    middle = _level(left, known, len(left), rhythm.half_life) + bias + float(past.says[-1] @ effects)
    half = _student(independent - 1) * spread
    with np.errstate(over="ignore"):
        bounds = back(np.array([middle - half, middle, middle + half]) * unit)
    return Band(*bounds.tolist()) if np.isfinite(bounds).all() and bounds[0] < bounds[2] else None


def _scale(values: Floats) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Onto a scale where errors are about as large below as above, and back."""
    least = values.min()
    if least > 0:
        return np.log, np.exp
    if least == 0:
        return np.sqrt, lambda roots: np.maximum(roots, 0) ** 2
    return lambda given: given, lambda given: given


def _size(scaled: Floats) -> float:
    """Of a usual number that is not 0, whatever one of them is; 0 where there is none."""
    sizes = np.abs(scaled[scaled != 0])
    return float(np.median(sizes)) if len(sizes) else 0.0


def _effects(scaled: Floats, says: Floats) -> Floats:
    """What each thing that the calendar says adds to the level around it."""
    effects = np.zeros(says.shape[1])
    if not len(effects):
        return effects
    from scipy.optimize import least_squares  # 50 MB and a second: not before it is needed

    known = np.isfinite(scaled)
    rows = says[known]
    for _ in range(_PASSES):
        around = _median_around(scaled - says @ effects)
        above = (scaled - around)[known]
        spread = max(_MEDIAN_TO_SIGMA * float(np.median(np.abs(above - rows @ effects))), _FINEST)

        def wrong(given: Floats, above: Floats = above) -> Floats:
            return rows @ given - above

        effects = least_squares(wrong, effects, jac=lambda _: rows, loss="soft_l1", f_scale=spread, method="trf").x
    return effects


def _median_around(values: Floats) -> Floats:
    """Of each value and those up to a week before and after it; nan where none is known."""
    beyond = np.full(_AROUND, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([beyond, values, beyond]), 2 * _AROUND + 1)
    medians = np.full(len(values), np.nan)
    some = np.isfinite(windows).any(axis=1)
    medians[some] = np.nanmedian(windows[some], axis=1)
    return medians


def _errors(left: Floats, known: NDArray[np.bool_], rhythm: Rhythm) -> Floats:
    """What the level of the periods before would have been wrong by, in each of the last periods."""
    first = max(len(left) - rhythm.judged, rhythm.least // 2)
    judged = [at for at in range(first, len(left)) if known[at] and known[:at].any()]
    return np.array([left[at] - _level(left, known, at, rhythm.half_life) for at in judged])


def _level(left: Floats, known: NDArray[np.bool_], at: int, half_life: float) -> float:
    """The weighted median of what was known before."""
    before = np.flatnonzero(known[:at])[-round(_REMEMBERED * half_life) :]
    order = before[np.argsort(left[before], kind="stable")]
    weights = np.cumsum(0.5 ** ((at - order) / half_life))
    return float(left[order[np.searchsorted(weights, weights[-1] / 2)]])


def _spread(errors: Floats, independent: float) -> float:
    """Sigma of a normal curve whose median, or third quartile, of absolute errors is theirs: whichever is larger.

    Not more than that of the curve whose largest error of so many ``independent`` ones is larger than theirs three
    times in four: what goes to and fro between two values has a large median, and no error beyond it.
    """
    from scipy.special import ndtri

    found = max(_MEDIAN_TO_SIGMA * float(np.median(errors)), _QUARTILE_TO_SIGMA * float(np.quantile(errors, 0.75)), 0.0)
    largest = float(errors.max()) / float(ndtri(0.5 + 0.5 * _LARGER ** (1 / max(independent, 1))))
    return min(found or _MEAN_TO_SIGMA * float(errors.mean()), largest)


def _uncertain(number: int, columns: int) -> float:
    """By how much errors are larger than they look where the effects were found from the same periods."""
    return float(np.sqrt((number + columns) / (number - columns)))


def _student(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(min(max(freedom, 2), _MOST_FREEDOM), 0.5 + COVERAGE / 2))
