"""The data folder of a stack: one stack at a time, and what runs there now."""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.errors import StackError

TRIES, PAUSE_S = 5, 0.05


class DataFolder:
    """Held while the context lasts; the system lets go of it when the holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._held = -1

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    def __enter__(self) -> Self:
        """Raises StackError that says who holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._held = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        if not self._take():
            holder = os.read(self._held, 20).decode().strip() or "unknown"
            os.close(self._held)
            message = (
                f"{self.path} is in use by the stack of process {holder}; end that one, or choose another with --data"
            )
            raise StackError(message)
        os.truncate(self._held, 0)
        os.pwrite(self._held, f"{os.getpid()}\n".encode(), 0)
        self.stack_file.unlink(missing_ok=True)  # of one that was killed
        return self

    def _take(self) -> bool:
        """False where another stack holds it; who only asks whether one does holds it for an instant, too."""
        for _ in range(TRIES):
            try:
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PAUSE_S)
            else:
                return True
        return False

    def announce(self, addresses: Mapping[str, str]) -> None:
        """Tells other commands in this folder where everything is; appears whole or not at all."""
        part = self.stack_file.with_suffix(".part")
        part.write_text(json.dumps({**addresses, "pid": os.getpid()}, indent=2) + "\n", encoding="utf-8")
        part.rename(self.stack_file)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack_file.unlink(missing_ok=True)
        os.close(self._held)
