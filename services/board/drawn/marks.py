"""Signs that speak without colour: courses, bars, trends."""

from typing import Final

from rich.text import Text

from services.board.digits import sparkline
from services.board.drawn.colours import BAD, FAINT, GOOD, WATCH
from services.board.view import Aim, Line
from streams.steering.course import Course

COURSES: Final[dict[Course, tuple[str, str]]] = {
    "ahead": ("» ahead", GOOD),
    "on_course": ("= on course", GOOD),
    "behind": ("! behind", f"bold {BAD}"),
}
"""Sign and word, and colour."""
PATH: Final = "│"
LONG, SHORT = 30, 13


def course(aim: Aim | None) -> Text:
    """Empty where the path says nothing."""
    if aim is None or aim.course is None:
        return Text("")
    return Text.assemble(COURSES[aim.course])


def bar(aim: Aim, cells: int) -> Text:
    """Filled as far as it has come, with a stroke where the path is today; without a share there is no bar."""
    if aim.share is None:
        return Text("")
    filled = min(cells, max(0, int(aim.share * cells)))
    style = WATCH if aim.course == "behind" or (aim.course is None and not aim.reached) else GOOD
    text = Text.assemble(("█" * filled, style), ("░" * (cells - filled), FAINT))
    if aim.place is None:
        return text
    at = min(cells - 1, int(aim.place * cells))
    on_filled = f"bold #000000 on {style}" if at < filled else "bold"
    return text[:at].append(PATH, style=on_filled).append_text(text[at + 1 :])


def trail(line: Line, cells: int) -> Text:
    """The last values as steps."""
    return Text.assemble((sparkline(line.history.values, cells), GOOD))


def trend(line: Line, *, wide: bool) -> Text:
    """Which way it went; of a calendar window between the last complete periods."""
    history = line.history
    if history.trend is None:
        return Text("")
    period = f" {line.window}" if wide else ""
    full = Text.assemble((f"last full{period} " if line.is_calendar else "", FAINT))
    sign = "▲" if history.trend > 0 else "▼" if history.trend < 0 else "="
    against = f" on {history.against}" if wide else ""
    return full.append(
        f"{sign} {abs(history.trend):.1%}",
    ).append(against, style=FAINT)
