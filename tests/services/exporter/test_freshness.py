"""Up to which moment readings can be trusted."""

import msgspec

from schemas.definition import model, steering
from services.exporter.freshness import SETTLE_MS, End, as_of, completeness, groups, progress, trusted
from streams.plan import compile_plan
from streams.state.port import NEVER, Partition, Reached, Standing
from tests.streams.folding import definition
from tests.streams.rekeying.company import rekeyed

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
    plan = compile_plan(msgspec.structs.replace(changed, north_star=steering.NorthStar(metric="share")))
    assert groups(plan) == {
        frozenset({"web"}): ["visits"],
        frozenset({"shop"}): ["orders"],
        frozenset({"shop", "web"}): ["share"],
    }


def test_a_stage_is_read_as_far_as_its_source_where_it_has_all_that_was_committed_else_by_what_it_has() -> None:
    stage, fed_by = Partition("v", "internal", 0), {"internal": "shop"}
    behind = msgspec.structs.replace(BEHIND, clock=1)
    at_the_end = msgspec.structs.replace(AT_THE_END, clock=1)

    def read(*reached: Reached) -> int:
        standings = {A: behind, stage: Standing(position=2, reached=reached), B: at_the_end}
        found = progress(standings, ENDS, NOW, {}, fed_by).read_up_to
        assert found[A] == behind.watermark
        assert found[B] == NOW - 700 - SETTLE_MS
        return found[stage]

    all_of_a, all_of_b = Reached(0, 9, 3, behind.watermark), Reached(1, 10, 5, at_the_end.watermark)
    assert read(all_of_a, all_of_b) == behind.watermark, "the slowest source partition"
    assert read(Reached(0, 8, 3, 77), all_of_b) == 77
    assert read(Reached(0, 12, 3, NOW), all_of_b) == behind.watermark, "sent, and not committed by its source"
    assert read(all_of_a) == NEVER
    assert read() == NEVER


def test_a_source_partition_that_never_had_an_event_holds_no_stage_back() -> None:
    stage = Partition("v", "internal", 0)
    standings = {A: Standing(position=10), stage: Standing(position=0)}
    assert progress(standings, ENDS, NOW, {}, {"internal": "shop"}).read_up_to[stage] == NOW - 700 - SETTLE_MS
    assert progress({stage: Standing(position=0)}, ENDS, NOW, {}, {"internal": "shop"}).read_up_to[stage] == NEVER


def test_a_metric_on_a_re_keyed_measure_waits_for_source_and_stage() -> None:
    plan = compile_plan(rekeyed())
    internal = next(one.topic for one in plan.stages.values() if one.key == "account_id")
    found = {metric: topics for topics, metrics in groups(plan).items() for metric in metrics}
    assert found["m_accounts"] == {"shop", internal}
    assert found["m_customers"] == {"shop"}
