"""How far a company has come, by the cells of its partitions."""

from fractions import Fraction
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from schemas.definition import model, steering
from schemas.definition.steering import KeyResult
from schemas.names import CELLS_PER_KEY
from schemas.readings import Reading
from services.exporter.api import build_api
from services.exporter.past_periods import ANEW_MS
from streams.readings import Readings
from streams.steering.standing import ResultKey, Stand, Steering
from streams.time.spans import Span
from tests.services.exporter.ordering import LENGTH, TODAY, ago, noon, tell, world
from tests.services.exporter.world import NOW, World
from tests.streams.folding import DAY, event


def steered(one: World) -> Steering:
    return one.snapshots.shown().steering


def stand(one: World, name: str = "k") -> Stand:
    return steered(one).key_results[ResultKey("More orders", name)]


def hold(days: int) -> KeyResult:
    given = {"metric": "m_orders", "base": 0.0, "since": ago(LENGTH), "by": ago(-50)}
    return KeyResult(name="k", aim=steering.Hold(4, days), **given)  # type: ignore[arg-type]


def test_a_value_held_long_ago_is_held_and_a_run_that_broke_begins_anew() -> None:
    async def story(one: World) -> None:
        found = stand(one)
        assert found.held is not None
        assert (found.held.longest_ms, found.held.latest_ms) == (12 * DAY, 5 * DAY)
        assert found.held.until == ago(1).toordinal()
        assert found.value == 4
        assert found.progress == (Fraction(1) + Fraction(5, 20)) / 2

    def orders(days: int) -> int:
        return 4 if 100 < days <= 112 or days <= 5 else 3

    tell(world(hold(20)), story, orders)

    async def done(one: World) -> None:
        assert (stand(one).progress, stand(one).course) == (Fraction(1), "ahead")

    tell(world(hold(12)), done, orders)


def test_the_day_that_runs_is_judged_by_nothing() -> None:
    async def story(one: World) -> None:
        found = stand(one)
        assert found.held is not None
        assert found.value == 3
        assert found.held.latest_ms == 0

    tell(world(hold(3)), story, lambda days: 9 if days == 0 else 3)


def test_what_is_final_is_read_once_and_never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    day = model.Calendar(model.Unit.DAY)  # a lifetime would read all there is, anyhow
    metric = model.Metric(name="m_orders", value=model.Plain("orders"), windows=(day,))
    star = steering.NorthStar(metric="m_orders")
    one = world(hold(20), metrics={"m_orders": metric}, north_star=star)
    series = one.plan.series["orders", day].name

    def first_read() -> int:
        found = [key.first for _, asked in one.reader.asked for key in asked.get(series, ()) if key.first is not None]
        one.reader.asked.clear()
        return min(found) * CELLS_PER_KEY

    read: list[int] = []
    over = Readings.over

    def counted(readings: Readings, metric_: str, window: model.Window, span: Span) -> Reading:
        read.append(span.last)
        return over(readings, metric_, window, span)

    monkeypatch.setattr(Readings, "over", counted)

    async def story(one: World) -> None:
        before = stand(one).held
        assert first_read() <= ago(LENGTH).toordinal()
        assert sorted(read) == list(range(ago(LENGTH).toordinal(), TODAY.toordinal()))
        for minutes in range(1, 10):
            one.clock.now_ms = NOW + minutes * 60_000
            await one.company.publish(
                *(event(f"now{minutes}{user}", "order", user, one.clock.now_ms, amount=1) for user in ("u0", "u6"))
            )
            one.caught_up()
            read.clear()
            await one.snapshots.refresh()
            assert stand(one).held == before
            assert first_read() > ago(LENGTH - CELLS_PER_KEY).toordinal()
            assert sorted(read) == [ago(days).toordinal() for days in (2, 1)]  # a late event may still change these

    tell(one, story, lambda days: 4 if days % 40 else 3)


def test_a_late_event_mends_a_period_that_is_not_final() -> None:
    async def story(one: World) -> None:
        found = stand(one).held
        assert found is not None
        assert (found.latest_ms, found.longest_ms) == (0, 149 * DAY)
        await one.company.publish(event("late", "order", "u1", noon(1), amount=1))
        one.caught_up()
        one.clock.now_ms += ANEW_MS
        await one.snapshots.refresh()
        found = stand(one).held
        assert found is not None
        assert (found.latest_ms, found.longest_ms) == (150 * DAY, 150 * DAY)

    tell(world(hold(200)), story, lambda days: 3 if days == 1 else 4)


def test_after_a_day_all_is_let_go_and_read_anew_alike() -> None:
    async def story(one: World) -> None:
        for days in (1, 2, 3):
            one.clock.now_ms = NOW + days * DAY + 1
            await one.company.publish(
                *(event(f"l{days}-{n}", "order", f"u{n}", one.clock.now_ms - 1000, amount=1) for n in range(4))
            )
            one.caught_up()
            await one.snapshots.refresh()
            found = stand(one).held
            assert found is not None
            assert found.latest_ms == found.longest_ms == (LENGTH + days) * DAY

    tell(world(hold(365)), story, lambda _: 4)


