"""That Kafka or Redis does not answer, and what helps: one sentence, whoever says it."""

from typing import Final, Literal
from urllib.parse import urlsplit

NAMES: Final = {"kafka": "Kafka", "redis": "Redis"}


def what_helps(part: Literal["kafka", "redis", "exporter"]) -> str:
    """The two ways to a part that answers."""
    return f"run everything with nsm up, or say where it is with NSM_{part.upper()}"


def no_answer(part: Literal["kafka", "redis"], address: str, why: str = "") -> str:
    """``why`` is what was tried and failed, where more is known; of a URL only host and port are told."""
    where = urlsplit(address).netloc.rpartition("@")[2] if "://" in address else address
    told = f" ({why})" if why else ""
    return f"{NAMES[part]} at {where} does not answer{told}; {what_helps(part)}"
