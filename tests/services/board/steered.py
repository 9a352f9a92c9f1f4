"""A company that steers by all there is, and what its board shows."""

from datetime import date, timedelta
from functools import cache

import msgspec

from schemas.definition import model, steering
from services.board.draw import board
from services.board.view import View
from services.board.watch import Watch
from streams.time.calendar import Calendar
from tests.services.board.watching import company, look, moment, orders, plain, tell
from tests.services.exporter.world import NOW, World

TODAY = date.fromordinal(Calendar("Europe/Amsterdam").day(NOW))


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def steered() -> model.Definition:
    """Targets, objectives, departments, initiatives and days of its own, all dated around today."""
    begin, end = ago(50), ago(-50)
    results = (
        steering.KeyResult(
            name="twice the orders", metric="m_orders", aim=steering.Reach(20), base=0, since=begin, by=end
        ),
        steering.KeyResult(
            name="three a week", metric="m_orders", aim=steering.Hold(3, 20), base=0, since=ago(30), by=ago(-10)
        ),
        steering.KeyResult(
            name="more customers",
            metric="m_customers",
            aim=steering.Change(25),
            base=4,
            owner="Ida",
            since=begin,
            by=end,
        ),
    )
    return msgspec.structs.replace(
        company(target=8, base=0, owner="Board", since=begin, by=end),
        guardrails=(
            steering.Guardrail(metric="m_revenue", min=10_000),
            steering.Guardrail(metric="m_customers", max=40),
        ),
        targets={"m_revenue": steering.Target(metric="m_revenue", target=100, owner="Finn")},
        departments={
            "sales": steering.Department(metrics=("m_orders",), owner="Sam"),
            "care": steering.Department(metrics=("m_customers", "repeats_per_customer")),
        },
        okrs=(steering.Objective(name="They come back", owner="Olga", key_results=results),),
        initiatives=(
            steering.Initiative(
                name="Letters",
                start=ago(3),
                end=ago(-3),
                owner="Lea",
                expects=steering.Expected(metric="m_orders", percent=10),
            ),
            steering.Initiative(name="Past", start=ago(9), end=ago(8)),
        ),
        calendar=steering.CompanyCalendar(
            holidays=(steering.Holiday(date=TODAY, name="Founders' day"), steering.Holiday(date=ago(1), name="Gone")),
            campaigns=(steering.Campaign(name="Spring sale", start=ago(1), end=ago(-1)),),
        ),
    )


def seen(of: model.Definition | None = None) -> View:
    """Of five customers with an order each, two days ago."""
    found: list[View] = []

    async def story(world: World, watch: Watch) -> None:
        await orders(world, 5, days_ago=2)
        await look(watch)
        assert watch.view is not None, watch.trouble
        found.append(watch.view)

    tell(story, of=of or steered())
    return found[0]


@cache
def of_all() -> View:
    return seen()


def show(width: int, of: model.Definition | None = None) -> tuple[View, str]:
    """What is shown and how it reads."""
    view = of_all() if of is None else seen(of)
    return view, plain(board(view, moment(NOW), width), width)


def row(said: str, begin: str) -> str:
    """The one line that begins like this."""
    (found,) = [line for line in said.splitlines() if line.strip().startswith(begin)]
    return found
