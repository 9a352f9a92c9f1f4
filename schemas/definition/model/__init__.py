"""What a definition says, after it was read: plain values, durations in milliseconds, every reference a name.

events ──▶ measures (what is counted) ──▶ metrics (what is shown, over windows) ──▶ north star, inputs, guardrails

events      sources, the form of their events, dimensions
measures    the kinds of measure, and conditions
windows     the spans of time
metrics     the values that are shown
whole       the definition

What a company steers by stands in ``schemas.definition.steering``.
"""

from schemas.definition.model.events import (
    ANY,
    CloudEventsFormat,
    Dimension,
    FlatFormat,
    Format,
    Source,
)
from schemas.definition.model.measures import (
    Amount,
    Condition,
    Conversion,
    Count,
    Distinct,
    Distribution,
    First,
    Lifecycle,
    Measure,
    NetPart,
    NetRetention,
    Part,
    Repeat,
    Sum,
)
from schemas.definition.model.metrics import (
    Formula,
    Growth,
    Metric,
    Plain,
    Quantile,
    Ratio,
    Share,
    Value,
)
from schemas.definition.model.whole import (
    Definition,
    Silence,
)
from schemas.definition.model.windows import (
    Calendar,
    Lifetime,
    RollingDays,
    RollingSpan,
    Unit,
    Window,
)

__all__ = [
    "ANY",
    "Amount",
    "Calendar",
    "CloudEventsFormat",
    "Condition",
    "Conversion",
    "Count",
    "Definition",
    "Dimension",
    "Distinct",
    "Distribution",
    "First",
    "FlatFormat",
    "Format",
    "Formula",
    "Growth",
    "Lifecycle",
    "Lifetime",
    "Measure",
    "Metric",
    "NetPart",
    "NetRetention",
    "Part",
    "Plain",
    "Quantile",
    "Ratio",
    "Repeat",
    "RollingDays",
    "RollingSpan",
    "Share",
    "Silence",
    "Source",
    "Sum",
    "Unit",
    "Value",
    "Window",
]
