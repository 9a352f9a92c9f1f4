"""A stand-in for each test, once with the answers of Grafana 9.4 and once with those of later versions."""

from collections.abc import Iterator

import pytest

from tests.grafana.stand_in import StandIn


@pytest.fixture(params=["9.4", "later"])
def grafana(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    server = StandIn(later=request.param == "later")
    try:
        yield server
    finally:
        server.end()
