"""What a definition says, after it was read: plain values, durations in milliseconds, every reference a name.

events ──▶ measures (what is counted) ──▶ metrics (what is shown, over windows) ──▶ north star, inputs, guardrails
"""

from enum import StrEnum
from typing import Literal

import msgspec

from schemas.definition.arithmetic import Expression
from schemas.definition.steering import (
    CompanyCalendar,
    Department,
    Guardrail,
    Initiative,
    NorthStar,
    Objective,
    Target,
)

ANY = "any"  # in place of an event type: every event


class FlatFormat(msgspec.Struct, frozen=True, kw_only=True, tag_field="form", tag="flat"):
    """JSON objects; says where things stand in them.

    ``places`` maps a property's name to its path; whatever has no place of its own stands under ``properties``, or
    at the top where that is empty.  Paths are dotted.
    """

    id: str = "event_id"
    type: str = "event"
    time: str = "time"
    properties: str = ""
    places: dict[str, str] = {}

    def path(self, name: str) -> str:
        """Where a property of this name stands in the JSON."""
        head, dot, rest = name.partition(".")
        if head in self.places:
            return self.places[head] + dot + rest
        return f"{self.properties}.{name}" if self.properties else name


class CloudEventsFormat(msgspec.Struct, frozen=True, kw_only=True, tag_field="form", tag="cloudevents"):
    """CloudEvents 1.0, structured or binary mode, told apart by each message's headers.

    ``subject`` and ``source`` are the attributes of these names, every other property stands in ``data``.
    """


Format = FlatFormat | CloudEventsFormat


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of events.

    ``keyed_by`` is the property that the topic's messages are keyed (partitioned) by.  An event may be ``lateness_ms``
    behind the latest of its partition and ``ahead_ms`` ahead of the broker's append time; ids are remembered for
    ``dedupe_ms`` of append time (0: not at all).  ``supplied_by`` names who publishes them, where that is another
    company.
    """

    name: str
    topic: str
    keyed_by: str
    format: Format = FlatFormat()
    lateness_ms: int = 7 * 86_400_000
    dedupe_ms: int = 3_600_000
    ahead_ms: int = 3_600_000
    supplied_by: str = ""


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """A property whose values split a measure: at most ``limit`` shown (``values`` first), then ``other``.

    An event without the property is ``none``.  Where entities are counted only ``values`` are told apart.

    ``settled`` is the property that names an entity, of which the value is remembered: all that it ever did is in the
    segment of the first value that one of its events carried, up to ``within_ms`` after its first event.
    """

    name: str
    property: str
    limit: int = 20
    values: tuple[str, ...] = ()
    settled: str = ""
    within_ms: int = 0


class Condition(msgspec.Struct, frozen=True):
    """One comparison of a ``where``: ``items.qty > 0``.  On a nested list it is judged item by item."""

    property: str
    operator: Literal["=", "!=", ">", ">=", "<", "<=", "in"]
    value: str | int | bool | float | tuple[str | int | bool | float, ...]


class _Measure(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind has: the events of type ``of`` (or any) of one source that meet all conditions."""

    name: str
    source: str
    of: str
    where: tuple[Condition, ...] = ()
    by_dimension: tuple[str, ...] = ()
    description: str = ""
    unit: str = ""


class Count(_Measure, frozen=True, kw_only=True, tag="count"):
    """Matching events."""


class Sum(_Measure, frozen=True, kw_only=True, tag="sum"):
    """The sum of a property over matching events, as an integer of ``10 ** -decimals`` units."""

    property: str
    decimals: int = 6


class Distribution(_Measure, frozen=True, kw_only=True, tag="distribution"):
    """How a property is spread over matching events, in bins of 1 %; a metric reads quantiles of it.

    As an integer of ``10 ** -decimals`` units, as a sum has it.
    """

    property: str
    decimals: int = 6


class Distinct(_Measure, frozen=True, kw_only=True, tag="distinct"):
    """Entities with at least so many matching events in the window."""

    entity: tuple[str, ...]
    at_least: int = 1


