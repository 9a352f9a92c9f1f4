"""Metrics made of metrics, for a definition of the folds' tests; and their meaning, written from its words."""

from fractions import Fraction

import msgspec

from schemas.definition import model
from schemas.definition.arithmetic import Expression, names_in, written
from schemas.definition.faults import Faults, Place
from schemas.definition.formulas import formula
from schemas.definition.model import Definition, Growth, Metric, Ratio, Share, Window
from schemas.definition.nodes import Scalar
from tests.reference.reckoning import reckoned
from tests.reference.stretches import LocalTime, Stretch
from tests.streams import meaning


def tree(text: str) -> Expression:
    """A formula that is sound."""
    found = formula(Scalar(Place("", 1), text, quoted=True), Faults("")).expression
    assert found is not None
    return found


VALUES: dict[str, model.Value] = {
    "order_value": Ratio("revenue", "orders"),
    "big_percent": model.Formula(tree("big_orders / orders * 100")),
    "mixed": model.Formula(tree("(order_value - 0.5 * m_repeats) / -(customers + 1)")),
    "order_growth": Growth("orders"),
    "customer_growth": Growth("customers", 2),
    "value_growth": Growth("order_value", 2),
    "growth_of_growth": Growth("order_growth"),
    "formula_of_growth": model.Formula(tree("100 * value_growth - order_value")),
    "share_of_ede": Share("orders", "city", ("Ede",)),
    "revenue_share": Share("revenue", "city", ("Ede", "Urk")),
    "median": model.Quantile("amounts", "0.5"),
    "high": model.Quantile("amounts", "0.95"),
    "highest": model.Quantile("amounts", "1"),
    "spread": model.Formula(tree("(high - median) / highest")),
    "median_growth": Growth("median"),
    "median_over_mean": Ratio("median", "order_value"),
    "share_growth": Growth("share_of_ede"),
}
SPLIT = (
    *("order_value", "order_growth", "value_growth", "growth_of_growth", "formula_of_growth"),
    *("median", "high", "highest", "spread", "median_growth", "median_over_mean"),
)
"""Those whose measures are all split by city."""


def with_arithmetic(definition: Definition, windows: tuple[Window, ...]) -> Definition:
    """These metrics besides its own, in windows that are no lifetime."""
    more = {name: Metric(name=name, value=value, windows=windows) for name, value in VALUES.items()}
    own = {name: msgspec.structs.replace(one, windows=windows) for name, one in definition.metrics.items()}
    return msgspec.structs.replace(definition, metrics=own | more)


class Meaning:
    """What metrics come to over all events at once."""

    def __init__(self, definition: Definition, events: list[meaning.Event], time: LocalTime) -> None:
        self._definition, self._events, self._time = definition, events, time

    def of(self, name: str, window: Window, stretch: Stretch, city: str | None = None) -> Fraction | None:
        """A measure's or metric's; of one city where it is said."""
        if name in self._definition.measures:
            measure = self._definition.measures[name]
            return meaning.number(measure, self._events, lambda t: stretch.begin_ms <= t < stretch.end_ms, city)
        numbers: dict[str, Fraction | None]
        match self._definition.metrics[name].value:
            case model.Plain(of):
                return self.of(of, window, stretch, city)
            case model.Quantile(of, part):
                return self._quantile(self._definition.measures[of], part, stretch, city)
            case model.Ratio(above, below):
                text = "a / b"
                numbers = {"a": self.of(above, window, stretch, city), "b": self.of(below, window, stretch, city)}
            case model.Formula(expression):
                text = written(expression)
                numbers = {one: self.of(one, window, stretch, city) for one in names_in(expression)}
            case model.Growth(of, periods):
                before, text = self._time.before(window, stretch, periods), "(now - was) / was"
                numbers = {"now": self.of(of, window, stretch, city), "was": self.of(of, window, before, city)}
            case model.Share(of, _, segments):
                parts = [self.of(of, window, stretch, "" if one == "none" else one) for one in segments]
                text = "a / b"
                numbers = {"a": sum(filter(None, parts), Fraction(0)), "b": self.of(of, window, stretch)}
        return _number(text, numbers)

    def _quantile(self, measure: model.Measure, part: str, stretch: Stretch, city: str | None) -> Fraction | None:
        assert isinstance(measure, model.Distribution)
        events = [one for one in self._events if one["event"] == measure.of]
        events = [one for one in events if city is None or one.get("city", "") == city]
        exact = meaning.quantile(part, events, lambda t: stretch.begin_ms <= t < stretch.end_ms, measure.decimals)
        return meaning.told(exact, measure.decimals)


def _number(text: str, numbers: dict[str, Fraction | None]) -> Fraction | None:
    found = reckoned(text, numbers)
    return found and found.numerator
