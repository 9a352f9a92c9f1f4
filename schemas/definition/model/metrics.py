"""What is shown: a measure, or arithmetic on measures and metrics, over windows."""

import msgspec

from schemas.definition.arithmetic import Expression
from schemas.definition.model.windows import Window


class Ratio(msgspec.Struct, frozen=True, tag="ratio"):
    """One operand over another, each a measure or a metric, both read over the metric's own window."""

    numerator: str
    denominator: str


class Plain(msgspec.Struct, frozen=True, tag="measure"):
    """A measure as it is."""

    measure: str


class Formula(msgspec.Struct, frozen=True, tag="formula"):
    """Arithmetic on measures and metrics, each read over the metric's own window."""

    expression: Expression


class Growth(msgspec.Struct, frozen=True, tag="growth"):
    """(now - before) / before of a measure or a metric, ``periods`` calendar periods or window lengths before."""

    of: str
    periods: int = 1


class Share(msgspec.Struct, frozen=True, tag="share"):
    """What some segments of a dimension are of the whole of a measure that is split by it."""

    measure: str
    dimension: str
    segments: tuple[str, ...]


class Quantile(msgspec.Struct, frozen=True, tag="quantile"):
    """The value of a distribution that this part of all values does not exceed (nearest rank), within 1 %.

    ``part`` is a decimal as it was written, above 0 and at most 1.
    """

    measure: str
    part: str


Value = Plain | Ratio | Formula | Growth | Share | Quantile


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown: a measure, or arithmetic, over one or more windows; targets speak of the first of them."""

    name: str
    value: Value
    windows: tuple[Window, ...]
    unit: str = ""
    description: str = ""
