"""The Faust app: one agent a source, which hands each batch to the session of its partition."""

import asyncio
import gc
import logging
import os
import sys
import threading

import faust
from faust.app.base import BootStrategy
from faust.types import TP

from schemas.names import consumer_group
from streams.plan import Plan
from streams.worker import transport
from streams.worker.sessions import OwnedSessions
from streams.worker.succession import Succession

log = logging.getLogger(__name__)

POLL_RECORDS = 20_000
FETCH_BYTES = 4 * 1024 * 1024
"""Of one partition.  A commit has a fixed price, so what is there is better taken in few large batches."""
SESSION_TIMEOUT_S = 10.0
LEAVE_S = 5.0
"""How long Kafka may take to let a worker go; its partitions wait for the session time-out then."""
COLLECTING = 2_000_000, 20, 100
"""When Python looks for cycles: seldom, for records are many small lists, none of which is ever part of one."""


class _Boot(BootStrategy):
    enable_kafka_producer = False  # nothing is sent through Faust


class WorkerApp(faust.App):
    """Knows the sessions, which the transport asks for, and how its version comes to be served."""

    BootStrategy = _Boot
    logger = logging.getLogger(f"{transport.FAUST_LOG}.app")  # mode's, for its own starts and stops
    sessions: OwnedSessions
    succession: Succession

    def _create_directories(self) -> None:
        """None: nothing is kept on disk here."""

    async def on_start(self) -> None:
        """Watches for a consumer that fell silent, and for the moment to take over."""
        self.add_future(self.sessions.watch())
        self.add_future(self.succession.watch(self.sessions.limits))
        await super().on_start()

    async def on_stop(self) -> None:
        """Finishes the batches at work before the group is left; a Kafka that is away is not waited for."""
        await self.sessions.drain()
        leaving = threading.Timer(LEAVE_S, _leave)
        leaving.daemon = True
        leaving.start()
        await super().on_stop()


def build_app(kafka: str, plan: Plan, sessions: OwnedSessions, succession: Succession) -> WorkerApp:
    """``kafka`` are bootstrap servers, comma-separated."""
    transport.install()
    app = WorkerApp(
        consumer_group(plan.version),
        broker=[f"{transport.SCHEME}://{server.strip()}" for server in kafka.split(",")],
        store="memory://",
        consumer_auto_offset_reset="none",
        broker_max_poll_records=POLL_RECORDS,
        consumer_max_fetch_size=FETCH_BYTES,
        stream_buffer_maxsize=4,
        stream_wait_empty=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=SESSION_TIMEOUT_S / 5,
        broker_rebalance_timeout=SESSION_TIMEOUT_S,
        broker_commit_interval=1.0,
        agent_supervisor="mode.supervisors:CrashingSupervisor",
    )
    app.sessions, app.succession = sessions, succession
    for name in [*plan.sources, *plan.stages]:
        topic = app.topic(name, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes)
        app.agent(topic, name=f"fold-{name}")(_fold(sessions))
    return app


def run(app: WorkerApp) -> None:
    """Until SIGTERM or Ctrl-C, after which the process ends with exit code 0."""
    gc.set_threshold(*COLLECTING)
    worker = faust.Worker(app, override_logging=False, redirect_stdouts=False, quiet=True)
    worker.spinner = None  # it writes cursor movements into logs
    worker.execute_from_commandline()


def stop(why: str) -> None:
    """Ends the process at once with exit code 1: what was not committed is folded again by the next."""
    log.critical("stopped: %s", why)
    sys.stderr.flush()
    os._exit(1)


def _leave() -> None:
    log.warning("Kafka did not answer within %.0f s: left without a word to it", LEAVE_S)
    sys.stderr.flush()
    os._exit(0)


def _fold(sessions: OwnedSessions):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Faust reads the function's own annotations
    async def fold(stream):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        async for batch in stream:
            session = sessions.get(TP(batch.topic, batch.partition))
            if session is None or session.over or session is not batch.stamp:
                continue  # handed out before a seek or a rebalance: void
            await session.put(batch)
            await asyncio.sleep(0)

    return fold
