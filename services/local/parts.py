"""What a part of the stack is, and those parts that are programs of our own."""

import http.client
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from services.local.ports import LOOPBACK

ROOT: Final = Path(__file__).parents[2]
OURS: Final = (sys.executable, "-m", "services.cli")
OK: Final = 200


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One child process: how it is started and when it counts as ready."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    address: str = ""
    """Where people find it; empty for a part that nobody calls."""
    environment: Mapping[str, str] = {}
    ready_within_seconds: float = 60
    ends: bool = False
    """Whether it ends by itself when its work is done; then the stack goes on without it, also where it failed."""


def always() -> bool:
    """For a part without an address: it is ready as soon as it runs."""
    return True


def says_ok(port: int, path: str) -> bool:
    """Whether a GET is answered with 200 now."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def own_environment(addresses: Mapping[str, str]) -> dict[str, str]:
    """What our services are told: ``{"kafka": "..."}`` becomes NSM_KAFKA."""
    told = {f"NSM_{name.upper()}": value for name, value in addresses.items()}
    return {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **told}


def worker(number: int, definition: Path, addresses: Mapping[str, str], cli: Sequence[str] = OURS) -> Part:
    """A Faust worker; any number of them share the partitions."""
    return Part(
        name=f"worker-{number}",
        command=[*cli, "worker", str(definition)],
        ready=always,
        environment=own_environment(addresses),
    )


def exporter(port: int, definition: Path, addresses: Mapping[str, str], cli: Sequence[str] = OURS) -> Part:
    """The readings, for Prometheus and as JSON."""
    return Part(
        name="exporter",
        command=[*cli, "exporter", str(definition), "--port", str(port)],
        ready=lambda: says_ok(port, "/health/ready"),  # every partition is in the hands of a worker
        address=f"http://{LOOPBACK}:{port}",
        environment=own_environment(addresses),
    )


def history(definition: Path, data: Path, addresses: Mapping[str, str], cli: Sequence[str] = OURS) -> Part:
    """Fills the past into a Prometheus' data, once what was published is counted."""
    return Part(
        name="history",
        command=[*cli, "history", str(definition), "--into", str(data), "--once", "--wait"],
        ready=always,
        environment=own_environment(addresses),
        ends=True,
    )
