"""What the tests provision, and the way to do it, with a patience that no busy machine wears out."""

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from schemas.definition.model import Definition
from schemas.definition.steering import Expected, Initiative
from services.provisioner.grafana.address import address
from services.provisioner.grafana.applying import Applied, Applying
from services.provisioner.grafana.client import GrafanaClient, Patience
from services.provisioner.grafana.desired import Wishes, desired
from services.provisioner.grafana.events import TakeOver
from services.provisioner.grafana.gateway import Gateway
from services.provisioner.grafana.model import Desired, Plan
from services.provisioner.grafana.planning import plan
from services.secret import Secret
from tests.grafana.stand_in import ADMIN
from tests.services.provisioner.example import shop

EAGER = Patience(connect_s=60, silence_s=60, whole_s=120, retries=1, backoff_s=0)
WISHES = Wishes(prometheus="http://prometheus:9090", rules=True)
FEWER = msgspec.structs.replace(WISHES, rules=False)
TAKE_OVER = TakeOver("v-two", 1_790_000_000_000)


def steered(**changes: Any) -> Definition:
    """The shop, with an initiative."""
    initiative = Initiative(
        name="Checkout in one page",
        start=date(2026, 10, 1),
        end=date(2026, 11, 30),
        owner="Checkout team",
        expects=Expected(metric="new_customers", percent=5),
    )
    return msgspec.structs.replace(shop(), **{"initiatives": (initiative,), **changes})


def changed() -> Definition:
    """The same company with another target: boards and rules say so."""
    return steered(north_star=msgspec.structs.replace(steered().north_star, target=2.5))


def wanted(definition: Definition | None = None, wishes: Wishes = WISHES) -> Desired:
    return desired(definition or steered(), wishes, TAKE_OVER)


@contextlib.contextmanager
def gateway(url: str, token: str = ADMIN, patience: Patience = EAGER) -> Iterator[Gateway]:
    with contextlib.closing(GrafanaClient(address(url), Secret(token), patience)) as client:
        yield Gateway(client)


def apply(
    url: str, of: Desired | None = None, *, token: str = ADMIN, attempts: int = 1, force: bool = False
) -> Applied:
    with gateway(url, token) as reached:
        return Applying(reached, lambda _: None, attempts).apply(of or wanted(), force=force)


def prune(url: str, of: Desired, *, token: str = ADMIN, force: bool = False) -> Applied:
    with gateway(url, token) as reached:
        return Applying(reached, lambda _: None, 1).prune(of, force=force)


def planned(url: str, of: Desired | None = None, *, token: str = ADMIN, force: bool = False) -> Plan:
    asked = of or wanted()
    with gateway(url, token) as reached:
        return plan(asked, reached.observe(asked), force=force)
