"""Alerts on the board: of a Prometheus and an Alertmanager that answer, answer nonsense, or do not answer."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from schemas.definition.loading import load
from services.board.alerts import OURS, Alert, Alerts, ask_alerts
from services.board.beside import Beside
from services.board.drawn.alerts import alerts as drawn
from services.board.drawn.form import LEAVING, Form
from services.board.watch import Watch
from services.provisioner.rules.groups import rule_groups
from tests.services.board.watching import look, orders, plain, printed, tell
from tests.services.exporter.world import World

ROOT = Path(__file__).parents[3]
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
NOBODY = "http://127.0.0.1:9"
Json = dict[str, object]


def judged(name: str, state: str = "firing", minutes: int = 10, **labels: str) -> Json:
    """As Prometheus 2 and 3 have it."""
    return {
        "labels": {"alertname": name, "severity": "page", **labels},
        "annotations": {"summary": f"{name} is so", "description": "longer"},
        "state": state,
        "activeAt": f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}.123456789Z",
        "value": "1e+00",
    }


def told(name: str, minutes: int = 5, silenced: str = "", inhibited: str = "", **labels: str) -> Json:
    """As Alertmanager has it; labels that it was sent beside the rule's own stand there too."""
    return {
        "labels": {"alertname": name, "severity": "page", "prometheus": "one", **labels},
        "annotations": {"summary": f"{name} is so"},
        "startsAt": f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}.000Z",
        "endsAt": f"{NOW + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}.000Z",
        "fingerprint": "0123456789abcdef",
        "receivers": [{"name": "here"}],
        "status": {
            "state": "suppressed" if silenced or inhibited else "active",
            "silencedBy": [silenced] if silenced else [],
            "inhibitedBy": [inhibited] if inhibited else [],
        },
    }


def ask(judged_ones: list[Json] | None, told_ones: list[Json] | None) -> Alerts:
    """None: it does not answer."""

    async def asked() -> Alerts:
        body = {"status": "success", "data": {"alerts": judged_ones}}
        async with (
            TestServer(serving("/api/v1/alerts", body)) as one,
            TestServer(serving("/api/v2/alerts", told_ones)) as other,
        ):
            prometheus = NOBODY if judged_ones is None else str(one.make_url(""))
            alertmanager = NOBODY if told_ones is None else str(other.make_url(""))
            return await asyncio.to_thread(ask_alerts, prometheus, alertmanager, NOW)

    return asyncio.run(asked())


def serving(path: str, content: object, status: int = 200) -> web.Application:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json")

    app = web.Application()
    app.router.add_get(path, answer)
    return app


def said(alerts: Alerts, width: int = 100, *, low: bool = False) -> str:
    form = Form(width, frozenset(LEAVING) if low else frozenset())
    return plain(drawn(alerts, NOW, form), width)


def test_those_that_fire_are_told_with_what_pages_first_then_the_oldest() -> None:
    firing = [
        told("NorthStarLate", 50, severity="ticket"),
        told("NorthStarStale", 3),
        told("NorthStarDrop", 30),
    ]
    alerts = ask([judged("NorthStarStuck", "pending")], firing)
    assert [one.name for one in alerts.firing] == ["NorthStarDrop", "NorthStarStale", "NorthStarLate"]
    assert alerts.pending == 1
    assert said(alerts).splitlines() == [
        "! page    NorthStarDrop   for 30 min  NorthStarDrop is so ",
        "! page    NorthStarStale  for 3 min   NorthStarStale is so",
        "! ticket  NorthStarLate   for 50 min  NorthStarLate is so ",
        "1 pending",
    ]


def test_what_alertmanager_holds_back_is_counted_not_shown() -> None:
    alerts = ask(
        [judged("NorthStarDrop"), judged("NorthStarLate")],
        [told("NorthStarDrop", inhibited="a"), told("NorthStarLate", silenced="b")],
    )
    assert alerts.firing == ()
    assert said(alerts) == "no alert fires, 1 silenced, 1 held back by others\n"


def test_one_that_alertmanager_has_not_heard_of_is_shown_all_the_same() -> None:
    alerts = ask(
        [judged("NorthStarDrop", metric="a"), judged("NorthStarDrop", metric="b")], [told("NorthStarDrop", metric="a")]
    )
    assert [one.since for one in alerts.firing] == [
        NOW - timedelta(minutes=10) + timedelta(microseconds=123457),
        NOW - timedelta(minutes=5),
    ]


def test_without_alertmanager_those_that_prometheus_judges_are_shown_and_that_nobody_is_told() -> None:
    alerts = ask([judged("NorthStarDrop")], None)
    assert [one.name for one in alerts.firing] == ["NorthStarDrop"]
    assert "Alertmanager at 127.0.0.1:9 does not answer (connection refused): nobody is told" in said(alerts)


def test_without_prometheus_those_that_alertmanager_knows_are_shown_and_that_none_can_begin() -> None:
    alerts = ask(None, [told("NorthStarDrop")])
    assert [one.name for one in alerts.firing] == ["NorthStarDrop"]
    assert "Prometheus at 127.0.0.1:9 does not answer (connection refused): no new alert can begin" in said(alerts)


