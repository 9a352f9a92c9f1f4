"""Grafana dies at each single request of an apply, before its work or after it: a second apply ends as a whole one."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from schemas.errors import GrafanaAway, GrafanaError
from services.provisioner.grafana.applying import Applying
from services.provisioner.grafana.model import Desired
from tests.grafana.faults import Fault, How
from tests.grafana.provisioned import FEWER, apply, changed, gateway, planned, steered, wanted
from tests.grafana.stand_in import StandIn


def some(of: Desired) -> Desired:
    """At most three of each kind: every step is a request, and each of them is died at."""
    kinds = sorted({one.kind for one in of.things})
    things = [one for kind in kinds for one in [one for one in of.things if one.kind == kind][:3]]
    return msgspec.structs.replace(of, things=tuple(things))


EARLIER = some(wanted(steered(initiatives=()), FEWER))
NOW = some(wanted(changed()))


def fresh(server: StandIn) -> None:
    """Nothing yet."""


def old(server: StandIn) -> None:
    """An earlier definition, without initiatives and rules."""
    apply(server.url, EARLIER)


def made(prepare: Callable[[StandIn], None], *, later: bool) -> StandIn:
    server = StandIn(later=later)
    prepare(server)
    server.log.clear()
    return server


def undisturbed(prepare: Callable[[StandIn], None], *, later: bool) -> tuple[int, dict[str, Any]]:
    """How many requests it takes, and what is there in the end."""
    server = made(prepare, later=later)
    try:
        assert apply(server.url, NOW).whole
        return len(server.log), server.contents()
    finally:
        server.end()


@pytest.mark.parametrize("later", [False, True], ids=["9.4", "later"])
@pytest.mark.parametrize("prepare", [fresh, old])
@pytest.mark.parametrize("after_work", [False, True], ids=["before", "after"])
def test_dead_at_any_request_and_applied_again_it_ends_as_if_nothing_had_been(
    prepare: Callable[[StandIn], None], *, after_work: bool, later: bool
) -> None:
    requests, clean = undisturbed(prepare, later=later)
    assert requests >= 12
    for number in range(1, requests + 1):
        server = made(prepare, later=later)
        try:
            server.die_at(number, after_work=after_work)
            with pytest.raises(GrafanaAway):
                apply(server.url, NOW)
            server.revive()
            assert apply(server.url, NOW).whole
            assert server.contents() == clean, f"dead at {server.log[number - 1]}"
            assert planned(server.url, NOW).changes == ()
            assert planned(server.url, NOW).leftovers == ()
        finally:
            server.end()


@pytest.mark.parametrize("how", ["drop before", "drop after", "half", "html 502", "busy"])
def test_one_fault_at_any_request_is_got_over_by_the_same_apply(how: How) -> None:
    requests, clean = undisturbed(fresh, later=True)
    for number in range(1, requests + 1):
        server = made(fresh, later=True)
        try:
            server.faults = [Fault(how=how, skips=number - 1)]
            assert apply(server.url, NOW, attempts=2).whole
            assert server.contents() == clean, f"{how} at {server.log[number - 1]}"
        finally:
            server.end()


def test_what_lasts_ends_with_what_was_done_and_that_a_second_apply_goes_on() -> None:
    server = made(fresh, later=False)
    waits: list[int] = []
    try:
        server.faults = [Fault(how="html 502", of="POST /dashboards/db", times=99)]
        told = r"create board nsm: .*failed \(502\).*3 steps were done, each whole"
        with gateway(server.url) as reached, pytest.raises(GrafanaError, match=told):
            Applying(reached, waits.append, 3).apply(wanted())
        assert waits == [1, 2]
        assert set(server.contents()["folders"]) == {"nsm"}
    finally:
        server.end()
