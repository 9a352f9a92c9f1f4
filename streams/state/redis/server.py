"""What is asked of the Redis server itself."""

from collections.abc import Mapping

from schemas.errors import StateError
from streams.state.port import Memory

OLDEST = 6
"""Before it, a script's writes were not kept or lost as one in every mode of replication."""


def read_info(text: bytes) -> dict[str, str]:
    """The answer to INFO, by field."""
    lines = (line.partition(":") for line in text.decode().splitlines() if not line.startswith("#"))
    return {field: value for field, colon, value in lines if colon}


def memory_of(info: Mapping[str, str]) -> Memory:
    """Raises StateError where it does not say; a ``maxmemory`` of 0 is no limit."""
    if "used_memory" not in info:
        raise StateError("This Redis does not say how much memory it uses.")
    return Memory(int(info["used_memory"]), int(info.get("maxmemory", "0")) or None)


def judge_server(info: Mapping[str, str]) -> list[str]:
    """Warnings for whoever runs it; raises StateError where counts could be lost while others stay."""
    version = info.get("redis_version", "0")
    if int(version.partition(".")[0]) < OLDEST:
        raise StateError(f"This Redis is version {version}; {OLDEST} or later is needed.")
    if info.get("role", "master") != "master":
        raise StateError("This Redis is a replica; the state must be on the primary.")
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise StateError(f"maxmemory-policy is {policy}: counts would vanish one by one; set it to noeviction.")
    warnings = []
    if info.get("aof_enabled") != "1":
        warnings.append(
            "appendonly is off: after a crash the fold goes on from the last snapshot, if Kafka reaches back to it."
        )
    return warnings
