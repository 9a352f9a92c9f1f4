"""What a request for one metric asks: which window, and which moment or moments."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

import msgspec

from schemas.definition.model import RollingSpan, Window
from services.moments import moment_in
from streams.plan import Plan, measures_of
from streams.segmentation import most_shown, segmented_by
from streams.time.grains import DAY, HOUR, MINUTE

MOST_POINTS = 5_000
LONGEST_STEP = 10
"""Digits of a step: Python refuses to read a number of thousands of them."""
_PLUS = re.compile(r"(:.*) (\d\d:?\d\d)$", re.ASCII)
"""A space that is one: after a time of day, before an offset."""
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
KNOWN = ("at", "window", "from", "to", "step", "segments", "dimension")
BESIDE = 2
"""Segments beside those with a name: other and none."""


class BadRequest(ValueError):
    """The request cannot be answered as it stands; the text says why."""


class Moments(msgspec.Struct, frozen=True):
    """The moments at which a metric is to be read, in order, and whether they are a history.

    ``dimensions`` are those of which the segments are told as well; None where no segments are asked for.
    """

    metric: str
    window: Window
    at_ms: tuple[int, ...]
    history: bool
    dimensions: tuple[str, ...] | None


def nearest(plan: Plan, name: str) -> list[str]:
    """Metrics whose names are like this one."""
    return get_close_matches(name, plan.definition.metrics, 3)


def moments(plan: Plan, metric: str, query: Mapping[str, str], now_ms: int) -> Moments:
    """Of a request: ``at``, or ``from`` and ``to`` with ``step``; now when it says nothing.

    A moment is read at the end of its bucket (a day; of windows of hours a piece): all that happened in it is in.
    """
    only(query, KNOWN)
    window = window_of(plan, metric, query.get("window"))
    history = bool(query.keys() & {"from", "to", "step"})
    dimensions = _dimensions(plan, metric, query, history=history)
    if not history:
        at_ms = moment_of(plan, "at", query["at"], now_ms) if "at" in query else now_ms
        return Moments(metric, window, (at_ms,), history=False, dimensions=dimensions)
    if "at" in query or "from" not in query:
        raise BadRequest("a history needs from, may have to and step, and cannot have at")
    first = moment_of(plan, "from", query["from"], now_ms)
    last = moment_of(plan, "to", query["to"], now_ms) if "to" in query else now_ms
    if last < first:
        raise BadRequest("from lies after to")
    each = 1 + sum(most_shown(plan.definition, metric, one) + BESIDE for one in dimensions or ())
    ends = tuple(_piece_ends(plan, window, metric, (first, last, query.get("step")), MOST_POINTS // each))
    if not ends:
        at_each = f", {each} at each moment with its segments" if dimensions else ""
        fewer = ", or for one dimension" if dimensions and len(dimensions) > 1 else ""
        raise BadRequest(
            f"that is more than {MOST_POINTS} readings{at_each}; ask for a shorter span or a longer step{fewer}"
        )
    return Moments(metric, window, ends, history=True, dimensions=dimensions)


def _dimensions(plan: Plan, metric: str, query: Mapping[str, str], *, history: bool) -> tuple[str, ...] | None:
    """A moment has its segments unless they are not asked for, a history only where they are."""
    said, named = query.get("segments", "no" if history else "yes"), query.get("dimension")
    if said not in ("yes", "no"):
        raise BadRequest(f"segments must be yes or no, not {said!r}")
    if named is None:
        return segmented_by(plan.definition, metric) if said == "yes" else None
    if query.get("segments") == "no":
        raise BadRequest("dimension asks for segments, and segments=no for none; leave one of them out")
    return dimensions_of(plan, metric, named)


def dimensions_of(plan: Plan, metric: str, named: str | None) -> tuple[str, ...]:
    """The dimension of this name, all that split the metric where none is named; raises BadRequest."""
    split = segmented_by(plan.definition, metric)
    if named is not None and named not in split:
        raise BadRequest(f"{metric} is not split by {named!r}; it is split by {', '.join(split) or 'nothing'}")
    return split if named is None else (named,)


def only(query: Mapping[str, str], known: Sequence[str]) -> None:
    """Raises BadRequest for a parameter that there is not, or that comes twice."""
    unknown = [name for name in query if name not in known]
    if unknown:
        raise BadRequest(f"unknown parameter {unknown[0]!r}; there are {', '.join(known)}")
    given = [name for name, _ in query.items()]
    repeated = [name for name in known if given.count(name) > 1]
    if repeated:
        raise BadRequest(f"{repeated[0]} is given more than once")


def window_of(plan: Plan, metric: str, label: str | None) -> Window:
    """The one of this label, the first where none is named; raises BadRequest."""
    windows = {one.label: one for one in plan.definition.metrics[metric].windows}
    if label is None:
        return next(iter(windows.values()))
    if label not in windows:
        raise BadRequest(f"{metric} is not read over the window {label!r}; it is over {', '.join(windows)}")
    return windows[label]


def moment_of(plan: Plan, name: str, text: str, now_ms: int) -> int:
    """Epoch milliseconds, or ISO 8601; without an offset in the company's zone.

    A plus that was not written ``%2B`` comes as a space.
    """
    try:
        is_number = text.lstrip("-").isdecimal()
        t = int(text) if is_number else moment_in(plan.calendar.zone, _PLUS.sub(r"\1+\2", text))
    except ValueError:
        raise BadRequest(f"{name} must be epoch milliseconds or ISO 8601, not {text!r}") from None
    if not 0 <= t <= now_ms:
        raise BadRequest(f"{name} must lie between 1970 and now")
    return t


def _step(text: str) -> int:
    amount, unit = text[:-1], text[-1:]
    fit = amount.isdecimal() and unit in UNITS and len(amount) <= LONGEST_STEP
    if not fit or not 0 < int(amount) < MOST_POINTS * 24 * 60:
        raise BadRequest(f"step must be a whole number of m, h, d or w, not {text!r}")
    return int(amount) * UNITS[unit]


def _short(length_ms: int) -> str:
    """In the largest unit that it is a whole number of, weeks apart."""
    unit = next(unit for unit in ("d", "h", "m") if length_ms % UNITS[unit] == 0)
    return f"{length_ms // UNITS[unit]}{unit}"


def _piece_ends(
    plan: Plan, window: Window, metric: str, asked: tuple[int, int, str | None], most: int
) -> Iterator[int]:
    """The last instants of the pieces that end in the span, and its very end: between ends nothing can be told apart.

    None where they are more than ``most``.

    from |   )   )   )   )  | to        pieces end at )
             1   2   3   4  5           read here
    """
    first, last, step = asked
    grain = plan.series[next(measures_of(plan.definition, metric)), window].grain
    piece = window.grain_ms if isinstance(window, RollingSpan) else DAY
    step_ms = piece if step is None else _step(step)
    if step_ms % piece:
        raise BadRequest(f"step must be a multiple of {_short(piece)}: the window's pieces are that long")
    pieces = range(grain.of(first), grain.of(last), step_ms // piece)
    if len(pieces) >= most:
        return
    yield from (grain.start(number + 1) - 1 for number in pieces)
    yield last
