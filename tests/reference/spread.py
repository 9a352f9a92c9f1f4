"""The SQL of quantiles by what each event carries: the largest values by how many amounts, ``other`` and ``none``."""

from collections.abc import Sequence
from fractions import Fraction

from schemas.definition import model
from schemas.definition.model import Dimension, Window

DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}

BINS = """bins(low, high) as (
            select 1::hugeint, 1::hugeint
            union all select high + 1, (high + 1) * 101 // 99 from bins where high < 9007199254740991)"""


def spread_sql(matching: str, dimension: Dimension, part: Fraction) -> str:
    """``moment``, ``segment``, and of the amount at the nearest rank: itself, and the bin that it lies in.

    ``matching`` has a column ``raw``; the moments are those of ``asked``, and of ``longest``, the window whose amounts
    say which values are shown, then its own. Of a segment without amounts in ``asked`` there is nothing but its name.
    """
    declared = ", ".join(f"'{one}'" for one in ("", *dimension.values))
    free = dimension.limit - len(dimension.values)
    inside = f"join {matching} on t >= begin_ms and t < end_ms"
    return f"""
        with recursive {BINS},
        amounts as (select moment, v, coalesce(raw, '') as raw from asked {inside}),
        sizes as (
          select moment, raw, sum(size) as size, sum(own) as own from (
            select moment, raw, 0 as size, 1 as own from amounts
            union all select moment, coalesce(raw, '') as raw, 1 as size, 0 as own from longest {inside})
           group by moment, raw),
        places as (
          select moment, raw, row_number() over (
                   partition by moment order by size desc, case when size = 0 then own end desc, raw) as place
            from sizes where raw not in ({declared}, 'none', 'other')),
        named as (
          select moment, raw, case when raw in ('', 'none') then 'none' when raw in ({declared}) then raw
                                   when place <= {free} then raw else 'other' end as segment
            from sizes left join places using (moment, raw)),
        ranked as (
          select moment, segment, v, row_number() over (partition by moment, segment order by v) as place,
                 count(*) over (partition by moment, segment) as size from amounts join named using (moment, raw)),
        middles as (
          select moment, segment, v, low, high from ranked left join bins on abs(v) between low and high
           where place = (size * {part.numerator} + {part.denominator - 1}) // {part.denominator})
        select distinct moment, segment, v, low, high from named left join middles using (moment, segment)"""


def longest(windows: Sequence[Window]) -> Window:
    """The first of the longest."""
    return max(windows, key=_days)


def _days(window: Window) -> float:
    match window:
        case model.Calendar(unit):
            return DAYS[unit.value]
        case model.RollingDays(days):
            return days
        case model.RollingSpan(span_ms):
            return span_ms / 86_400_000
        case model.Lifetime():
            return float("inf")


def told(v: int, low: int | None, high: int | None) -> Fraction:
    """What is told of an amount: the harmonic middle of its bin."""
    if low is None or high is None:
        return Fraction(0)
    return Fraction(2 * low * high * (1 if v > 0 else -1), low + high)