class First(_Measure, frozen=True, kw_only=True, tag="first"):
    """Entities whose first matching event ever lies in the window."""

    entity: tuple[str, ...]


class Repeat(_Measure, frozen=True, kw_only=True, tag="repeat"):
    """Matching events that follow an earlier one of their entity by at most ``within_ms`` (None: however late)."""

    entity: tuple[str, ...]
    within_ms: int | None = None


class Part(StrEnum):
    """What a lifecycle tells of a period: who is active, each one new, retained or resurrected; and who is not now."""

    NEW = "new"
    RETAINED = "retained"
    RESURRECTED = "resurrected"
    DORMANT = "dormant"
    ACTIVE = "active"


class Lifecycle(_Measure, frozen=True, kw_only=True, tag="lifecycle"):
    """One part of a lifecycle, a measure of its own by calendar periods; its name ends in ``.retained``, or another."""

    entity: tuple[str, ...]
    part: Part


class NetPart(StrEnum):
    """What a net retention tells of a period, both of the entities whose amounts in the period before are above 0."""

    BASE = "base"
    KEPT = "kept"


class NetRetention(_Measure, frozen=True, kw_only=True, tag="net_retention"):
    """A part of what such entities came to then (``.base``) and come to now (``.kept``), as a sum has its integers."""

    property: str
    decimals: int = 6
    entity: tuple[str, ...]
    part: NetPart


class Conversion(_Measure, frozen=True, kw_only=True, tag="conversion"):
    """Matching events that one of type ``to``, whatever it meets, of the same entity follows by at most ``within_ms``.

    Each counts where it lies itself.
    """

    to: str
    entity: tuple[str, ...]
    within_ms: int


Amount = Sum | Distribution | NetRetention
"""The kinds that read an amount off an event."""

Measure = Count | Sum | Distribution | Distinct | First | Repeat | Lifecycle | NetRetention | Conversion


class Unit(StrEnum):
    """Calendar periods, in the company's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Calendar(msgspec.Struct, frozen=True, tag="calendar"):
    """The running period, from its local start."""

    unit: Unit

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        return self.unit.value


class RollingDays(msgspec.Struct, frozen=True, tag="days"):
    """The last local days, the running one included."""

    days: int

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        return f"{self.days}d"


class RollingSpan(msgspec.Struct, frozen=True, tag="span"):
    """The last buckets of ``grain_ms`` (cut in UTC), the running one included; ``span_ms`` is a multiple of it."""

    span_ms: int
    grain_ms: int = 300_000

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        minutes = self.span_ms // 60_000
        return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


class Lifetime(msgspec.Struct, frozen=True, tag="lifetime"):
    """Everything since the first event."""

    @property
    def label(self) -> str:
        """As readings, series and addresses name it."""
        return "lifetime"


Window = Calendar | RollingDays | RollingSpan | Lifetime


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


class Silence(msgspec.Struct, frozen=True):
    """A piece of advice (its rule's id) that the company has read and decided against, and why."""

    rule: str
    because: str


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A whole ``nsm.yaml``, found good: every name that is referred to exists.

    ``targets`` holds those of metrics other than the north star.
    """

    company: str
    time_zone: str
    north_star: NorthStar
    sources: tuple[Source, ...]
    measures: dict[str, Measure]
    metrics: dict[str, Metric]
    week_starts: Literal["monday", "sunday"] = "monday"
    phase: Literal["start-up", "scale-up", "mature"] | None = None
    dimensions: dict[str, Dimension] = {}
    guardrails: tuple[Guardrail, ...] = ()
    departments: dict[str, Department] = {}
    targets: dict[str, Target] = {}
    okrs: tuple[Objective, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    calendar: CompanyCalendar = CompanyCalendar()
    silences: tuple[Silence, ...] = ()

    def aims(self) -> tuple[Target, ...]:
        """Every target: the north star's, where it has one, then the others."""
        return tuple(one for one in (self.north_star, *self.targets.values()) if one.target is not None)

    def source(self, name: str) -> Source:
        """The source of this name."""
        return next(source for source in self.sources if source.name == name)
