"""``nsm publish`` against a real broker."""

import argparse
import gzip
import io
import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.definition.loading import parse
from schemas.errors import PublishError
from schemas.events.publishing import Message
from services.publisher.command import add_arguments, publish_file
from services.publisher.partitions import partition_of
from services.publisher.publisher import Publisher
from services.publisher.topic import ensure_topic
from streams.plan import compile_plan
from tests.servers import KafkaServer

DEFINITION = """
company: Shop
time_zone: UTC
events: {{topic: {topic}, keyed_by: user_id, format: {{time: ts}}}}
measures: {{all: {{count: any}}}}
metrics: {{all: {{measure: all, window: lifetime}}}}
north_star: {{metric: all}}
"""
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


def publish(kafka: KafkaServer, topic: str, *words: object, named: bool = True) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    [plan] = compile_plan(parse(DEFINITION.format(topic=topic))).sources.values()
    return publish_file(parser.parse_args([str(word) for word in words]), plan, kafka.bootstrap, named=named)


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


def test_no_topic_is_made_in_a_kafka_that_nobody_named(
    kafka: KafkaServer, topic: str, tmp_path: Path, log: Log
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1))
    with pytest.raises(PublishError, match=f"has no topic {topic}: it may be another's; run nsm up here first"):
        publish(kafka, topic, file, named=False)
    with kafka.admin() as admin:
        assert topic not in admin.list_topics()
    assert ensure_topic(kafka.bootstrap, topic)
    assert publish(kafka, topic, file, named=False) == 0
    assert log.values(1) == {(LINE % (1, 1, 1)).strip()}


def test_of_a_file_with_bad_lines_nothing_is_sent_unless_it_is_said_what_becomes_of_them(
    kafka: KafkaServer, topic: str, tmp_path: Path, log: Log
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1) + b"no JSON\n" * 7)
    with pytest.raises(PublishError) as refused:
        publish(kafka, topic, file)
    lines = str(refused.value).splitlines()
    assert lines[:2] == [f"nothing of {file} was sent:", "line 2: no JSON"]
    assert lines[6:] == [
        "and 2 lines more that are no events",
        "mend them, since they will be too late once the others are sent; --skip-invalid leaves them out",
    ]
    with kafka.admin() as admin:
        assert topic not in admin.list_topics()
    assert publish(kafka, topic, file, "--skip-invalid") == 0
    assert log.values(1) == {(LINE % (1, 1, 1)).strip()}


def test_bad_lines_are_sent_as_they_are_where_asked_for(
    kafka: KafkaServer, topic: str, tmp_path: Path, log: Log
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1) + b"no JSON\n" * 7)
    assert publish(kafka, topic, file, "--send-invalid") == 0
    assert log.values(8) == {(LINE % (1, 1, 1)).strip(), b"no JSON"}


def test_of_standard_input_the_good_lines_are_sent_and_the_bad_ones_named(
    kafka: KafkaServer,
    topic: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log: Log,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LINE % (1, 1, 1) + b"no JSON\n")))
    assert publish(kafka, topic, "-") == 1
    assert capsys.readouterr().err.splitlines() == ["line 2: no JSON"]
    assert log.values(1) == {(LINE % (1, 1, 1)).strip()}


EVENT = '{"event_id":"%s","event":"t","ts":"%s","user_id":"u"}\n'


@pytest.fixture
def past(tmp_path: Path) -> Path:
    file = tmp_path / "past.jsonl"
    file.write_text("".join(EVENT % (f"e{day}", f"2024-09-{day:02}T12:00:00Z") for day in range(1, 31)))
    return file


@pytest.fixture
def live(kafka: KafkaServer, topic: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """An event of today, published through standard input."""
    event = (EVENT % ("today", datetime.now(UTC).isoformat())).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(event)))
    assert publish(kafka, topic, "-") == 0
    return event.strip()


def test_a_past_that_comes_after_live_events_is_refused_before_anything_is_sent(
    kafka: KafkaServer, topic: str, past: Path, live: bytes, log: Log
) -> None:
    with pytest.raises(PublishError) as refused:
        publish(kafka, topic, past)
    assert str(refused.value).splitlines()[1].startswith(f"30 too late for the worker: {topic} holds events of their")
    assert log.values(1) == {live}


@pytest.mark.usefixtures("live")
def test_a_past_is_sent_all_the_same_where_that_is_allowed(
    kafka: KafkaServer, topic: str, past: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert publish(kafka, topic, past, "--dry-run") == 1
    assert capsys.readouterr().out == f"30 events in {past}: nothing would be sent\n"
    assert publish(kafka, topic, past, "--allow", "late") == 0
    assert "30 too late for the worker" in capsys.readouterr().err


@pytest.mark.usefixtures("live")
def test_a_past_that_comes_through_standard_input_is_sent_and_told_of(
    kafka: KafkaServer, topic: str, past: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(past.read_bytes())))
    assert publish(kafka, topic, "-") == 0
    assert "30 too late for the worker" in capsys.readouterr().err


@pytest.mark.usefixtures("live")
def test_a_dry_run_of_standard_input_says_what_would_become_of_it(
    kafka: KafkaServer, topic: str, past: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(past.read_bytes() + b"no JSON\n")))
    assert publish(kafka, topic, "-", "--dry-run") == 1
    out, err = capsys.readouterr()
    assert out == "30 events in standard input: all would be sent\n"
    assert err.startswith("line 31: no JSON\n30 too late for the worker")


