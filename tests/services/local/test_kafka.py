from pathlib import Path

import pytest

from schemas.errors import MissingPartError
from services.local import kafka
from services.local.kafka import Kafka, KafkaAddress


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/nsm"


def fake_maven(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Maven as far as it is used here: ``$7`` tells it where the jars go."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "mvn").write_text(f"#!/bin/sh\nto=${{6#*=}}\necho once >> {folder}/calls\n{script}\n", encoding="utf-8")
    (programs / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")


def test_kafka_home_takes_the_place_of_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs/kafka_2.13-4.1.1.jar").touch()
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    assert kafka.class_path() == f"{tmp_path}/libs/*"


def test_a_kafka_home_without_kafka_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(MissingPartError, match="holds no Kafka"):
        kafka.class_path()


def test_the_cache_is_filled_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, monkeypatch, 'mkdir "$to" && touch "$to/kafka.jar"')
    assert kafka.class_path() == kafka.class_path()
    assert (tmp_path / "calls").read_text(encoding="utf-8") == "once\n"
    assert len(list(cache.glob("kafka-*/kafka.jar"))) == 1


def test_a_cache_that_could_not_be_filled_is_not_used(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_maven(tmp_path, monkeypatch, 'mkdir "$to"; echo the disk is full; exit 1')
    with pytest.raises(MissingPartError, match="the disk is full"):
        kafka.class_path()
    assert not [found for found in cache.iterdir() if found.suffix == ""]


def test_a_brokers_own_settings_win(tmp_path: Path) -> None:
    broker = Kafka(tmp_path, KafkaAddress(1, 2), {"log.retention.ms": "5"})
    written = broker.properties()
    assert written["log.retention.ms"] == "5"
    assert written["log.message.timestamp.type"] == "LogAppendTime"
    assert written["advertised.listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
