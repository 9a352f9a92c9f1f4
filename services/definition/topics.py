"""What ``nsm definition carry`` asks of topics: whether they are still those that were read, and the ids of all."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Protocol

from schemas.errors import CommandError
from services.definition.stores import Stores
from streams.plan import Plan
from streams.state.port import Partition
from streams.worker.sessions import TopicFacts

PAUSE_S = 0.2
TOPICS_S = 15.0


class Topics(Protocol):
    """What the command asks of Kafka; raises OSError while that does not answer."""

    async def prepare(self, topics: Collection[str], internal: Collection[str] = ()) -> None:
        """Makes the internal topics that are missing."""

    async def facts(self, topics: Collection[str]) -> Mapping[str, TopicFacts]:
        """Their ids."""


async def numbers_of(plan: Plan, stores: Stores, topics: Topics) -> Mapping[str, int]:
    """How many partitions each of its topics has; raises CommandError where one is not as the version has read it."""
    numbers = await stores.reader.partitions(plan.version)
    try:
        facts = await topics.facts(list(plan.sources))
    except OSError as away:
        raise CommandError(str(away)) from away
    for topic, fact in facts.items():
        if topic not in numbers:
            message = f"version {plan.version} has not begun to read {topic}: let its workers run first"
            raise CommandError(message)
        if fact.partitions != numbers[topic]:
            message = (
                f"{topic} has {fact.partitions} partitions, version {plan.version} counts it with {numbers[topic]}: "
                "entities would move away from what is remembered of them; a grown topic must be folded anew"
            )
            raise CommandError(message)
        for number in range(fact.partitions):
            held = await stores.copier.held(Partition(plan.version, topic, number))
            if held is not None and held.topic_id != fact.id:
                message = (
                    f"{topic} was made anew since version {plan.version} has read it: its offsets mean other events, "
                    "so nothing can go on with it"
                )
                raise CommandError(message)
    return numbers


async def ids_of(plan: Plan, topics: Topics) -> dict[str, str]:
    """Of all topics of the plan; internal ones that were just made are not known everywhere at once."""
    sources, internal = list(plan.sources), list(plan.stages)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + TOPICS_S
    while True:
        try:
            await topics.prepare(sources, internal)
            return {name: fact.id for name, fact in (await topics.facts([*sources, *internal])).items()}
        except OSError as away:
            if loop.time() > deadline:
                raise CommandError(str(away)) from away
            await asyncio.sleep(PAUSE_S)
