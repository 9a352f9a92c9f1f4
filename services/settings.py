"""What the environment says.

    NSM_KAFKA         bootstrap servers         127.0.0.1:9092
    NSM_REDIS         URL of the state          redis://127.0.0.1:6379/0
    NSM_EXPORTER      URL of the exporter       http://127.0.0.1:9464
    NSM_PROMETHEUS    URL of Prometheus         http://127.0.0.1:9090
    NSM_ALERTMANAGER  URL of Alertmanager       http://127.0.0.1:9093
    NSM_GRAFANA       URL of Grafana            http://127.0.0.1:3000

    NSM_GRAFANA_TOKEN       a service account's token     none
    NSM_GRAFANA_TOKEN_FILE  a file that holds it instead  none

Where a variable is not set, the local stack that runs in this folder is asked (``.nsm/stack.json``), then the default
holds.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

import msgspec

from schemas.errors import SettingsError
from services.secret import Secret

PREFIX = "NSM_"
STACK_FILE = Path(".nsm/stack.json")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the other parts are."""

    kafka: str = "127.0.0.1:9092"
    redis: str = "redis://127.0.0.1:6379/0"
    exporter: str = "http://127.0.0.1:9464"
    prometheus: str = "http://127.0.0.1:9090"
    alertmanager: str = "http://127.0.0.1:9093"
    grafana: str = "http://127.0.0.1:3000"
    grafana_token: Secret = Secret("")
    grafana_token_file: str = ""


def read_settings(environment: Mapping[str, str], stack: Mapping[str, object]) -> Settings:
    """Environment first, then the running stack, then defaults; raises SettingsError for a misspelt variable."""
    known = Settings.__struct_fields__
    found = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    for name in found.keys() - set(known):
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
        message = f"{PREFIX}{name.upper()} is no setting{hint}"
        raise SettingsError(message)
    given = {name: str(stack[name]) for name in known if name in stack} | found
    token = Secret(found.get("grafana_token", ""))
    return msgspec.convert({**given, "grafana_token": token}, Settings)


def running_stack(file: Path = STACK_FILE) -> dict[str, object]:
    """What the local stack of this folder says of itself; empty when none runs, or something else stands there."""
    try:
        stack: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
        os.kill(int(str(stack["pid"])), 0)
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return {}
    return stack


class Origin(StrEnum):
    """Where a setting comes from."""

    TOLD = "told"
    """By the environment."""
    STACK = "stack"
    STARTING = "starting"
    """A stack in this folder does not yet run."""
    USUAL = "usual"
    """Nobody said anything: it is the default."""


def origin(name: str, environment: Mapping[str, str], file: Path = STACK_FILE) -> Origin:
    """Of one setting."""
    if f"{PREFIX}{name.upper()}" in environment:
        return Origin.TOLD
    if running_stack(file):
        return Origin.STACK
    return Origin.STARTING if _is_held(file.with_name("lock")) else Origin.USUAL


def environment() -> Mapping[str, str]:
    """Of this process: the one place where it is asked for settings."""
    return os.environ


def settings() -> Settings:
    """The settings of this process."""
    return read_settings(environment(), running_stack())


def kafka_origin() -> Origin:
    """Of this process's Kafka."""
    return origin("kafka", environment())


def _is_held(lock: Path) -> bool:
    """Whether a stack holds its folder; the number in the file may be another process's since that one was killed."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