def test_without_both_nothing_is_known_and_that_is_no_calm() -> None:
    alerts = ask(None, None)
    assert said(alerts) == "not known: neither Prometheus at 127.0.0.1:9 nor Alertmanager at 127.0.0.1:9 answers\n"
    assert "no alert fires" not in said(alerts)


def test_calm_is_told() -> None:
    assert said(ask([], [])) == "no alert fires\n"


def test_alerts_of_others_are_not_shown() -> None:
    alerts = ask([judged("NodeDown"), judged("NodeSlow", "pending")], [told("NodeDown")])
    assert said(alerts) == "no alert fires\n"


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        ({"data": "x"}, 200, "something else answers there"),
        ({"data": {"alerts": []}}, 503, "status 503"),
    ],
)
def test_who_answers_something_else_does_not_answer(content: Json, status: int, why: str) -> None:
    async def asked() -> Alerts:
        async with (
            TestServer(serving("/api/v1/alerts", content, status)) as one,
            TestServer(serving("/api/v2/alerts", [])) as other,
        ):
            return await asyncio.to_thread(ask_alerts, str(one.make_url("")), str(other.make_url("")), NOW)

    alerts = asyncio.run(asked())
    assert f"({why}): no new alert can begin" in alerts.trouble


def test_a_password_in_the_address_is_not_shown() -> None:
    alerts = ask_alerts("http://me:secret@127.0.0.1:9", "http://me:secret@127.0.0.1:9/prefix", NOW)
    assert "secret" not in alerts.trouble
    assert "127.0.0.1:9" in alerts.trouble


def alert(number: int, summary: str = "so it is") -> Alert:
    return Alert(name=f"NorthStarX{number:02}", severity="page", summary=summary, since=NOW - timedelta(hours=number))


def test_many_are_counted_where_they_do_not_fit() -> None:
    alerts = Alerts(at=NOW, firing=tuple(alert(number) for number in range(20)))
    assert "and 12 more that fire" in said(alerts)
    assert "and 16 more that fire" in said(alerts, low=True)


def test_one_kind_is_told_once_with_its_number_so_that_it_hides_no_other() -> None:
    stuck = [told("NorthStarStuck", 9, partition=str(number)) for number in range(12)]
    lines = said(ask([], [*stuck, told("NorthStarStale", 3)])).splitlines()
    heads = [line.split("  for")[0].rstrip() for line in lines]
    assert heads == ["! page  NorthStarStuck x 12", "! page  NorthStarStale"]


def test_a_long_summary_stands_below_its_alert_and_is_cut_where_lines_are_few() -> None:
    alerts = Alerts(at=NOW, firing=(alert(1, "word " * 30),))
    assert said(alerts, 60).splitlines()[0].rstrip() == "! page  NorthStarX01  for 60 min"
    assert len(said(alerts, 60).splitlines()) == 4
    low = said(alerts, 60, low=True).splitlines()
    assert len(low) == 2
    assert low[1].endswith("…")


def test_an_answer_that_nobody_renews_says_its_age() -> None:
    alerts = Alerts(at=NOW - timedelta(minutes=5))
    assert "as it was 5 min ago" in said(alerts)


def test_every_rule_of_ours_is_known_by_its_name() -> None:
    groups = rule_groups(load(ROOT / "deploy/definitions/cdnow.yaml"))
    rules = [rule.alert for group in groups for rule in group.rules]
    assert rules
    assert all(name.startswith(OURS) for name in rules)


Story = Callable[[World, Watch], Awaitable[None]]


def test_the_board_does_not_wait_for_alerts() -> None:
    may_answer = threading.Event()

    def slow() -> Alerts:
        may_answer.wait(60)
        return Alerts(at=datetime.now(UTC))

    beside = Beside(slow)

    async def story(world: World, watch: Watch) -> None:
        await orders(world, 4, days_ago=1)
        await look(watch)  # returns while nobody has answered
        assert watch.view is not None
        assert "not known: nobody has answered yet" in printed(watch)
        may_answer.set()
        await asyncio.to_thread(watch.wait_for_alerts, 60)
        await look(watch)
        assert "no alert fires" in printed(watch)

    tell(story, alerts=beside)


def test_a_question_is_not_asked_again_while_its_answer_is_waited_for() -> None:
    asked: list[int] = []
    may_answer = threading.Event()

    def slow() -> int:
        asked.append(len(asked))
        may_answer.wait(60)
        return len(asked)

    beside = Beside(slow)
    answers: list[int | None] = []
    for _ in range(3):
        beside.begin()
        answers.append(beside.latest)
    may_answer.set()
    beside.wait(60)
    answers.append(beside.latest)
    beside.begin()
    beside.wait(60)
    answers.append(beside.latest)
    assert answers == [None, None, None, 1, 2]
    assert asked == [0, 1]
