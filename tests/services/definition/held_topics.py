"""Kafka as ``nsm definition carry`` asks it of topics."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from streams.worker.sessions import TopicFacts


class HeldTopics(NamedTuple):
    """The topic shop, and so many internal ones as its stages have."""

    partitions: int = 2
    stages: int = 0
    id: str = "topic-id"

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        assert list(topics) == ["shop"]
        assert len(internal) == self.stages

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        return dict.fromkeys(topics, TopicFacts(self.id, self.partitions))
