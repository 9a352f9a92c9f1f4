"""Colours that colour-blind people can tell apart (Okabe and Ito), and what they say."""

from math import inf, nextafter
from typing import Final, Literal

from schemas.definition.steering import Better, Guardrail, Target
from services.provisioner.sdk import dashboard

GOOD: Final = "#009E73"
WATCH: Final = "#E69F00"
BAD: Final = "#D55E00"
PLAIN: Final = "#0072B2"
FAINT: Final = "#999999"

Steps = list[dashboard.Threshold]


def steps(base: str, *above: tuple[float, str]) -> Steps:
    """Thresholds: the colour at the bottom, then from each value upward."""
    return [dashboard.Threshold(value=None, color=base)] + [
        dashboard.Threshold(value=value, color=colour) for value, colour in sorted(above)
    ]


def plain() -> Steps:
    """A number that is neither good nor bad by itself."""
    return steps(PLAIN)


def toward(aim: Target, target: float | None) -> Steps:
    """Good from the target on, to be watched within a tenth of it."""
    if target is None:
        return plain()
    margin = abs(target) / 10
    near = [(target - margin if aim.better == "higher" else past(target), WATCH)] if margin else []
    if aim.better == "higher":
        return steps(BAD, *near, (target, GOOD))
    return steps(GOOD, *near, (past(target + margin), BAD))


def past(limit: float) -> float:
    """Where a colour begins that a value at the limit itself has not: Grafana takes the one that begins there."""
    return nextafter(limit, inf)


def beyond(better: Better, target: float) -> Steps:
    """Good from the target on, and nothing said before it: on the way there one is not yet wrong."""
    if better == "higher":
        return steps(PLAIN, (target, GOOD))
    return steps(GOOD, (past(target), PLAIN))


def toward_zero(better: Better | Literal[""]) -> Steps:
    """Of a change: good on the better side of 0, to be watched within a twentieth on the other; plain for neither."""
    match better:
        case "higher":
            return steps(BAD, (-0.05, WATCH), (0, GOOD))
        case "lower":
            return steps(GOOD, (0.001, WATCH), (0.05, BAD))
        case "":
            return plain()


def within(guardrail: Guardrail) -> Steps:
    """Good between the limits."""
    above = []
    if guardrail.min is not None:
        above.append((guardrail.min, GOOD))
    if guardrail.max is not None:
        above.append((past(guardrail.max), BAD))
    return steps(GOOD if guardrail.min is None else BAD, *above)
