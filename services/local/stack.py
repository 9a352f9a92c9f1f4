"""The whole road on this machine.

rules ──▶ Kafka + Redis + Alertmanager ──▶ topics ──▶ workers + exporter ──▶ Prometheus
"""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from schemas.definition.loading import load
from schemas.errors import StackError
from services.local import install, parts
from services.local.folder import DataFolder
from services.local.kafka import Kafka, KafkaAddress
from services.local.parts import Part
from services.local.ports import LOOPBACK, Promises
from services.local.prometheus import HISTORY, Scrape, alertmanager, prometheus
from services.local.redis import Redis
from services.local.signals import leaving_on_signals
from services.local.supervisor import Supervisor
from services.local.topics import create_topics
from services.provisioner.rules.command import ROUTES_NAME
from services.settings import environment
from services.topics import PARTITIONS

PORTS: Final = {
    "kafka": 9092,
    "redis": 6379,
    "exporter": 9464,
    "prometheus": 9090,
    "alertmanager": 9093,
    "controller": 19093,
}
PROGRAMS: Final = {
    "kafka": ("java", "mvn"),
    "redis": ("redis-server",),
    "prometheus": ("prometheus",),
    "alertmanager": ("prometheus-alertmanager",),
}
RECEIVERS: Final = "receivers.yml"
"""Who is told by what, beside the definition."""
OPTIONAL: Final = ("worker", "exporter", "prometheus", "history", "alertmanager")
"""What the stack can be run without; Kafka and Redis are left out by naming others in NSM_KAFKA and NSM_REDIS."""


def silent(line: str) -> None:
    """Says nothing."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the stack runs, and where its data is."""

    data: Path = Path(".nsm")
    without: frozenset[str] = frozenset()
    workers: int = 1
    partitions: int = PARTITIONS
    say: Callable[[str], None] = silent
    """Told one line when something has happened."""
    environment: Mapping[str, str] = msgspec.field(default_factory=environment)
    """NSM_KAFKA and NSM_REDIS name those that run already."""
    cli: Sequence[str] = parts.OURS


