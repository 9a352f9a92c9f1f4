"""One run of ``nsm definition carry``: it writes as long as no other has begun."""

from typing import Self
from uuid import uuid4

import msgspec

from schemas.errors import CommandError
from streams.plan import Plan
from streams.state.serving import Registry


class Attempt(msgspec.Struct, frozen=True):
    """Its ``mark`` tells workers of the version to wait, until it is lifted; who begins later puts another there."""

    registry: Registry
    version: str
    mark: bytes

    @classmethod
    async def begin(cls, new: Plan, registry: Registry) -> Self:
        """From here on no worker begins, and no earlier attempt goes on."""
        carried = msgspec.structs.replace(new.carried, whole=False, attempt=uuid4().hex)
        attempt = cls(registry, new.version, msgspec.json.encode(carried))
        await registry.keep_carried(new.version, attempt.mark)
        return attempt

    async def check(self) -> None:
        """Raises CommandError where it is another's to go on: two that write would leave what neither has read."""
        if await self.registry.carried(self.version) != self.mark:
            message = (
                f"another nsm definition carry of version {self.version} has begun since: this one gives way to it"
            )
            raise CommandError(message)
