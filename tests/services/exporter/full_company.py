"""A company with a series of every name, and what an exporter shows of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import msgspec
from prometheus_client import parser
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.samples import Sample

from schemas.definition import steering
from schemas.definition.model import Definition, Formula, Metric
from services.exporter.collector import ReadingsCollector
from streams.plan import compile_plan
from tests.services.exporter.world import NOW, World
from tests.streams.arithmetic import tree
from tests.streams.folding import DAY, definition, event

Parse = Callable[[str], Iterable[Family]]
parse_open_metrics: Parse = openmetrics_parser.text_string_to_metric_families
parse_text: Parse = parser.text_string_to_metric_families
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
BEGIN, END = date(2026, 3, 1), date(2026, 5, 31)
RESULT = steering.KeyResult(
    name="m_orders +50%", metric="m_orders", aim=steering.Change(50), base=2, since=BEGIN, by=END
)
AWKWARD = 'the "Hague"\\\n'


def full_definition() -> Definition:
    """With everything that a definition can have a series for."""
    plain = definition("Europe/Amsterdam", lateness_ms=DAY)
    doubled = Metric(name="doubled", value=Formula(tree("2 * orders")), windows=plain.metrics["m_orders"].windows)
    described = msgspec.structs.replace(plain.metrics["m_orders"], description='Orders, "paid"\nfor.', unit="orders")
    return msgspec.structs.replace(
        plain,
        metrics=plain.metrics | {"m_orders": described, "doubled": doubled},
        north_star=steering.NorthStar(metric="repeats_per_customer", target=1.8),
        guardrails=(
            steering.Guardrail(metric="m_orders", min=1),
            steering.Guardrail(metric="m_revenue", min=0.5, max=9e9),
        ),
        targets={"m_orders": steering.Target(metric="m_orders", target=10, base=0, since=BEGIN, by=END, owner="Ada")},
        okrs=(steering.Objective(name='More "orders"', key_results=(RESULT,), owner="Ada"),),
        initiatives=(steering.Initiative(name="New checkout", start=BEGIN, end=END),),
    )


async def open_world() -> World:
    """Two partitions, some events of every outcome and none under its key, one read."""
    world = World(compile_plan(full_definition()), 2)
    world.company.keyed = False
    await world.company.begin()
    cities = ["Ede", AWKWARD, "Urk", "Epe", None]
    await world.company.publish(
        *(
            event(f"e{n}", "order", f"u{n % 7}", NOW - n * 60_000, amount=n * 12.34, **({"city": city} if city else {}))
            for n, city in enumerate(cities * 8)
        ),
        event("e1", "order", "u1", NOW, amount=3),
        event("old", "order", "u1", NOW - 3 * DAY),
        event("no amount", "order", "u2", NOW, city="too long to be counted apart" * 10),
        {"no": "event"},
    )
    world.caught_up()
    world.store.limit = 2**20
    await world.snapshots.refresh()
    return world


def samples(collector: ReadingsCollector) -> Iterator[Sample]:
    for family in parse_open_metrics(collector.encode(OPEN_METRICS)[0].decode()):
        yield from family.samples
