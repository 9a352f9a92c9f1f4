"""What is amiss with a topic is told to whoever publishes into it, before anything is sent."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from schemas.events.publishing import Message
from services.publisher.flags import MISPLACED, add_table_flags
from services.publisher.newest import Tail
from services.publisher.partitions import misplaced, partition_of
from services.publisher.review import Review
from streams.state.port import NEVER
from tests.services.publisher.fakes import PLAN

LATEST = (NEVER,) * 4


def message(key: bytes | None) -> Message:
    event = b'{"event_id":"e","event":"order_completed","ts":"%s","user_id":"ann"}'
    return Message(key, event % datetime.now(UTC).isoformat().encode(), (), "e")


def reviewed(tail: Tail, *words: str, keys: Sequence[bytes | None] = (b"ann",)) -> Review:
    parser = argparse.ArgumentParser()
    add_table_flags(parser, MISPLACED)
    args = parser.parse_args(words, argparse.Namespace(skip_invalid=False, send_invalid=False))
    review = Review(args, PLAN, tail)
    assert len(list(review.watch(map(message, keys)))) == len(keys)
    return review


@pytest.mark.parametrize("partitions", [1, 2, 4, 7])
def test_a_record_is_misplaced_where_our_publisher_would_bring_its_key_elsewhere(partitions: int) -> None:
    keys = [b"%d" % number for number in range(100)]
    for partition in range(partitions):
        mine = [key for key in keys if partition_of(message(key), partitions) == partition]
        assert misplaced(mine, partition, partitions) == 0
        assert misplaced(keys, partition, partitions) == len(keys) - len(mine)


def test_a_topic_whose_keys_lie_elsewhere_takes_nothing_until_that_is_allowed() -> None:
    tail = Tail(latest=LATEST, keyed=2_000, misplaced=1_501)
    said, way_on = reviewed(tail).refused()
    assert said == (
        "1,501 of the last 2,000 events of orders that have a key lie in another partition than nsm publish brings "
        "that key to (murmur2, as the Java client does): another publisher chooses otherwise, as librdkafka and "
        "confluent-kafka do unless told partitioner=murmur2_random, or the topic was given more partitions since, and "
        "a user_id that comes into both counts as two"
    )
    assert way_on.endswith("--allow misplaced sends it all the same")
    allowed = reviewed(tail, "--allow", "misplaced")
    assert list(allowed.refused()) == []
    assert list(allowed.told()) == [said]


def test_a_topic_that_was_given_more_partitions_is_told_what_it_wants() -> None:
    """Its older records lie where the fewer had brought them: no publisher is to blame."""
    keys = [b"%d" % number for number in range(100)]
    before = [[key for key in keys if partition_of(message(key), 2) == partition] for partition in range(2)]
    grown = Tail(latest=LATEST, keyed=100, misplaced=sum(misplaced(some, n, 4) for n, some in enumerate(before)))
    said, way_on = reviewed(grown).refused()
    assert "or the topic was given more partitions since" in said
    assert "count a grown topic under a new version of the definition" in way_on


def test_where_all_keys_lie_as_ours_nothing_is_said() -> None:
    review = reviewed(Tail(latest=LATEST, keyed=2_000))
    assert [*review.refused(), *review.told()] == []


def test_events_without_a_key_split_nobody() -> None:
    review = reviewed(Tail(latest=LATEST, keyed=9, misplaced=9), "--allow", "keyless", keys=[None])
    assert list(review.refused()) == []
