"""Starts parts, watches them, ends them.  It restarts nothing: a part that dies takes the stack with it, by name."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from schemas.errors import StackError
from services.local.parts import Part
from services.local.process import Process

LOOK_EVERY_SECONDS = 0.1


class Supervisor:
    """The parts that run now, in the order in which they were started."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self._logs = logs
        self._say = say
        self.running: list[tuple[Part, Process]] = []
        self._done: set[str] = set()

    def start(self, parts: Sequence[Part]) -> None:
        """Starts them together and returns when all are ready; raises StackError that names the one which is not."""
        begun = time.monotonic()
        waiting = [(part, self._launch(part)) for part in parts]
        while waiting:
            self.check()
            taken = time.monotonic() - begun
            for part, process in list(waiting):
                if part.ready():
                    waiting.remove((part, process))
                    self._say(f"{part.name} is ready after {taken:.1f} s")
                elif taken > part.ready_within_seconds:
                    message = f"{part.name} was not ready within {part.ready_within_seconds:.0f} s{_tail(process)}"
                    raise StackError(message)
            if waiting:
                time.sleep(LOOK_EVERY_SECONDS)

    def _launch(self, part: Part) -> Process:
        process = Process(part.command, self._logs / f"{part.name}.log", part.environment)
        self.running.append((part, process))
        return process

    def check(self) -> None:
        """Raises StackError for a part that is no more, with the end of what it said."""
        for part, process in self.running:
            code = process.exit_code()
            if code is not None and part.ends:
                self._tell_done(part, process, code)
            elif code is not None:
                how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
                message = f"{part.name} {how}{_tail(process)}"
                raise StackError(message)

    def _tell_done(self, part: Part, process: Process, code: int) -> None:
        if part.name not in self._done:
            self._done.add(part.name)
            self._say(f"{part.name} is done" if code == 0 else f"{part.name} failed{_tail(process)}")

    def watch(self) -> None:
        """Returns never: raises StackError when a part dies."""
        while True:
            self.check()
            time.sleep(LOOK_EVERY_SECONDS)

    def end(self) -> None:
        """The last started ends first, so that nobody loses what it still needs."""
        while self.running:
            part, process = self.running[-1]
            if process.exit_code() is None:
                process.end()
                with suppress(OSError):  # whoever listened has gone: the others are ended all the same
                    self._say(f"{part.name} has ended")
            self.running.pop()


def _tail(process: Process) -> str:
    return f"; {process.log} ends with:\n{process.last_lines()}"
