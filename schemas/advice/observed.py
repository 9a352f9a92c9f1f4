"""How a definition's metrics would have behaved over a file of events."""

import msgspec

from schemas.definition.model import Window


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over one window; ``services.check.behaving`` says exactly how each number comes about.

    ``periods`` is how many complete ones the file holds.  ``level`` is the latest complete reading, ``noise`` the
    robust relative spread of the readings, ``zero_share`` the share of periods that came to nothing, ``behind`` how
    many entities or events stand behind a usual reading.  Each is None where the file is too short to tell.
    """

    metric: str
    window: Window
    periods: int
    level: float | None
    noise: float | None
    zero_share: float | None
    behind: float | None

    @property
    def expected_error(self) -> float | None:
        """How far chance alone moves a reading, relatively: ``1 / sqrt(behind)``; None over nothing."""
        return None if not self.behind else float(self.behind**-0.5)


class Fed(msgspec.Struct, frozen=True):
    """Of one measure: how many events are of its type, meet its conditions too, and hold what it needs too.

    ``led_to`` is how many are of the type that a conversion leads to; None of anything else.
    """

    of_type: int
    matching: int
    used: int
    led_to: int | None = None


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """Of a file with ``events`` counted events, the first and last at these times.

    ``behaviours`` come in the order of the definition, ``fed`` is by measure, ``left_out`` are the types that no
    measure counts.  ``carried`` is by dimension of entities: how many events carry each value.  Of the sources
    ``not_given`` nothing is known: what rests on one is in none of them.
    """

    events: int
    first_ms: int
    last_ms: int
    behaviours: tuple[Behaviour, ...]
    fed: dict[str, Fed]
    left_out: dict[str, int]
    not_given: tuple[str, ...] = ()
    carried: dict[str, dict[str, int]] = {}
