"""What is counted: one Struct a kind."""

from enum import StrEnum
from typing import Literal

import msgspec


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
