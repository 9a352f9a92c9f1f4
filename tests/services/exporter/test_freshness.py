"""Up to which moment readings can be trusted."""

from services.exporter.freshness import SETTLE_MS, End, as_of, completeness, progress, trusted
from streams.state.port import NEVER, Partition, Standing

NOW = 1_000_000_000
A, B = Partition("v", "shop", 0), Partition("v", "shop", 1)
BEHIND = Standing(position=9, floor=3, watermark=NOW - 500_000)
AT_THE_END = Standing(position=10, floor=5, watermark=NOW - 900_000)
ENDS = {("shop", 0): End(10, NOW - 700), ("shop", 1): End(10, NOW - 700)}


def test_a_partition_at_its_logs_end_is_read_up_to_when_kafka_was_asked() -> None:
    assert progress({B: AT_THE_END}, ENDS, NOW).read_up_to[B] == NOW - 700 - SETTLE_MS


def test_a_partition_behind_its_logs_end_is_read_up_to_its_own_watermark() -> None:
    assert progress({A: BEHIND}, ENDS, NOW).read_up_to[A] == BEHIND.watermark


def test_without_kafka_only_events_move_the_moment() -> None:
    assert progress({A: BEHIND, B: AT_THE_END}, {}, NOW).read_up_to == {A: BEHIND.watermark, B: AT_THE_END.watermark}


def test_a_watermark_ahead_of_the_clock_is_read_up_to_now() -> None:
    ahead = Standing(position=3, watermark=NOW + 3_000_000)
    assert progress({A: ahead}, {}, NOW).read_up_to[A] == NOW


def test_the_moment_of_all_is_that_of_the_one_furthest_behind() -> None:
    both = progress({A: BEHIND, B: AT_THE_END}, ENDS, NOW)
    assert as_of(both, {"shop"}).watermark_ms == BEHIND.watermark
    assert as_of(both, {"shop"}).floor_ms == 3
    assert as_of(both, {"other"}).watermark_ms == NEVER
    assert completeness(both, {"shop"}, NOW) == 0.5
    assert completeness(both, {"other"}, NOW) == 0


def test_the_end_of_another_log_is_not_trusted() -> None:
    remade = {("shop", 0): End(4, NOW)}
    assert trusted(remade, [(A, 9, NOW - 1)]) == {}
    assert trusted(remade, [(A, 9, NOW + 1)]) == remade, "the log may have grown since Kafka was asked"
    assert trusted(remade, [(A, 4, NOW - 1)]) == remade
