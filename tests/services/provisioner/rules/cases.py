"""Of every alert a tale that makes it fire, and a tale that is nearly the same and leaves it silent."""

from typing import NamedTuple

from schemas.definition.model import Definition
from tests.services.provisioner.rules.company import company
from tests.services.provisioner.rules.weeks import (
    DAY,
    LATELY,
    MINUTE,
    NOW,
    WEEK,
    Shape,
    Tale,
    flat,
    growing,
    since,
)


class Case(NamedTuple):
    """``firing`` names every alert that the first tale makes fire; the second makes none of them."""

    alert: str
    what: str
    fires: Tale
    silent: Tale
    also: frozenset[str] = frozenset()
    definition: Definition = company()


def sinking(a_week: float) -> Shape:
    """A little less every hour since two weeks ago."""
    return lambda second: 1200 * (1 - a_week * max(0, second - NOW + 2 * WEEK) / WEEK)


def refused(share: float) -> Shape:
    """Of what ``Tale.counted`` makes of it."""
    return growing(0.2 * share)


def standing_since(moment: int) -> Shape:
    return lambda second: min(second, moment) * 0.1


BAND = (flat(1100.0), flat(1300.0), flat(1500.0))
CITIES: dict[str, Shape] = {"Ede": flat(400.0), "Oss": flat(400.0), "Urk": flat(400.0)}
FELL = since(LATELY, 1200.0, 850.0)

CASES = (
    Case("NorthStarDrop", "a fall of 30 %, and of 15 %", Tale(value=FELL), Tale(value=since(LATELY, 1200.0, 1020.0))),
    Case(
        "NorthStarWorseThanExpected",
        "below the band, and in it",
        Tale(value=since(LATELY, 1200.0, 1050.0), band=BAND),
        Tale(value=since(LATELY, 1200.0, 1110.0), band=BAND),
    ),
    Case(
        "NorthStarRise",
        "twice as much, and a quarter more",
        Tale(value=since(LATELY, 1200.0, 2400.0)),
        Tale(value=since(LATELY, 1200.0, 1500.0)),
    ),
    Case(
        "NorthStarSegmentDrop",
        "one of three cities falls, and all of them fall with the whole",
        Tale(value=since(LATELY, 1200.0, 1000.0), cities=CITIES | {"Urk": since(LATELY, 400.0, 200.0)}),
        Tale(value=FELL, cities=dict.fromkeys(CITIES, since(LATELY, 400.0, 280.0))),
    ),
    Case(
        "NorthStarAbsent",
        "no value any more, and no state either",
        Tale(value=since(LATELY, 1200.0, None)),
        Tale(value=since(LATELY, 1200.0, None), state_up=since(LATELY, 1.0, 0.0)),
    ),
    Case(
        "NorthStarImpossible",
        "a count below nothing, and nothing",
        Tale(value=flat(-1.0)),
        Tale(value=flat(0.0)),
    ),
    Case(
        "NorthStarSlowDecline",
        "5 % a week below a path, and as much above it",
        Tale(value=sinking(0.05), path=flat(1300.0), behind=flat(1.0)),
        Tale(value=sinking(0.05), path=flat(900.0)),
    ),
    Case(
        "NorthStarGuardrailBroken",
        "past its limit, and at it",
        Tale(headroom=since(LATELY, 0.2, -0.1)),
        Tale(headroom=since(LATELY, 0.2, 0.0)),
    ),
    Case(
        "NorthStarKeyResultBehind",
        "behind for two days, and on course again",
        Tale(result_behind=since(NOW - 2 * DAY, 0.0, 1.0)),
        Tale(result_behind=lambda second: 1.0 if second < NOW - 2 * DAY else 0.0),
    ),
    Case(
        "NorthStarExporterDown",
        "no exporter, and one of two",
        Tale(value=flat(None), state_up=since(LATELY, 1.0, None)),
        Tale(exporters=2),
    ),
    Case(
        "NorthStarStateAway",
        "no state, and a state",
        Tale(value=flat(None), state_up=flat(0.0)),
        Tale(),
    ),
    Case(
        "NorthStarWorkerDown",
        "what waits stands, and nothing waits",
        Tale(lag=(flat(20.0), flat(20.0)), position=(standing_since(LATELY), standing_since(LATELY))),
        Tale(position=(standing_since(LATELY), standing_since(LATELY))),
        also=frozenset({"NorthStarStuck"}),
    ),
    Case(
        "NorthStarStuck",
        "one of two partitions stands, and one that nothing waits in",
        Tale(lag=(flat(20.0), flat(20.0)), position=(growing(0.1), standing_since(LATELY))),
        Tale(lag=(flat(20.0), flat(0.0)), position=(growing(0.1), standing_since(LATELY))),
    ),
    Case(
        "NorthStarStale",
        "over a quarter of an hour old, and a little less",
        Tale(as_of=lambda second: second - 16.0 * MINUTE),
        Tale(as_of=lambda second: second - 14.0 * MINUTE),
    ),
    Case(
        "NorthStarLag",
        "ten minutes of work wait, and four",
        Tale(lag=(flat(60.0), flat(60.0))),
        Tale(lag=(flat(24.0), flat(24.0))),
    ),
    Case(
        "NorthStarIncomplete",
        "three of four partitions for half a day, and for ten minutes",
        Tale(completeness=since(LATELY, 1.0, 0.75)),
        Tale(completeness=since(NOW - 10 * MINUTE, 1.0, 0.75)),
    ),
    Case(
        "NorthStarDeadLettersMany",
        "a fifth, and a twentieth",
        Tale(refused=refused(0.25)),
        Tale(refused=refused(0.05)),
        also=frozenset({"NorthStarDeadLetters"}),
    ),
    Case(
        "NorthStarDeadLetters",
        "a twentieth, and a two-hundredth",
        Tale(refused=refused(0.05)),
        Tale(refused=refused(0.005)),
    ),
    Case("NorthStarLate", "a twentieth, and refused", Tale(late=refused(0.05)), Tale(refused=refused(0.05))),
    Case(
        "NorthStarMiskeyed",
        "a twentieth, and a two-hundredth",
        Tale(miskeyed=refused(0.05)),
        Tale(miskeyed=refused(0.005)),
    ),
    Case(
        "NorthStarStoreNearlyFull",
        "of 2 GB all but 20 MB, and all but 300 MB",
        Tale(store_used=flat(1.98e9), store_limit=flat(2e9)),
        Tale(store_used=flat(1.7e9), store_limit=flat(2e9)),
        also=frozenset({"NorthStarStoreFilling"}),
    ),
    Case(
        "NorthStarStoreFilling",
        "of 2 GB all but 300 MB, and without a limit",
        Tale(store_used=flat(1.7e9), store_limit=flat(2e9)),
        Tale(store_used=flat(1.7e9)),
    ),
    Case("NorthStarSeriesLeftOut", "some, and none", Tale(left_out=flat(40.0)), Tale(left_out=flat(0.0))),
)
