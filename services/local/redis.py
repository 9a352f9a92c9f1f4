"""One real Redis on the loopback interface, set up so that state is neither evicted nor lost beyond a second."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schemas.errors import MissingPartError
from services.local.install import program
from services.local.ports import LOOPBACK
from services.local.process import Process

READY_WITHIN_SECONDS: Final = 30.0

SETTINGS: Final[Mapping[str, str]] = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    # a script's writes are kept or lost as one; what is evicted would be lost alone
    "maxmemory-policy": "noeviction",
    "save": "",
    "daemonize": "no",
    "bind": LOOPBACK,
}


class Redis:
    """A server with its data in a folder."""

    def __init__(self, folder: Path, port: int, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = port
        self.settings = {**SETTINGS, **(settings or {})}
        self.log = folder / "redis.log"

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def command(self) -> list[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        given = {**self.settings, "port": str(self.port), "dir": str(self.folder.resolve())}
        return [program("redis-server"), *(word for name, value in given.items() for word in (f"--{name}", value))]

    def start(self) -> Process:
        """Starts it and waits until it has loaded its data; raises MissingPartError with its log otherwise."""
        process = Process(self.command(), self.log)
        if not process.wait_until(self.ready, READY_WITHIN_SECONDS):
            process.kill()
            message = f"Redis did not start:\n{process.last_lines()}"
            raise MissingPartError(message)
        return process

    def ready(self) -> bool:
        """Answers PING; while it still loads its data it answers with an error."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
