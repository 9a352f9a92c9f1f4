"""From when to when files of events reach, so that every period between may be walked through."""

from typing import Final

from schemas.errors import CommandError
from services.exporter.answers import iso
from services.replay.folding import Folded, Line
from services.told import told
from streams.plan import Plan
from streams.time.grains import DAY

LONGEST_YEARS: Final = 100
"""What is longer no company has: some event's clock is wrong, or its time stands for never."""
LONGEST_MS: Final = LONGEST_YEARS * 366 * DAY


def extent(plan: Plan, folded: Folded, before_ms: int | None = None) -> tuple[int, int]:
    """The first event's time and the last moment, both included: that of the last event, or just before ``before_ms``.

    Raises CommandError where they lie further apart than LONGEST_YEARS, and names the lines.
    """
    last_ms = folded.last_ms if before_ms is None else before_ms - 1
    if last_ms - folded.first_ms > LONGEST_MS:
        end = f"{iso(plan, last_ms)} ({_place(folded.last_at) if before_ms is None else 'as asked for'})"
        raise CommandError(
            f"from {iso(plan, folded.first_ms)} ({_place(folded.first_at)}) to {end} are more than {LONGEST_YEARS} "
            "years: is one of these times wrong? Mend that line or leave it out"
        )
    return folded.first_ms, last_ms


def _place(line: Line | None) -> str:
    return "no line" if line is None else f"{told(line.file)}, line {line.number:,}"
