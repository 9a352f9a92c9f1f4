"""What is left out where more series are declared than may be shown."""

import asyncio
from collections import Counter

import msgspec
import pytest

from schemas import names
from schemas.definition.model import Definition
from schemas.definition.steering import Guardrail, NorthStar
from schemas.readings import WHOLE
from services.exporter.bound import SERIES_LIMIT, Bound, Group, group
from services.exporter.collector import ReadingsCollector
from streams.plan import compile_plan
from streams.segmentation import segmented_by
from tests.services.exporter.full_company import samples
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY, definition, event

READINGS = (
    names.METRIC_VALUE,
    names.METRIC_NUMERATOR,
    names.METRIC_DENOMINATOR,
    names.METRIC_VOLUME,
    names.METRIC_COMPLETE,
    names.METRIC_PACE,
)


def steered() -> Definition:
    """The star and two others that are split by city, and many that are not."""
    plain = definition("Europe/Amsterdam", lateness_ms=DAY)
    return msgspec.structs.replace(
        plain,
        north_star=NorthStar(metric="m_orders", inputs=("m_revenue",)),
        guardrails=(Guardrail(metric="repeats_per_customer", min=1),),
    )


PLAN = compile_plan(steered())
EVERY = {(name, window.label, WHOLE) for name, one in steered().metrics.items() for window in one.windows} | {
    (name, window.label, dimension)
    for name, one in steered().metrics.items()
    for window in one.windows
    for dimension in segmented_by(steered(), name)
}
STAR = {one for one in EVERY if one[0] == "m_orders"}


def declared(definition_: Definition) -> int:
    """The least limit that leaves nothing out."""
    low, high = 1, SERIES_LIMIT
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if not Bound(definition_, middle).left_out else (middle + 1, high)
    return low


def test_with_room_for_all_nothing_is_left_out() -> None:
    assert not Bound(steered(), SERIES_LIMIT).left_out
    assert not Bound(steered(), declared(steered())).left_out
    assert Bound(steered(), declared(steered()) - 1).left_out


def test_the_north_star_stays_whatever_the_limit() -> None:
    assert Bound(steered(), 1).left_out == EVERY - STAR


def test_a_whole_is_left_out_only_after_all_segments_of_other_metrics() -> None:
    for limit in range(1, declared(steered())):
        left_out = Bound(steered(), limit).left_out
        wholes = {one for one in left_out if one[2] == WHOLE}
        segments = {one for one in EVERY - STAR if one[2] != WHOLE}
        assert not wholes or segments <= left_out


def test_what_is_steered_by_goes_last() -> None:
    steered_by = {"m_revenue", "repeats_per_customer"}
    others = {(name, window) for name, window, dimension in EVERY if dimension == WHOLE} - {one[:2] for one in STAR}
    first = {one for one in others if one[0] in steered_by}
    enough = sum(5 for _ in first) + sum(5 * (20 + 2) for _ in STAR)
    for limit in range(enough, declared(steered())):
        assert not first & {one[:2] for one in Bound(steered(), limit).left_out if one[2] == WHOLE}


def test_the_choice_does_not_hang_on_what_moves_no_rank() -> None:
    limit = declared(steered()) // 2
    other = msgspec.structs.replace(
        steered(), company="Another", guardrails=(Guardrail(metric="repeats_per_customer", max=8),)
    )
    assert Bound(other, limit).left_out == Bound(steered(), limit).left_out != frozenset()


@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.95, 1])
def test_series_shown_and_left_out_are_all_there_are_and_those_shown_stay_below_the_limit(part: float) -> None:
    limit = int(declared(steered()) * part)
    bound = Bound(steered(), limit)

    async def story() -> None:
        world = World(PLAN, 2)
        await world.company.begin()
        cities = [f"city {n}" for n in range(30)]
        await world.company.publish(
            *(
                event(f"e{n}", "order", f"u{n % 7}", NOW - n * 3_600_000, amount=n, city=cities[n % 30])
                for n in range(300)
            )
        )
        world.caught_up()
        await world.snapshots.refresh()
        everything = [one for one in samples(ReadingsCollector(world.snapshots)) if one.name in READINGS]
        bounded = list(samples(ReadingsCollector(world.snapshots, limit)))
        shown = [one for one in bounded if one.name in READINGS]
        told = {one.name: one.value for one in bounded}
        assert told[names.SERIES_LIMIT] == limit
        assert len(shown) + told[names.SERIES_LEFT_OUT] == len(everything)
        assert shown == [one for one in everything if group_of(one.labels) not in bound.left_out]
        assert {group_of(one.labels) for one in everything} >= bound.left_out
        assert len([one for one in shown if group_of(one.labels) not in STAR]) <= limit
        of_running = Counter(group(one) for one in bound.of(world.snapshots.shown()).running)
        assert of_running.keys() == {one for one in EVERY if one not in bound.left_out}

    asyncio.run(story())


def group_of(labels: dict[str, str]) -> Group:
    return labels["metric"], labels["window"], labels.get("dimension", "")
