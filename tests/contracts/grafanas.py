"""The Grafanas that the contract suite runs over: stand-ins in this process, and a real one where there is one.

A real one is named by GRAFANA_URL, and GRAFANA_TOKEN holds the token of a service account with the role Admin.  Take
one that may be thrown away: what the suite makes it removes again, but a folder ``nsm`` must not be there before.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from schemas.errors import GrafanaAbsent
from services.provisioner.addresses import DATA_SOURCE_UID, FOLDER_UID
from services.provisioner.grafana.address import address
from services.provisioner.grafana.client import GrafanaClient
from services.provisioner.grafana.marks import OWNED
from services.secret import Secret
from tests.grafana.provisioned import EAGER
from tests.grafana.stand_in import ADMIN, StandIn

REAL_URL, REAL_TOKEN = os.environ.get("GRAFANA_URL", ""), os.environ.get("GRAFANA_TOKEN", "")
STAND_INS = ("stand-in 9.4", "stand-in later")
ALL = (*STAND_INS, "real") if REAL_URL and REAL_TOKEN else STAND_INS
NO_REAL_ONE = (
    "NOT RUN over a real Grafana: GRAFANA_URL and GRAFANA_TOKEN (a service account's, role Admin) name none; only the"
    " stand-in was asked"
)


class Grafana:
    """``token`` is an Admin's."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self._client = GrafanaClient(address(url), Secret(token), EAGER)
        self._accounts: list[int] = []
        self._session = requests.Session()

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> requests.Response:
        """As it comes from the wire, redirects not followed."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        url = f"{self.url.rstrip('/')}/api{path}"
        return self._session.request(method, url, json=body, headers=headers, timeout=20, allow_redirects=False)

    def status(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> int:
        return self.ask(method, path, body, token=token).status_code

    def account(self, role: str) -> tuple[int, str]:
        """A service account's number and token; it is removed in the end."""
        name = f"nsm-contract-{uuid.uuid4().hex[:12]}"
        number = int(self._client.POST("/serviceaccounts", json={"name": name, "role": role})["id"])
        self._accounts.append(number)
        key = self._client.POST(f"/serviceaccounts/{number}/tokens", json={"name": name})["key"]
        return number, str(key)

    def in_use(self) -> bool:
        return self.status("GET", f"/folders/{FOLDER_UID}") != 404

    def clean(self) -> None:
        """Removes all that the suite makes."""
        for path in (
            f"/folders/{FOLDER_UID}?forceDeleteRules=true",
            "/folders/nsm-contract?forceDeleteRules=true",
            "/folders/nsm-contract-2?forceDeleteRules=true",
            "/dashboards/uid/nsm-contract",
            f"/datasources/uid/{DATA_SOURCE_UID}",
            "/datasources/uid/nsm-contract",
        ):
            with contextlib.suppress(GrafanaAbsent):
                self._client.DELETE(path)
        for tag in (OWNED, "nsm-contract"):
            for one in self._client.GET("/annotations", params={"tags": tag, "limit": 1000}) or []:
                self._client.DELETE(f"/annotations/{one['id']}")

    def close(self) -> None:
        for number in self._accounts:
            with contextlib.suppress(GrafanaAbsent):
                self._client.DELETE(f"/serviceaccounts/{number}")
        self._client.close()
        self._session.close()


@contextlib.contextmanager
def opened(name: str) -> Iterator[Grafana]:
    """One of ``ALL``, empty."""
    if name == "real":
        with contextlib.closing(Grafana(REAL_URL, REAL_TOKEN)) as real:
            if real.in_use():
                pytest.fail(f"{REAL_URL} has a folder {FOLDER_UID} already: take a Grafana that may be thrown away")
            try:
                yield real
            finally:
                real.clean()
        return
    server = StandIn(later=name == "stand-in later")
    try:
        with contextlib.closing(Grafana(server.url, ADMIN)) as made:
            yield made
            made.clean()
            assert server.contents()["folders"] == {}, "what the suite would leave in a real one"
    finally:
        server.end()
