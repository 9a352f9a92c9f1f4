"""Whether workers of a version run, as Kafka's group of them says."""

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from schemas.errors import CommandError
from schemas.names import consumer_group
from services.definition.asking import ANSWER_S, answer_of


async def number_of(kafka: str, version: str, patience_s: float = ANSWER_S) -> int | None:
    """How many run now; None where Kafka does not say in time.  One that was killed counts for some seconds more."""
    group = consumer_group(version)

    async def described(admin: AIOKafkaAdminClient) -> Any:
        (answer,) = await admin.describe_consumer_groups([group])
        return answer

    answer = await answer_of(kafka, described, patience_s)
    return None if answer is None else members_in(answer)


def members_in(answer: Any) -> int | None:
    """Of Kafka's answer on one group; None where it bears an error, as while the group moves to another broker."""
    ((error, _, _, _, _, members, *_),) = answer.groups
    return None if error else len(members)


async def none_runs(kafka: str, version: str) -> None:
    """Raises CommandError while one does; a Kafka that does not answer knows of none."""
    number = await number_of(kafka, version)
    if number:
        group = consumer_group(version)
        workers = "a worker" if number == 1 else f"{number} workers"
        message = (
            f"{workers} of version {version} would be stopped in the middle: end what runs first "
            f"(one that was killed leaves Kafka's group {group} within seconds)"
        )
        raise CommandError(message)
