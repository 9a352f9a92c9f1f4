"""A measure with a threshold: what is remembered for it, and what comes late."""

import itertools
import random

import pytest

from schemas.definition import model, steering
from streams.plan import SourcePlan, compile_plan
from tests.streams.folding import DAY, HOUR, PartitionFold, definition, event, fold_log, nonzero, raws, the_source

START = 20_600 * DAY
WINDOWS: tuple[model.Window, ...] = (
    model.Calendar(model.Unit.DAY),
    model.Calendar(model.Unit.MONTH),
    model.RollingDays(3),
    model.RollingSpan(2 * HOUR),
    model.Lifetime(),
)


def regulars(at_least: int, window: model.Window, lateness_ms: int = 400 * DAY) -> SourcePlan:
    """The plan of one measure with this threshold, in this window."""
    given = definition(lateness_ms=lateness_ms)
    measure = model.Distinct(name="regulars", entity=("user_id",), at_least=at_least, source="shop", of="order")
    metric = model.Metric(name="m", value=model.Plain("regulars"), windows=(window,))
    return the_source(
        compile_plan(
            model.Definition(
                company="x",
                time_zone="UTC",
                north_star=steering.NorthStar(metric="m"),
                sources=given.sources,
                measures={"regulars": measure},
                metrics={"m": metric},
            )
        )
    )


@pytest.mark.parametrize("window", WINDOWS, ids=lambda one: one.label)
def test_four_events_come_to_the_same_cells_in_every_order_and_whatever_comes_together(window: model.Window) -> None:
    events = [event(f"e{n}", "order", "u", START + t) for n, t in enumerate((0, 0, HOUR, DAY + HOUR))]
    plan = regulars(2, window)
    expected = nonzero([fold_log(plan, raws(events))])
    assert expected
    for order in itertools.permutations(events):
        for cuts in ([], [1], [2], [1, 2, 3]):
            assert nonzero([fold_log(plan, raws(order), cuts)]) == expected


def test_the_second_event_of_one_instant_counts_and_one_sent_again_does_not() -> None:
    window = model.Calendar(model.Unit.DAY)
    twice = [event("a", "order", "u", START), event("b", "order", "u", START)]
    for log, counted in ((twice, 1), ([*twice, twice[0]], 1), ([twice[0], twice[0]], 0)):
        cells = nonzero([fold_log(regulars(2, window), raws(log))])
        assert sum(cells.values()) == counted


@pytest.mark.parametrize("window", WINDOWS, ids=lambda one: one.label)
@pytest.mark.parametrize("at_least", [2, 5])
def test_what_is_remembered_of_a_busy_customer_does_not_grow_with_the_log(at_least: int, window: model.Window) -> None:
    rng = random.Random(at_least)
    partition = PartitionFold(regulars(at_least, window, lateness_ms=2 * DAY))
    largest = 0
    for batch in range(60):
        late = [rng.choice([0, 0, rng.randrange(DAY)]) for _ in range(100)]
        times = [START + batch * 6 * HOUR + n * 200_000 - late[n] for n in range(100)]
        partition.fold(raws(event(f"{batch}-{n}", "order", "u", t) for n, t in enumerate(times)))
        largest = max(largest, len(partition.packed["user_id"]["u"]))
    assert partition.totals["counted"] == 6000
    # of spans of 2 hours as many as lateness holds, n points on either side; a point has at most 9 bytes
    assert largest <= 9 * (2 * at_least * (26 + 2) + at_least) + 9


@pytest.mark.parametrize("window", WINDOWS, ids=lambda one: one.label)
def test_a_customer_below_the_threshold_never_counts(window: model.Window) -> None:
    events = [event(f"e{n}", "order", f"u{n % 3}", START + n) for n in range(6)]
    assert not nonzero([fold_log(regulars(3, window), raws(events))])
    assert nonzero([fold_log(regulars(2, window), raws(events))])
