"""Few KPIs a department; the loader holds every definition to it."""

from typing import Final

from schemas.advice.rule import ErrorRule

MOST: Final = 3
"""KPIs of one department."""

RULE = ErrorRule(
    id="too-many-kpis",
    title="A department has more than three KPIs",
    severity="error",
    reason=(
        "Who steers by more steers by none: there is always one that rises, and whichever is asked about decides "
        "nothing."
    ),
    example="departments: {logistics: [on_time_deliveries, damage_ratio]}; the others stay metrics that boards show",
)