class Stack:
    """``with Stack(Path("nsm.yaml")) as stack:``  Everything is ready inside the block and has ended after it."""

    def __init__(self, definition: Path, options: Options | None = None) -> None:
        self.definition = definition.resolve()
        self.options = options or Options()
        self.folder = DataFolder(self.options.data)
        self.supervisor = Supervisor(self.folder.path / "logs", self.options.say)
        self.addresses: dict[str, str] = {}
        self._promises = Promises()
        self._running = ExitStack()

    @property
    def kafka(self) -> str:
        """Bootstrap servers."""
        return self.addresses["kafka"]

    @property
    def redis(self) -> str:
        """URL, as those below."""
        return self.addresses["redis"]

    @property
    def exporter(self) -> str:
        return self.addresses["exporter"]

    @property
    def prometheus(self) -> str:
        return self.addresses["prometheus"]

    @property
    def alertmanager(self) -> str:
        return self.addresses["alertmanager"]

    def __enter__(self) -> Self:
        definition = load(self.definition)
        self._find_programs()
        with ExitStack() as started:
            started.enter_context(leaving_on_signals())
            started.enter_context(self.folder)
            started.callback(self.supervisor.end)
            started.callback(self._promises.release)
            self._render()
            self.supervisor.start(self._stores())
            for topic in create_topics(self.kafka, definition, self.options.partitions):
                self.options.say(f"made topic {topic}")
            self.supervisor.start(self._services())
            self.supervisor.start(self._history())
            self.supervisor.start(self._past())
            self.folder.announce(self.addresses)
            self._running = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def history(self) -> Path:
        """Where Prometheus keeps its blocks; those that promtool makes there are found within a minute."""
        return self.folder.path / HISTORY

    def check(self) -> None:
        """Raises StackError when a part has died."""
        self.supervisor.check()

    def watch(self) -> None:
        """Until a part dies, which raises StackError, or someone ends it."""
        self.supervisor.watch()

    def _find_programs(self) -> None:
        for name, programs in PROGRAMS.items():
            if name not in self.options.without and not self._given(name):
                install.ensure(programs)

    def _given(self, name: str) -> str | None:
        return self.options.environment.get(f"NSM_{name.upper()}") if name in ("kafka", "redis") else None

    def _wants(self, name: str) -> bool:
        return name not in self.options.without

    def _port(self, name: str) -> int:
        """The usual one, or the next that is free."""
        return self._promises.port_of(name, PORTS[name], self.options.say)

    def _stores(self) -> list[Part]:
        """Those that the services need."""
        made = []
        for name, make in (("kafka", self._kafka), ("redis", self._redis)):
            given = self._given(name)
            if given:
                self.addresses[name] = given
            else:
                made.append(make())
        if self._wants("alertmanager"):
            part = alertmanager(self.folder.path, self._port("alertmanager"), self._rules / ROUTES_NAME)
            self.addresses["alertmanager"] = part.address
            made.append(part)
        return made

    def _kafka(self) -> Part:
        kafka = Kafka(self.folder.path / "kafka", KafkaAddress(self._port("kafka"), self._port("controller")))
        kafka.log = self.folder.path / "logs/kafka.log"
        self.addresses["kafka"] = kafka.address.bootstrap
        return Part(name="kafka", command=kafka.command(), ready=kafka.ready, address=kafka.address.bootstrap)

    def _redis(self) -> Part:
        redis = Redis(self.folder.path / "redis", self._port("redis"))
        self.addresses["redis"] = redis.url
        return Part(name="redis", command=redis.command(), ready=redis.ready, address=redis.url)

    def _services(self) -> list[Part]:
        """Workers and exporter."""
        cli = self.options.cli
        made = []
        if self._wants("exporter"):
            port = self._port("exporter")
            self.addresses["exporter"] = f"http://{LOOPBACK}:{port}"
            made.append(parts.exporter(port, self.definition, self.addresses, cli))
        if self._wants("worker"):
            numbers = range(1, self.options.workers + 1)
            made += [parts.worker(number, self.definition, self.addresses, cli) for number in numbers]
        return made

    def _history(self) -> list[Part]:
        """Prometheus, over rules made from the definition."""
        if not self._wants("prometheus"):
            return []
        exporter = self.addresses.get("exporter", f"{LOOPBACK}:{PORTS['exporter']}")
        scrape = Scrape(
            exporter=exporter.removeprefix("http://"),
            rules=self._rules,
            alertmanager=self.addresses.get("alertmanager", "").removeprefix("http://") or None,
        )
        part = prometheus(self.folder.path, self._port("prometheus"), scrape)
        self.addresses["prometheus"] = part.address
        return [part]

    def _past(self) -> list[Part]:
        """Once only: a Prometheus that has it already is left as it is."""
        if not all(self._wants(name) for name in ("history", "prometheus", "exporter")):
            return []
        if install.find("promtool") is None:
            self.options.say("no promtool on this machine: the history of Prometheus begins now")
            return []
        return [parts.history(self.definition, self.history, self.addresses, self.options.cli)]

    @property
    def _rules(self) -> Path:
        """What is made of the definition for Prometheus and Alertmanager."""
        return self.folder.path / "rules"

    def _render(self) -> None:
        """Rules, and routes to the receivers that stand beside the definition, if any do."""
        if not (self._wants("prometheus") or self._wants("alertmanager")):
            return
        receivers = self.definition.with_name(RECEIVERS)
        told = ["--receivers", str(receivers)] if receivers.exists() else []
        done = subprocess.run(
            [*self.options.cli, "rules", "render", str(self._rules), "--definition", str(self.definition), *told],
            env={**os.environ, **parts.own_environment({})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            message = f"the alert rules could not be written:\n{done.stderr.strip()}"
            raise StackError(message)
