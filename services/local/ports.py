"""Ports on the loopback interface."""

import random
import socket
from collections.abc import Callable

LOOPBACK = "127.0.0.1"
HIGHEST = 65535
QUIET = range(20_000, 32_000)
"""Below those that the system hands to clients: there a client that calls a server which is down may call itself."""


def is_free(port: int) -> bool:
    """Whether one could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(wanted: int = 0) -> int:
    """The wanted port, else the next one that is free; 0 begins anywhere."""
    for port in range(wanted or random.choice(QUIET), HIGHEST + 1):
        if is_free(port):
            return port
    message = f"no port is free from {wanted} on"
    raise OSError(message)


class Promises:
    """Ports kept for servers that have yet to listen, also from other stacks that start at the same moment.

    A promise is a socket of an abstract name, which the system takes back when its holder dies, however it dies.
    """

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def port(self, wanted: int) -> int:
        """The wanted port, else the next one that is free and promised to nobody."""
        while True:
            wanted = free_port(wanted)
            promise = socket.socket(socket.AF_UNIX)
            try:
                promise.bind(f"\0nsm-port-{wanted}")
            except OSError:
                promise.close()
                wanted += 1
            else:
                self._held.append(promise)
                return wanted

    def port_of(self, part: str, usual: int, say: Callable[[str], None]) -> int:
        """As ``port``; says so where it is not the usual one, for whoever looks there."""
        port = self.port(usual)
        if port != usual:
            say(f"{usual} is taken: {part} on {port}")
        return port

    def release(self) -> None:
        """They listen by now, or never will."""
        while self._held:
            self._held.pop().close()


def answers(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
