"""What is being done now so that a metric moves."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from services.board.digits import short
from services.board.drawn.colours import FAINT
from services.board.drawn.form import Form
from services.board.drawn.tables import column, table
from services.board.view import Initiative


def initiatives(told: Sequence[Initiative], form: Form) -> RenderableType:
    """Those that run."""
    return table(
        [
            column("name", [one.name for one in told]),
            column("dates", [Text(f"{one.start} to {one.end}", style=FAINT) for one in told]),
            column("expects", [_expected(one) for one in told]),
            column("owner", [Text(one.owner, style=FAINT) for one in told]),
        ],
        form.width,
    )


def _expected(one: Initiative) -> str:
    if not one.metric:
        return ""
    if one.percent is None:
        return f"to move {one.metric}"
    return f"for {one.metric} {'+' if one.percent > 0 else ''}{short(one.percent)}%"