def test_what_was_sent_before_it_was_cut_off_is_told_with_the_way_on(
    kafka: KafkaServer, topic: str, past: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cut_off(messages: Iterator[Message], publisher: Publisher, *_: object) -> None:
        publisher.send(next(messages))
        raise KeyboardInterrupt

    monkeypatch.setattr("services.publisher.command.send_all", cut_off)
    with pytest.raises(KeyboardInterrupt):
        publish(kafka, topic, past)
    assert capsys.readouterr().err == (
        f"cut off: 1 event of {past} is in {topic}, and the rest is not: send all of it again with --allow late, "
        "within the source's dedupe, and what is there already counts once\n"
    )


def test_a_dry_run_of_what_is_good_says_so_and_makes_no_topic(
    kafka: KafkaServer, topic: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1))
    assert publish(kafka, topic, file, "--dry-run") == 0
    assert capsys.readouterr() == (f"1 event in {file}: all would be sent\n", "")
    with kafka.admin() as admin:
        assert topic not in admin.list_topics()


def test_events_that_the_worker_would_refuse_are_refused_here(kafka: KafkaServer, topic: str, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1) + b'{"event_id":"x","event":"t","user_id":"u"}\n')
    with pytest.raises(PublishError, match="1 that the worker refuses: no_time\n  event x: no ts\n"):
        publish(kafka, topic, file)
    assert publish(kafka, topic, file, "--allow", "refused") == 0


def test_a_file_where_no_event_has_the_key_is_refused(kafka: KafkaServer, topic: str, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes((LINE % (1, 1, 1)).replace(b"user_id", b"userid"))
    with pytest.raises(PublishError, match="no event has user_id, which the topic is keyed by"):
        publish(kafka, topic, file)
    assert publish(kafka, topic, file, "--allow", "keyless") == 0


def test_a_topic_where_another_publisher_chooses_partitions_otherwise_takes_nothing_before_that_is_said(
    kafka: KafkaServer, topic: str, tmp_path: Path, log: Log
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(LINE % (1, 1, 1))
    ensure_topic(kafka.bootstrap, topic)
    there = [(key, (partition_of(Message(key, b"", (), ""), 4) + 1) % 4) for key in (b"ann", b"bob")]
    with closing(KafkaProducer(bootstrap_servers=kafka.bootstrap)) as other:
        for key, partition in there:
            other.send(topic, LINE.strip() % (2, 1, 1), key, partition=partition)
        other.send(topic, LINE.strip() % (2, 1, 1))
    with pytest.raises(PublishError, match=f"2 of the last 2 events of {topic} that have a key lie in another partit"):
        publish(kafka, topic, file)
    assert publish(kafka, topic, file, "--allow", "misplaced") == 0
    assert log.values(4) == {line.strip() for line in (LINE % (1, 1, 1), LINE % (2, 1, 1))}


def test_a_pipe_is_read_once(kafka: KafkaServer, topic: str, tmp_path: Path, log: Log) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = Thread(target=pipe.write_bytes, args=(LINE % (1, 1, 1),))
    writing.start()
    assert publish(kafka, topic, pipe) == 0
    writing.join()
    assert log.values(1) == {(LINE % (1, 1, 1)).strip()}


def test_a_table_becomes_events(kafka: KafkaServer, topic: str, tmp_path: Path, log: Log) -> None:
    file = tmp_path / "orders.csv.gz"
    text = "\ufefforder_id,customer,at,amount\no1,c1,2026-04-28 12:00,11.70\no2,,2026-04-28 12:00,5\n"
    file.write_bytes(gzip.compress(text.encode()))
    words = ["--map", "id=order_id", "--map", "time=at", "--map", "user_id=customer", "--set", "type=order_completed"]
    assert publish(kafka, topic, file, *words, "--number", "amount", "--time-zone", "Europe/Amsterdam") == 0
    assert log.values(2) == {
        b'{"event_id":"o1","event":"order_completed","ts":"2026-04-28T12:00:00+02:00","amount":11.70,"user_id":"c1"}',
        b'{"event_id":"o2","event":"order_completed","ts":"2026-04-28T12:00:00+02:00","amount":5}',
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


def test_a_damaged_archive_is_said_before_anything_is_sent(kafka: KafkaServer, topic: str, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl.gz"
    file.write_bytes(gzip.compress(b"".join(LINE % (number, 1, 1) for number in range(10_000)))[:-20])
    with pytest.raises(PublishError, match="is damaged"):
        publish(kafka, topic, file)
    with kafka.admin() as admin:
        assert topic not in admin.list_topics()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["missing.jsonl"], "missing.jsonl cannot be read: no such file"),
        (["-", "--shift-to-now"], "which standard input does not allow"),
        (["orders.csv", "--send-invalid"], "are for JSON lines"),
        (["orders.jsonl", "--number", "amount"], "are for tables"),
        (["orders.jsonl", "--skip-invalid", "--send-invalid"], "which of them is meant"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_sent(
    kafka: KafkaServer, topic: str, words: list[str], text: str
) -> None:
    with pytest.raises(PublishError, match=text):
        publish(kafka, topic, *words)
