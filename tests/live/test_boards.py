"""Every expression of every board and annotation, asked of a real Prometheus: there is no error, and nothing is empty
that has something to show.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from schemas.definition.model import Definition
from tests.live.exposed import HOUR, Exposed
from tests.live.prometheus import ask, prometheus_over
from tests.services.provisioner.boards.drawn import DEFINITIONS
from tests.services.provisioner.placed import Placed, all_expressions

NOW = int(time.time()) // HOUR * HOUR
CHOSEN = [name for name in DEFINITIONS if not name.startswith("star-")] + [
    "star-new_customers",
    "star-average_order_value",
]


def due(definition: Definition) -> Definition:
    """With its target due in a year from now, whenever the test runs."""
    star = definition.north_star
    if star.by is None:
        return definition
    by = (datetime.fromtimestamp(NOW, UTC) + timedelta(days=365)).date()
    return msgspec.structs.replace(definition, north_star=msgspec.structs.replace(star, by=by))


def shown(definition: Definition) -> list[Placed]:
    return [placed for placed in all_expressions(definition) if placed.kind != "alert"]


@pytest.fixture(scope="module", params=CHOSEN)
def history(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Definition]]:
    """The address of a Prometheus that was filled for one definition, and the definition."""
    definition = due(DEFINITIONS[request.param])
    with prometheus_over(Exposed(definition, NOW).text(), tmp_path_factory.mktemp("prometheus")) as address:
        yield address, definition


def test_every_panel_and_annotation_shows_something_where_everything_is_there(history: tuple[str, Definition]) -> None:
    address, definition = history
    placed = shown(definition)
    empty = [f"{one.place}: {one.text}" for one in placed if not ask(address, one.text, NOW)]
    assert empty == []
    assert {one.kind for one in placed} == {"panel", "annotation"}


def test_nothing_is_wrong_with_any_of_them_on_an_instance_that_is_empty(history: tuple[str, Definition]) -> None:
    address, definition = history
    long_ago = NOW - 1000 * 24 * HOUR
    speaking = {one.place for one in shown(definition) if ask(address, one.text, long_ago)}
    # counts of what is wrong are 0 where nothing is known, as far as Prometheus answers at all
    assert speaking == {"nsm-pipeline, Alerts firing: firing", "nsm-pipeline, Partitions held up: held up"}


def test_two_exporters_side_by_side_double_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    definition = due(DEFINITIONS["steered"])
    told: list[dict[str, list[str]]] = []
    for exporters in (("one:9464",), ("one:9464", "two:9464")):
        text = Exposed(definition, NOW, exporters).text()
        with prometheus_over(text, tmp_path_factory.mktemp("prometheus")) as address:
            answers = {one.place: ask(address, one.text, NOW) for one in shown(definition)}
        told.append({place: sorted(map(str, found)) for place, found in answers.items()})
    one, two = told
    # processes are told one by one; alerts are Prometheus' own, and made up here for each exporter
    apart = {"up": "Processes that Prometheus reads", "ALERTS": "Alerts"}
    different = {place for place in one if one[place] != two[place]}
    assert [place for place in different if not any(name in place for name in apart.values())] == []
