"""More series than the exporter may show: what is left out is on no board, and no alert can speak of it."""

from schemas import names
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Rule
from services.provisioner.rules.texts import shown


def series_left_out(limits: Limits) -> Rule:
    """Whoever sees the boards does not see that something is missing."""
    return Rule(
        alert="NorthStarSeriesLeftOut",
        expression=f"max({names.SERIES_LEFT_OUT}) > 0",
        severity="ticket",
        concern="pipeline",
        hold=limits.later_seconds,
        summary="{{ $value }} series are left out",
        description=(
            f"The definition gives {{{{ $value }}}} more series than the {shown(f'max({names.SERIES_LIMIT})')} that the"
            " exporter may show. Segments are left out; wholes are shown first."
        ),
    )
