"""One real Apache Kafka broker that is its own controller (KRaft), on the loopback interface.

Its jars come from ``KAFKA_HOME`` where that is set, else from a cache that Maven fills once from deploy/kafka/pom.xml.
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from schemas.errors import MissingPartError
from services.local.install import program
from services.local.ports import LOOPBACK, answers
from services.local.process import Process

POM: Final = Path(__file__).parents[2] / "deploy/kafka/pom.xml"
COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
CLUSTER: Final = "bnNtLWxvY2FsLXN0YWNrLTE"
READY_WITHIN_SECONDS: Final = 60.0
QUICK_JVM: Final[Sequence[str]] = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
STEADY_JVM: Final[Sequence[str]] = ("-Xms256m", "-Xmx1g", "-XX:+UseG1GC")
STARTED: Final = "Kafka Server started"

SETTINGS: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # a topic is made on purpose, with its partitions, never by a misspelt name
    "auto.create.topics.enable": "false",
    # lateness, dedupe and replays are judged by when the broker took an event
    "log.message.timestamp.type": "LogAppendTime",
    # the topic is what a changed definition is rebuilt from
    "log.retention.ms": "-1",
    # after a kill the broker waits until its former self is given up
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


class KafkaAddress(msgspec.Struct, frozen=True):
    """Where a broker listens; the data outlives a change of ports."""

    port: int
    controller_port: int

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"


def class_path() -> str:
    """For java's -cp.  Fills the cache if need be, which takes seconds and happens once a version."""
    home = os.environ.get("KAFKA_HOME")
    if home:
        libs = Path(home) / "libs"
        if not any(libs.glob("kafka_*.jar")):
            message = f"KAFKA_HOME is {home}, but {libs} holds no Kafka"
            raise MissingPartError(message)
        return f"{libs}/*"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nsm"
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    jars = cache / f"kafka-{wanted}"
    if not jars.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / f"kafka-{wanted}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not jars.exists():
                _fetch(jars)
    return f"{jars}/*"


def _fetch(jars: Path) -> None:
    """Into a folder beside the place first, then moved there whole, so that a half-filled cache is never used."""
    part = jars.with_suffix(".part")
    sys.stderr.write("fetching Kafka through Maven, once\n")
    command = [program("mvn"), "-q", "-B", "-f", str(POM), COPY, f"-DoutputDirectory={part}", "-DincludeScope=runtime"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"Maven could not fetch Kafka:\n{(done.stdout + done.stderr).strip()[-2000:]}"
        raise MissingPartError(message)
    part.rename(jars)


class Kafka:
    """A broker with its data in a folder.  Starting again over the same folder goes on with the same topics."""

    def __init__(
        self,
        folder: Path,
        address: KafkaAddress,
        settings: Mapping[str, str] | None = None,
        jvm: Sequence[str] = STEADY_JVM,
    ) -> None:
        self.folder = folder
        self.address = address
        self.settings = dict(settings or {})
        self.jvm = jvm
        self.log = folder / "kafka.log"

    def command(self) -> list[str]:
        """Writes the broker's settings, formats its folder once, and says how it is started."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "server.properties"
        file.write_text("".join(f"{name}={value}\n" for name, value in self.properties().items()), encoding="utf-8")
        java = [program("java"), *self.jvm, "-cp", class_path()]
        if not (self.folder / "data/meta.properties").exists():
            _format([*java, "-XX:TieredStopAtLevel=1"], file)
        return [*java, "kafka.Kafka", str(file)]

    def properties(self) -> dict[str, str]:
        """What server.properties will say."""
        broker, controller = self.address.bootstrap, f"{LOOPBACK}:{self.address.controller_port}"
        listeners = f"PLAINTEXT://{broker},CONTROLLER://{controller}"
        return {
            **SETTINGS,
            "controller.quorum.bootstrap.servers": controller,
            "listeners": listeners,
            "advertised.listeners": listeners,
            "log.dirs": str(self.folder.resolve() / "data"),
            **self.settings,
        }

    def start(self) -> Process:
        """Starts it and waits until it serves; raises MissingPartError with the end of its log otherwise."""
        process = Process(self.command(), self.log)
        if not process.wait_until(self.ready, READY_WITHIN_SECONDS):
            process.kill()
            message = f"Kafka did not start:\n{process.last_lines()}"
            raise MissingPartError(message)
        return process

    def ready(self) -> bool:
        """It listens before it can serve; its log says when it can."""
        with contextlib.suppress(OSError):
            return STARTED in self.log.read_text(encoding="utf-8", errors="replace") and answers(self.address.port)
        return False


def _format(java: list[str], file: Path) -> None:
    command = [*java, "kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", CLUSTER]
    done = subprocess.run([*command, "-c", str(file)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"Kafka's data folder could not be made:\n{(done.stdout + done.stderr).strip()[-2000:]}"
        raise MissingPartError(message)
