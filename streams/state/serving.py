"""Which version of a company's definition is served, which was before, and which is on its way.

    announced      nothing served: served at once        else: next, unless it has a part already
    taken over     next ─▶ served ─▶ before              only who is next
    rolled back    before ◀─▶ served
    dropped        it is no longer next, nor before

All of it stands under one key and is exchanged as one, so there is a served version at every moment, and one only.
"""

from typing import Protocol

import msgspec

from streams.state.port import Partition


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """Versions, empty where there is none; ``since_ms`` is when ``served`` began to be."""

    served: str = ""
    before: str = ""
    next: str = ""
    since_ms: int = 0

    def part_of(self, version: str) -> str:
        """What this version is here: ``served``, ``before``, ``next`` or nothing."""
        return next((part for part in ("served", "before", "next") if getattr(self, part) == version), "")


NOTHING = Serving()


def announced(serving: Serving, version: str, now_ms: int, *, anew: bool) -> Serving:
    """``anew``: by a worker that has just begun, which may put itself in the place of another next one."""
    if not serving.served:
        rest = "" if serving.next == version else serving.next
        return msgspec.structs.replace(serving, served=version, next=rest, since_ms=now_ms)
    if serving.part_of(version) or (serving.next and not anew):
        return serving
    return msgspec.structs.replace(serving, next=version)


def taken_over(serving: Serving, version: str, now_ms: int) -> Serving:
    """Unchanged unless it is next: one that was rolled back stays back."""
    if serving.next != version:
        return serving
    return Serving(served=version, before=serving.served, since_ms=now_ms)


def rolled_back(serving: Serving, now_ms: int) -> Serving:
    """Unchanged where there was none before."""
    if not serving.before:
        return serving
    return msgspec.structs.replace(serving, served=serving.before, before=serving.served, since_ms=now_ms)


def dropped(serving: Serving, version: str) -> Serving:
    """The served one stays."""
    parts = {part: "" for part in ("before", "next") if getattr(serving, part) == version}
    return msgspec.structs.replace(serving, **parts)


class Registry(Protocol):
    """The versions in a store: which are there, what each counts, and which is served."""

    async def serving(self, company: str) -> Serving:
        """``NOTHING`` while no worker of the company has begun."""

    async def exchange(self, company: str, known: Serving, wanted: Serving) -> bool:
        """Puts ``wanted`` in the place of ``known``, as one; False, and nothing changed, where it is another by now."""

    async def keep_definition(self, version: str, definition: bytes) -> None:
        """Beside the version's state, for whoever reads it; the latest stays."""

    async def definition(self, version: str) -> bytes | None:
        """None where it was never kept, or the version is retired."""

    async def keep_carried(self, version: str, carried: bytes) -> None:
        """What the version goes on with of another, beside its definition; the latest stays."""

    async def carried(self, version: str) -> bytes | None:
        """None where the version began anew, or is retired."""

    async def versions(self) -> dict[str, dict[str, int]]:
        """Every version that has begun, retired ones too: the number of partitions of each topic."""

    async def retired(self, partition: Partition) -> bool:
        """Whether nothing may be folded there any more."""

    async def size(self, partition: Partition) -> int:
        """Bytes in the store, about."""

    async def forget(self, version: str, *, marks: bool) -> None:
        """Its definition, and what it went on with; with ``marks`` also what keeps a retired version from beginning."""
