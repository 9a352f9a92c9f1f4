"""Why a partition cannot be opened, in sentences; the same for every store."""

from schemas.errors import LogError, StateError
from streams.state.port import Log, Partition

NOTHING = "Nothing was counted."


def retired(partition: Partition) -> LogError:
    return LogError(
        f"{_name(partition)} is retired in version {partition.version}: nothing may be folded there, and it does not "
        f"come back. Change what the definition counts, which makes it another version. {NOTHING}"
    )


def lost(partition: Partition) -> LogError:
    return LogError(
        f"The state of {_name(partition)} in version {partition.version} has no position, although cells, records or "
        f"ids are there: they would be counted twice. Restore the state, or begin a new version. {NOTHING}"
    )


def other_topic(partition: Partition, log: Log, stored_id: str) -> LogError:
    return LogError(
        f"{_name(partition)} was made anew: the state belongs to topic id {stored_id or '(none)'}, Kafka has "
        f"{log.topic_id or '(none)'}. Its offsets mean other events; begin a new version. {NOTHING}"
    )


def outside(partition: Partition, log: Log, position: int) -> LogError:
    if position < log.begin:
        gap = f"events {position} to {log.begin - 1} are missing (retention, or deleted records)"
    else:
        gap = f"events {log.end} to {position - 1} were folded and are gone (the log was cut, or is another one)"
    return LogError(
        f"{_name(partition)} stands at {position}, the log holds {log.begin} to {log.end - 1}: {gap}. {NOTHING}"
    )


def unfit(partition: Partition, position: str) -> StateError:
    return StateError(f"The stored position of {_name(partition)} is no offset: {position!r}. {NOTHING}")


def expires(partition: Partition, key: str) -> StateError:
    return StateError(f"{_name(partition)}: the key {key} has a time to live and would be lost; PERSIST it. {NOTHING}")


def _name(partition: Partition) -> str:
    return f"Partition {partition.number} of {partition.topic}"
