"""``nsm publish`` against a real broker."""

import argparse
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from schemas.definition.model import FlatFormat, Source
from schemas.errors import PublishError
from services.publisher.command import add_arguments, publish_file
from services.publisher.topic import ensure_topic
from tests.servers import KafkaServer

LINE = b'{"event_id":"e%d","event":"t","ts":"1997-01-0%dT00:00:00Z","user_id":"u%d"}\n'


@pytest.fixture
def topic(kafka: KafkaServer, request: pytest.FixtureRequest) -> str:
    return str(request.node.name).partition("[")[0][-60:]


@pytest.fixture
def log(kafka: KafkaServer, topic: str) -> Iterator["Log"]:
    reader = Log(kafka, topic)
    yield reader
    reader.close()


class Log:
    """What the topic holds, in no order."""

    def __init__(self, kafka: KafkaServer, topic: str) -> None:
        self._consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
        self._topic = topic

    def values(self, count: int) -> set[bytes]:
        numbers = self._consumer.partitions_for_topic(self._topic) or set()
        self._consumer.assign([TopicPartition(self._topic, number) for number in numbers])
        found: list[Any] = []
        while len(found) < count:
            polled = self._consumer.poll(timeout_ms=10_000)
            assert polled, f"{len(found)} of {count} records are there"
            found += [record for records in polled.values() for record in records]
        assert len(found) == count
        return {record.value for record in found}

    def close(self) -> None:
        self._consumer.close()


def publish(kafka: KafkaServer, topic: str, *words: object) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    source = Source(name="orders", topic=topic, keyed_by="user_id", format=FlatFormat(time="ts"))
    return publish_file(parser.parse_args([str(word) for word in words]), source, kafka.bootstrap)


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_go_as_they_are(
    kafka: KafkaServer, topic: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, packed: bool
) -> None:
    topic = f"{topic}-{packed}"
    file = tmp_path / ("orders.jsonl.gz" if packed else "orders.jsonl")
    lines = [LINE % (number, 1, number) for number in range(1_000)]
    file.write_bytes(gzip.compress(b"".join(lines)) if packed else b"".join(lines))
    assert publish(kafka, topic, file) == 0
    made, said = capsys.readouterr().out.splitlines()
    assert made == f"made the topic {topic}: 4 partitions, times by the broker's clock"
    assert said.startswith(f"1,000 events published to {topic} (4 partitions) in ")
    log = Log(kafka, topic)
    assert log.values(1_000) == {line.strip() for line in lines}
    log.close()


def test_a_topic_is_made_once_with_the_times_of_the_broker(kafka: KafkaServer, topic: str) -> None:
    assert ensure_topic(kafka.bootstrap, topic)
    assert not ensure_topic(kafka.bootstrap, topic)
    with kafka.admin() as admin:
        [described] = admin.describe_topics([topic])
    assert len(described["partitions"]) == 4


def test_bad_lines_are_named_and_end_in_exit_code_1_unless_they_are_asked_for(
    kafka: KafkaServer, topic: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], log: Log
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1) + b"no JSON\n" * 7)
    assert publish(kafka, topic, file) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors[0] == "line 2: no JSON"
    assert errors[5] == "and 2 lines more that are no events"
    assert publish(kafka, topic, file, "--send-invalid") == 0
    assert log.values(1 + 8) == {(LINE % (1, 1, 1)).strip(), b"no JSON"}


def test_a_table_becomes_events(kafka: KafkaServer, topic: str, tmp_path: Path, log: Log) -> None:
    file = tmp_path / "orders.csv.gz"
    text = "\ufefforder_id,customer,at,amount\no1,c1,2027-03-28 12:00,11.70\no2,,2027-03-28 12:00,5\n"
    file.write_bytes(gzip.compress(text.encode()))
    words = ["--map", "id=order_id", "--map", "time=at", "--map", "user_id=customer", "--set", "type=order_completed"]
    assert publish(kafka, topic, file, *words, "--number", "amount", "--time-zone", "Europe/Amsterdam") == 0
    assert log.values(2) == {
        b'{"event_id":"o1","event":"order_completed","ts":"2027-03-28T12:00:00+02:00","amount":11.70,"user_id":"c1"}',
        b'{"event_id":"o2","event":"order_completed","ts":"2027-03-28T12:00:00+02:00","amount":5}',
    }


def test_times_end_now_where_asked_for(kafka: KafkaServer, topic: str, tmp_path: Path, log: Log) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1) + LINE % (2, 3, 1))
    assert publish(kafka, topic, file, "--shift-to-now") == 0
    first, last = sorted(json.loads(value)["ts"] for value in log.values(2))
    assert first > "2026"
    assert last[:8] >= first[:8]


def test_standard_input_is_read(kafka: KafkaServer, topic: str, monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LINE % (1, 1, 1))))
    assert publish(kafka, topic, "-", "--rate", "100") == 0
    assert log.values(1) == {(LINE % (1, 1, 1)).strip()}


def test_a_damaged_archive_is_said_and_what_was_read_has_been_sent(
    kafka: KafkaServer, topic: str, tmp_path: Path
) -> None:
    file = tmp_path / "orders.jsonl.gz"
    file.write_bytes(gzip.compress(b"".join(LINE % (number, 1, 1) for number in range(10_000)))[:-20])
    with pytest.raises(PublishError, match="is damaged"):
        publish(kafka, topic, file)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["missing.jsonl"], "missing.jsonl cannot be read: no such file"),
        (["-", "--shift-to-now"], "which standard input does not allow"),
        (["orders.csv", "--send-invalid"], "are for JSON lines"),
        (["orders.jsonl", "--number", "amount"], "are for tables"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_sent(
    kafka: KafkaServer, topic: str, words: list[str], text: str
) -> None:
    with pytest.raises(PublishError, match=text):
        publish(kafka, topic, *words)
