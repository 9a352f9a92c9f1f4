"""Which version of the definition is served and since when, asked of Redis; whoever provisions can do without."""

import asyncio
import logging

from services.no_answer import no_answer
from services.provisioner.grafana.events import TakeOver
from streams.state.redis import RedisRegistry
from streams.state.redis.connection import FAULTS

LONGEST_S = 5.0
AWAY: tuple[type[Exception], ...] = (*FAULTS, TimeoutError)

log = logging.getLogger(__name__)


class TakeOvers:
    """Says once that Redis is away, for as long as it is."""

    def __init__(self, redis: str) -> None:
        self._redis = redis
        self._told = False

    def served(self, company: str) -> TakeOver | None:
        """None where the first version is served still, or Redis does not answer."""
        try:
            serving = asyncio.run(asyncio.wait_for(RedisRegistry(self._redis).serving(company), LONGEST_S))
        except AWAY as error:
            if not self._told:
                said = no_answer("redis", self._redis, str(error) or type(error).__name__)
                log.warning("%s. Changes of the definition are not annotated", said)
            self._told = True
            return None
        self._told = False
        return TakeOver(serving.served, serving.since_ms) if serving.before else None