def test_a_target_is_measured_by_the_last_complete_day_and_its_path_by_today() -> None:
    target = steering.Target(metric="m_orders", target=10, base=0, since=ago(10), by=ago(-10))
    guardrail = steering.Guardrail(metric="m_orders", min=4, max=10)

    async def story(one: World) -> None:
        (found,) = steered(one).targets.values()
        assert (found.path, found.value, found.progress) == (Fraction(5), Fraction(5), Fraction(1, 2))
        assert found.course == "on_course"  # 4.5 yesterday, and a twentieth of 10 is forgiven
        assert [(room.bound, room.left) for room in steered(one).rooms] == [
            ("min", Fraction(1, 4)),
            ("max", Fraction(1, 2)),
        ]

    one = world(targets={"m_orders": target}, guardrails=(guardrail,))
    tell(one, story, lambda days: 5 if days == 1 else 9)


def test_an_initiative_runs_from_its_first_day_to_its_last() -> None:
    initiatives = tuple(
        steering.Initiative(name=name, start=start, end=end)
        for name, start, end in (
            ("over", ago(9), ago(1)),
            ("last day", ago(9), TODAY),
            ("first day", TODAY, ago(-9)),
            ("to come", ago(-1), ago(-9)),
        )
    )

    async def story(one: World) -> None:
        assert [name for name, active in steered(one).active.items() if active] == ["last day", "first day"]

    tell(world(initiatives=initiatives), story, lambda _: 1)


def world_with_all() -> World:
    """Of each kind of what one can steer by, one."""
    return world(
        hold(5),
        north_star=steering.NorthStar(
            metric="m_orders", target=10, base=0, since=ago(10), by=ago(-10), owner="Board", inputs=("m_revenue",)
        ),
        targets={"m_revenue": steering.Target(metric="m_revenue", target=3, better="lower")},
        guardrails=(steering.Guardrail(metric="m_orders", min=4, runbook="docs/orders.md"),),
        departments={"shop": steering.Department(metrics=("m_revenue",), owner="Ada")},
        initiatives=(
            steering.Initiative(
                name="Checkout",
                start=ago(1),
                end=TODAY,
                expects=steering.Expected(metric="m_orders", percent=5),
            ),
        ),
        calendar=steering.CompanyCalendar(holidays=(steering.Holiday(date=TODAY, name="Party"),)),
    )


def pages(*paths: str) -> list[Any]:
    """What each page of that world says, of five orders on each of two days and three on others."""
    found: list[Any] = []

    async def story(one: World) -> None:
        async with TestClient(TestServer(build_api(one.shown))) as client:
            found.extend([await (await client.get(path)).json() for path in paths])

    tell(world_with_all(), story, lambda days: 5 if days in (1, 2) else 3)
    return found


def test_the_page_tells_the_way_to_each_target_and_readings_hold_it_too() -> None:
    found, readings = pages("/v1/steering", "/v1/readings")
    assert found["day"] == TODAY.isoformat()
    first, second = found["targets"]
    assert first == {
        "metric": "m_orders",
        "window": "day",
        "unit": "",
        "north_star": True,
        "owner": "Board",
        "runbook": None,
        "better": "higher",
        "base": 0,
        "from": ago(10).isoformat(),
        "by": ago(-10).isoformat(),
        "milestones": [],
        "target": 10,
        "path": 5,
        "value": 5,
        "value_day": ago(1).isoformat(),
        "progress": 0.5,
        "course": "on_course",
    }
    assert (second["owner"], second["path"], second["progress"], second["course"]) == ("Ada", None, None, None)
    steered_by = {(one["metric"], one["window"]): one["steering"] for one in readings["readings"] if one["steering"]}
    assert steered_by.keys() == {("m_orders", "day"), ("m_revenue", "day")}
    assert steered_by["m_orders", "day"] == {key: first[key] for key in steered_by["m_orders", "day"]}


def test_the_page_tells_guardrails_key_results_initiatives_and_days() -> None:
    (found,) = pages("/v1/steering")
    (guardrail,) = found["guardrails"]
    assert guardrail["limits"] == [{"bound": "min", "limit": 4, "headroom": 0.25}]
    assert (guardrail["broken"], guardrail["owner"], guardrail["runbook"]) == (False, "Board", "docs/orders.md")
    ((told,),) = (one["key_results"] for one in found["objectives"])
    assert told["aim"] == {"hold": 4, "for_days": 5}
    assert (told["held_days"], told["longest_held_days"], told["progress"]) == (2, 2, 0.7)
    assert found["initiatives"] == [
        {
            "name": "Checkout",
            "start": ago(1).isoformat(),
            "end": TODAY.isoformat(),
            "owner": None,
            "metric": "m_orders",
            "change_percent": 5,
            "active": True,
        }
    ]
    assert found["departments"] == [{"name": "shop", "metrics": ["m_revenue"], "owner": "Ada", "runbook": None}]
    assert found["calendar"]["holidays"] == [{"date": TODAY.isoformat(), "name": "Party"}]
