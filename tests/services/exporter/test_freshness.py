"""Up to which moment readings can be trusted."""

import msgspec

from schemas.definition import model
from services.exporter.freshness import SETTLE_MS, End, as_of, completeness, groups, progress, trusted
from streams.plan import compile_plan
from streams.state.port import NEVER, Partition, Standing
from tests.streams.folding import definition

NOW = 1_000_000_000
A, B = Partition("v", "shop", 0), Partition("v", "shop", 1)
BEHIND = Standing(position=9, floor=3, watermark=NOW - 500_000)
AT_THE_END = Standing(position=10, floor=5, watermark=NOW - 900_000)
ENDS = {("shop", 0): End(10, NOW - 700), ("shop", 1): End(10, NOW - 700)}


def test_a_partition_at_its_logs_end_is_read_up_to_when_kafka_was_asked() -> None:
    assert progress({B: AT_THE_END}, ENDS, NOW, {}).read_up_to[B] == NOW - 700 - SETTLE_MS


def test_a_partition_behind_its_logs_end_is_read_up_to_its_own_watermark() -> None:
    assert progress({A: BEHIND}, ENDS, NOW, {}).read_up_to[A] == BEHIND.watermark


def test_without_kafka_only_events_move_the_moment() -> None:
    assert progress({A: BEHIND, B: AT_THE_END}, {}, NOW, {}).read_up_to == {
        A: BEHIND.watermark,
        B: AT_THE_END.watermark,
    }


def test_a_watermark_ahead_of_the_clock_is_read_up_to_now() -> None:
    ahead = Standing(position=3, watermark=NOW + 3_000_000)
    assert progress({A: ahead}, {}, NOW, {}).read_up_to[A] == NOW


def test_the_moment_of_all_is_that_of_the_one_furthest_behind() -> None:
    both = progress({A: BEHIND, B: AT_THE_END}, ENDS, NOW, {})
    assert as_of(both, {"shop"}).watermark_ms == BEHIND.watermark
    assert as_of(both, {"shop"}).floor_ms == 3
    assert as_of(both, {"other"}).watermark_ms == NEVER
    assert completeness(both, {"shop"}, NOW) == 0.5
    assert completeness(both, {"other"}, NOW) == 0


def test_the_end_of_another_log_is_not_trusted() -> None:
    remade = {("shop", 0): End(4, NOW)}
    assert trusted(remade, {A: BEHIND}, NOW - 1) == {}
    assert trusted(remade, {A: BEHIND}, NOW) == remade, "the log may have grown since Kafka was asked"
    assert trusted(remade, {A: Standing(position=4)}, NOW - 1) == remade


def test_what_was_known_stays_known_when_the_next_event_is_not_folded_yet() -> None:
    idle = progress({B: AT_THE_END}, ENDS, NOW, {})
    grown = {("shop", 1): End(11, NOW + 900)}
    assert progress({B: AT_THE_END}, grown, NOW + 1000, idle.read_up_to).read_up_to == idle.read_up_to


def test_metrics_that_rest_on_other_topics_do_not_wait_for_each_other() -> None:
    given = definition()
    web = msgspec.structs.replace(given.sources[0], name="web", topic="web")
    visits = model.Count(name="visits", source="web", of="visit")
    windows = (model.Lifetime(),)
    metrics = {
        "visits": model.Metric(name="visits", value=model.Plain("visits"), windows=windows),
        "orders": model.Metric(name="orders", value=model.Plain("orders"), windows=windows),
        "share": model.Metric(name="share", value=model.Ratio("orders", "visits"), windows=windows),
    }
    changed = msgspec.structs.replace(
        given, sources=(*given.sources, web), measures={**given.measures, "visits": visits}, metrics=metrics
    )
    plan = compile_plan(msgspec.structs.replace(changed, north_star=model.NorthStar(metric="share")))
    assert groups(plan) == {
        frozenset({"web"}): ["visits"],
        frozenset({"shop"}): ["orders"],
        frozenset({"shop", "web"}): ["share"],
    }
