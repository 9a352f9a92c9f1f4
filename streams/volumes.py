"""How much a reading stands on, so that whoever compares it knows whether chance could have done it.

plain                 what it counts or sums
ratio, a / b          that of what is divided by
share                 the whole that it is a part of
growth                that of what was before
quantile              how many amounts it is chosen from
formula               a + b, a - b: both together; a * b: the less of them; numbers have none
"""

from fractions import Fraction

from schemas.definition import model
from schemas.definition.arithmetic import Expression, Name, Negative, Number, Operation
from schemas.definition.model import Definition
from streams.plan import Plan
from streams.time.spans import earlier
from streams.values import Look, Values


def tells_volume(definition: Definition, metric: str) -> bool:
    """Whether neither its value nor what it is divided by is the number that it stands on."""
    match definition.metrics[metric].value:
        case model.Plain() | model.Share():
            return False
        case model.Ratio(denominator=below):
            return below not in definition.measures
        case model.Formula(expression=Operation(sign="/", right=Name(below))):
            return below not in definition.measures
        case model.Formula() | model.Growth() | model.Quantile():
            return True


class Volumes:
    """Of the metrics of a plan, over the same cells as their values."""

    def __init__(self, plan: Plan, values: Values) -> None:
        self._plan, self._definition, self._values = plan, plan.definition, values
        self._told = {name: tells_volume(plan.definition, name) for name in plan.definition.metrics}

    def of(self, metric: str, look: Look) -> Fraction | None:
        """None where it is told already, or not known."""
        return self._of(self._definition.metrics[metric].value, look) if self._told[metric] else None

    def _of(self, value: model.Value, look: Look) -> Fraction | None:
        match value:
            case model.Plain(measure) | model.Share(measure=measure) | model.Quantile(measure=measure):
                return self._named(measure, look)
            case model.Ratio(denominator=below):
                return self._named(below, look)
            case model.Formula(expression):
                return self._calculated(expression, look)
            case model.Growth(of, periods):
                span = earlier(self._plan.calendar, look.window, look.span, periods, over=look.over)
                return self._named(of, look._replace(span=span))

    def _named(self, name: str, look: Look) -> Fraction | None:
        """Of a measure or a metric; a name that is both means the measure."""
        if name in self._definition.measures:
            found = self._values.measure(name, look)
            return None if found is None else abs(found)
        return self._of(self._definition.metrics[name].value, look)

    def _calculated(self, expression: Expression, look: Look) -> Fraction | None:
        match expression:
            case Number():
                return None
            case Name(name):
                return self._named(name, look)
            case Negative(of):
                return self._calculated(of, look)
            case Operation("/", left, right):
                below = self._calculated(right, look)
                return self._calculated(left, look) if below is None else below
            case Operation(sign, left, right):
                both = [self._calculated(side, look) for side in (left, right)]
                there = [one for one in both if one is not None]
                if not there:
                    return None
                return min(there) if sign == "*" else sum(there, Fraction(0))
