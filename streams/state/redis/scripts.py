"""The Lua scripts, and how Redis is told to know them."""

import hashlib
from pathlib import Path

import msgspec

from streams.state.redis.connection import Command


class Scripts(msgspec.Struct, frozen=True, kw_only=True):
    """Sources, each described at its own top."""

    take: str
    apply: str
    snapshot: str
    retire: str
    exchange: str

    def loading(self) -> tuple[Command, ...]:
        """Sent on every new connection: a Redis that was restarted has forgotten its scripts."""
        return tuple(("SCRIPT", "LOAD", getattr(self, name)) for name in self.__struct_fields__)


def digest(script: str) -> str:
    """What EVALSHA calls a script."""
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


def read_scripts() -> Scripts:
    folder = Path(__file__).parent
    return Scripts(**{name: (folder / f"{name}.lua").read_text("utf-8") for name in Scripts.__struct_fields__})


SCRIPTS = read_scripts()
