"""What a worker is told of topics that were made a moment ago, as by another that starts beside it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from kafka.admin import ConfigResource

from schemas.names import dead_letter_topic
from services.topics import INTERNAL, STAMPED_BY_THE_BROKER
from services.worker import topics
from services.worker.topics import LARGEST, KafkaTopics, TopicsAway

SETTINGS = STAMPED_BY_THE_BROKER | {LARGEST: "1048588"}


class Broker:
    """Answers as kafka-python's admin client; of the topics in ``unheard`` it knows no settings yet."""

    def __init__(self) -> None:
        self.unheard: set[str] = set()
        self.altered: list[str] = []

    def describe_topics(self, names: Sequence[str]) -> list[dict[str, Any]]:
        return [{"name": name, "error_code": 0, "topic_id": name, "partitions": [0]} for name in names]

    def create_topics(self, _: object, **__: object) -> None:
        """They are there now."""

    def list_topics(self) -> list[str]:
        return []

    def describe_configs(self, asked: Sequence[ConfigResource], **_: object) -> dict[str, dict[str, Any]]:
        return {"topic": {one.name: self._told(one) for one in asked}}

    def alter_configs(self, several: Sequence[ConfigResource]) -> None:
        self.altered += [one.name for one in several]

    def close(self) -> None:
        """Nothing is open."""

    def _told(self, one: ConfigResource) -> dict[str, Any]:
        settings = INTERNAL if one.name.startswith("nsm-") else SETTINGS
        return {} if one.name in self.unheard else {key: {"value": settings[key]} for key in one.configs}


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(topics, "admin_client", lambda *_, **__: broker)
    return broker


@pytest.mark.parametrize("unheard", [dead_letter_topic("shop"), "nsm-1-shop-by-account_id"])
def test_a_topic_that_was_made_just_now_and_is_not_known_everywhere_is_waited_for(broker: Broker, unheard: str) -> None:
    def prepare() -> None:
        asyncio.run(KafkaTopics("kafka:9092").prepare(["shop"], ["nsm-1-shop-by-account_id"]))

    broker.unheard = {unheard}
    with pytest.raises(TopicsAway, match=f"^{unheard}: made just now, and not known everywhere yet$"):
        prepare()
    broker.unheard = set()
    broker.altered.clear()
    prepare()
    assert broker.altered == [dead_letter_topic("shop")]
