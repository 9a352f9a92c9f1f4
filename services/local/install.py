"""The programs that the stack needs: found on the path, or named with the command that installs them.

As root on Debian they are installed.  Debian's packages would also start the servers as services, on the default
ports and with settings of their own; a policy-rc.d that answers 101 ("action forbidden") keeps them from it for as long
as apt runs.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from schemas.errors import MissingPartError

POLICY: Final = Path("/usr/sbin/policy-rc.d")
OLDEST_JAVA: Final = 17


class Program(msgspec.Struct, frozen=True):
    """A program, what it is for, and Debian's package of it."""

    name: str
    package: str
    purpose: str


PROGRAMS: Final = (
    Program("java", "default-jre-headless", "runs Kafka"),
    Program("mvn", "maven", "fetches Kafka once"),
    Program("redis-server", "redis-server", "keeps the state"),
    Program("prometheus", "prometheus", "keeps the history"),
    Program("promtool", "prometheus", "checks rules and fills the history"),
    Program("prometheus-alertmanager", "prometheus-alertmanager", "sends alerts"),
    Program("amtool", "prometheus-alertmanager", "checks the alerts' settings"),
)
BY_NAME: Final = {item.name: item for item in PROGRAMS}
ALSO_KNOWN_AS: Final = {"prometheus-alertmanager": ("prometheus-alertmanager", "alertmanager")}


def find(name: str) -> str | None:
    """The program's path, under any name that its makers or packagers give it."""
    for known in ALSO_KNOWN_AS.get(name, (name,)):
        path = shutil.which(known)
        if path and (name != "java" or _java_is_new_enough(path)):
            return path
    return None


def program(name: str) -> str:
    """The program's path; raises MissingPartError that names the command which installs it."""
    path = find(name)
    if path is None:
        raise MissingPartError(explain([BY_NAME[name]]))
    return path


def missing(names: Sequence[str]) -> list[Program]:
    """Those of these programs that are not there.  Maven is not missed where KAFKA_HOME brings Kafka."""
    unneeded = {"mvn"} if os.environ.get("KAFKA_HOME") else set()
    return [BY_NAME[name] for name in names if name not in unneeded and find(name) is None]


def explain(absent: Sequence[Program]) -> str:
    lines = [f"{item.name} is missing: it {item.purpose}." for item in absent]
    return "\n".join([*lines, f"Install with: {' '.join(_apt(absent))}"])


def ensure(names: Sequence[str]) -> None:
    """Afterwards all of them are there; else MissingPartError says what to do."""
    absent = missing(names)
    if not absent:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise MissingPartError(explain(absent))
    sys.stderr.write(f"installing {', '.join(item.name for item in absent)}\n")
    _install(absent)
    still = missing(names)
    if still:
        raise MissingPartError(explain(still))


def _apt(absent: Sequence[Program]) -> list[str]:
    packages = sorted({item.package for item in absent})
    return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]


def _install(absent: Sequence[Program]) -> None:
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        POLICY.chmod(0o755)
    try:
        for command in (["apt-get", "update"], _apt(absent)):
            done = subprocess.run(
                command,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                message = f"{' '.join(command)} failed:\n{(done.stdout + done.stderr).strip()[-2000:]}"
                raise MissingPartError(message)
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def _java_is_new_enough(path: str) -> bool:
    """``openjdk version "17.0.15"``; before 9 the version began with 1."""
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return found is not None and int(found[1]) >= OLDEST_JAVA
