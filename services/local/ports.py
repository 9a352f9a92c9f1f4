"""Ports on the loopback interface."""

import random
import socket
from collections.abc import Collection

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


def free_port(wanted: int = 0, taken: Collection[int] = ()) -> int:
    """The wanted port, else the next one that is free and not among those already promised; 0 begins anywhere."""
    for port in range(wanted or random.choice(QUIET), HIGHEST + 1):
        if port not in taken and is_free(port):
            return port
    message = f"no port is free from {wanted} on"
    raise OSError(message)


def answers(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
