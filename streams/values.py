"""What a metric comes to over a span: arithmetic on cells, in exact rationals.

metric ─▶ ratio, formula, growth, share, quantile ─▶ metrics and measures ─▶ cells
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Final, NamedTuple

from schemas.definition import model
from schemas.definition.arithmetic import Expression, Name, Negative, Number, Operation, names_in
from schemas.definition.model import Window
from streams.measures.distribution import quantile
from streams.plan import Plan, Series
from streams.selection import NO_VALUE
from streams.sums import WHOLE, Bins, Sums
from streams.time.spans import Span, earlier

LARGEST: Final = 10**300
"""Beyond it, or finer than one part of it, a result is none: a float could not show it."""


class Segment(NamedTuple):
    """One value of a dimension, and the raw values it stands for."""

    dimension: str
    name: str
    raw: frozenset[str]


class Look(NamedTuple):
    """Where a metric is read; ``over``: the span's period is over, so that it is compared with whole ones."""

    window: Window
    span: Span
    over: bool
    segment: Segment | None = None


class Divided(NamedTuple):
    """A value as what is divided last; ``below`` is None where nothing is.  What is missing is 0 over 0."""

    above: Fraction
    below: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        """None over nothing."""
        if self.below is None:
            return self.above
        return self.above / self.below if self.below else None


MISSING: Final = Divided(Fraction(0), Fraction(0))


class Values:
    """Every metric of a plan over some cells."""

    def __init__(self, plan: Plan, sums: Sums) -> None:
        self._plan, self._sums, self._definition = plan, sums, plan.definition
        self._met: dict[tuple[str, Look], Fraction | None] = {}

    def of(self, metric: str, look: Look) -> Divided:
        """The metric there; its operands are worked out once each."""
        self._met = {}
        return self._value(self._definition.metrics[metric].value, look)

    def measure(self, name: str, look: Look) -> Fraction | None:
        """None where the span reaches back to before the measure began to be counted."""
        series, measure = self._plan.series[name, look.window], self._definition.measures[name]
        if not self._known(name, series, look):
            return None
        if isinstance(measure, model.Distribution):  # how many values there are, for whoever asks what stands behind
            number = sum(self._bins(series, look).values())
        elif look.segment is None:
            number = self._sums.total(series, look.span)
        else:
            dimension, _, raw = look.segment
            number = sum(self._sums.part(series, dimension, value, look.span) for value in raw)
        if isinstance(measure, model.Sum | model.NetRetention):
            return Fraction(number, 10**measure.decimals)
        return Fraction(number)

    def _value(self, value: model.Value, look: Look) -> Divided:
        match value:
            case model.Plain(measure):
                return _whole(self.measure(measure, look))
            case model.Ratio(numerator, denominator):
                return _over(self._operand(numerator, look), self._operand(denominator, look))
            case model.Formula(expression):
                return calculated(expression, {name: self._operand(name, look) for name in names_in(expression)}.get)
            case model.Growth(of, periods):
                span = earlier(self._plan.calendar, look.window, look.span, periods, over=look.over)
                now, before = self._operand(of, look), self._operand(of, look._replace(span=span))
                return _over(None if now is None or before is None else now - before, before)
            case model.Share(measure, dimension, segments):
                raw = frozenset(segments) | ({NO_VALUE} if "none" in segments else frozenset())
                part = Segment(dimension, "", raw)
                return _over(self.measure(measure, look._replace(segment=part)), self.measure(measure, look))
            case model.Quantile(measure, part):
                found = self._quantile(measure, Fraction(part), look)
                return MISSING if found is None else Divided(found)

    def _operand(self, name: str, look: Look) -> Fraction | None:
        if name in self._definition.measures:
            return self.measure(name, look)
        if (name, look) not in self._met:
            self._met[name, look] = self._value(self._definition.metrics[name].value, look).value
        return self._met[name, look]

    def _known(self, name: str, series: Series, look: Look) -> bool:
        """Whether all that the measure asks of the span came after it began to be counted."""
        since_ms = self._plan.carried.since_ms(series.name) if self._plan.carried.generations else None
        if since_ms is None:
            return True
        start_ms, measure = look.span.start_ms, self._definition.measures[name]
        if start_ms is None:
            return False
        if isinstance(measure, model.Repeat):
            return measure.within_ms is not None and start_ms - measure.within_ms >= since_ms
        if isinstance(measure, model.Lifecycle | model.NetRetention):  # they ask who was there in the period before
            before = earlier(self._plan.calendar, look.window, look.span, 1, over=True)
            return before.start_ms is not None and before.start_ms >= since_ms
        return start_ms >= since_ms

    def _quantile(self, name: str, part: Fraction, look: Look) -> Fraction | None:
        series, measure = self._plan.series[name, look.window], self._definition.measures[name]
        if not self._known(name, series, look):
            return None
        found = quantile(self._bins(series, look), part)
        return found / 10**measure.decimals if found and isinstance(measure, model.Distribution) else found

    def _bins(self, series: Series, look: Look) -> Bins:
        """Of a segment those of all the values that it stands for."""
        values = WHOLE if look.segment is None else (look.segment.dimension, look.segment.raw)
        return self._sums.bins(series, values, look.span)


def _whole(value: Fraction | None) -> Divided:
    return MISSING if value is None else Divided(value)


def calculated(expression: Expression, operand: Callable[[str], Fraction | None]) -> Divided:
    """A formula; where it divides last, what it divides.  Missing where any operand is, or a part of it is over 0."""
    if isinstance(expression, Operation) and expression.sign == "/":
        return _over(_evaluated(expression.left, operand), _evaluated(expression.right, operand))
    return _whole(_evaluated(expression, operand))


def _over(above: Fraction | None, below: Fraction | None) -> Divided:
    if above is None or below is None or (below and not _divisible(above, below)):
        return MISSING
    return Divided(above, below)


def _evaluated(expression: Expression, operand: Callable[[str], Fraction | None]) -> Fraction | None:
    match expression:
        case Number(text):
            return Fraction(text)
        case Name(name):
            return operand(name)
        case Negative(of):
            found = _evaluated(of, operand)
            return None if found is None else -found
        case Operation(sign, left, right):
            one, other = _evaluated(left, operand), _evaluated(right, operand)
            return None if one is None or other is None else _operated(sign, one, other)


def _operated(sign: str, one: Fraction, other: Fraction) -> Fraction | None:
    match sign:
        case "+":
            found = one + other
        case "-":
            found = one - other
        case "*":
            found = one * other
        case _:
            if not other:
                return None
            found = one / other
    return found if _shown(found) else None


def _divisible(above: Fraction, below: Fraction) -> bool:
    """Whether what they come to is shown; mostly that is seen before dividing, which cancels and so makes smaller."""
    crosswise = abs(above.numerator) * below.denominator, abs(below.numerator) * above.denominator
    return max(crosswise) < LARGEST or _shown(above / below)


def _shown(value: Fraction) -> bool:
    """Both its numbers stay small enough to be told, and to be worked with further."""
    return abs(value.numerator) < LARGEST and value.denominator < LARGEST
