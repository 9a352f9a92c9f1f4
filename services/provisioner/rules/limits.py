"""When something is worth a person's attention: values, so that a company's rules differ in numbers only."""

import msgspec

from services.provisioner.expressions import Weeks


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Shares are 0 to 1, spans are seconds.

    A fall of a fifth, on at least 200 of what is counted: chance alone moves such a number by about 7 %.
    """

    drop: float = 0.2
    """Worse than the median of earlier weeks by this share of it."""
    rise: float = 0.5
    """Better than the median of earlier weeks by this share of it."""
    band: float = 0.1
    """What lies outside the expected band must also differ from its middle by this share, however narrow it is."""
    decline: float = 0.02
    """Of what the path asks for, lost within two weeks."""
    least_volume: int = 200
    weeks: Weeks = Weeks()

    hold_seconds: int = 1_800
    """How long a value must be wrong before somebody is told, and how long it must be right again."""
    steering_hold_seconds: int = 86_400
    """As above, for what moves from week to week."""

    stale_seconds: int = 900
    soon_seconds: int = 300
    """How long the pipeline may be broken before somebody is told."""
    later_seconds: int = 900
    """As above, for what often mends itself."""
    standing_seconds: int = 600
    """Events that wait and a position that has not moved for so long: nobody works on it."""
    catch_up_seconds: int = 300
    """What waits should be folded within this time at the present speed."""
    rate_seconds: int = 900
    """The span over which shares of events are taken."""
    least_events: int = 50
    """Events within that span, below which no share is judged."""
    late: float = 0.01
    miskeyed: float = 0.01
    dead_letters_ticket: float = 0.01
    dead_letters_page: float = 0.1
    store_ticket: float = 0.8
    store_page: float = 0.95
    evaluated_every_seconds: int = 60
