"""Whether workers of a version run, as Kafka's group of them says."""

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from schemas.errors import CommandError
from schemas.names import consumer_group
from services.definition.asking import answer_of


async def none_runs(kafka: str, version: str) -> None:
    """Raises CommandError while one does; a Kafka that does not answer knows of none."""
    group = consumer_group(version)

    async def members(admin: AIOKafkaAdminClient) -> list[Any]:
        (answer,) = await admin.describe_consumer_groups([group])
        return [member for _, _, _, _, _, of_group, *_ in answer.groups for member in of_group]

    number = len(await answer_of(kafka, members) or ())
    if number:
        workers = "a worker" if number == 1 else f"{number} workers"
        message = (
            f"{workers} of version {version} would be stopped in the middle: end what runs first "
            f"(one that was killed leaves Kafka's group {group} within seconds)"
        )
        raise CommandError(message)
