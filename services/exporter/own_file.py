"""The exporter's own definition file, read again when it changes: a new target is shown without a restart.

A file that is not good, or is away while somebody writes it, leaves what was read before; what is wrong is said once.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from schemas.definition.loading import load
from schemas.errors import DefinitionError
from streams.plan import Plan, compile_plan

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0


class OwnFile:
    """``plan`` is what it last said; raises DefinitionError where it is not good from the start."""

    def __init__(self, path: Path) -> None:
        self._path, self._seen, self._said = path, _signature(path), ""
        self.plan = compile_plan(load(path))

    async def run(self, take: Callable[[Plan], None]) -> None:
        """Looks every second until it is cancelled; ``take`` is given what is new."""
        while True:
            await asyncio.sleep(EVERY_S)
            changed = await asyncio.to_thread(self.look)
            if changed is not None:
                take(changed)

    def look(self) -> Plan | None:
        """What it says now, where that is good and not what it said before."""
        seen = _signature(self._path)
        if seen == self._seen:
            return None
        self._seen = seen
        try:
            plan = compile_plan(load(self._path))
        except DefinitionError as error:
            self._say(f"{self._path} has changed and is not good, so that it goes on as it was: {error.faults[0]}")
            return None
        self._said = ""
        if plan.version == self.plan.version and plan.definition == self.plan.definition:
            return None
        log.info("%s has changed, and is version %s", self._path, plan.version)
        self.plan = plan
        return plan

    def _say(self, words: str) -> None:
        if words != self._said:
            log.warning("%s", words)
        self._said = words


def _signature(path: Path) -> tuple[int, int, int] | None:
    """Another one whenever the file was written, or another one was put in its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
