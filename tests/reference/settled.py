"""The SQL of what entities settle for: of each the first value that it carried in time, in one segment for good."""

from schemas.definition.model import Dimension


def settled_sql(dimension: Dimension, source: str, who: str, value: str) -> str:
    """``who`` and ``segment`` of each that has one; ``who`` and ``value`` are how to read them off an event."""
    named = f"select {who} as who, t, {value} as v from events where source = '{source}' and {who} <> ''"
    firsts = f"select who, min(t) as first from ({named}) group by who"
    known = ", ".join(f"'{one}'" for one in dimension.values)
    return f"""select who, segment from (
                 select who, segment,
                        row_number() over (partition by who order by t, segment = 'other', segment) as place
                   from (select who, t, case when v in ({known}) then v else 'other' end as segment
                           from ({named}) join ({firsts}) using (who)
                          where v not in ('', 'none') and t <= first + {dimension.within_ms}))
                where place = 1"""


def within_sql(table: str, who: str, segments: tuple[str, ...]) -> str:
    """Whether an event is of an entity in one of these segments; who carried none, or is not named, is in ``none``."""
    several = ", ".join(f"'{one}'" for one in segments)
    return f"coalesce((select segment from {table} where who = {who}), 'none') in ({several})"
