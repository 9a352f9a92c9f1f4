"""Which version of the definition is served and since when, asked of Redis; whoever provisions can do without."""

import asyncio
import logging

from schemas.errors import in_words
from services.no_answer import no_answer
from services.provisioner.grafana.events import TakeOver
from streams.state.redis import RedisRegistry
from streams.state.redis.connection import FAULTS

LONGEST_S = 5.0
AWAY: tuple[type[Exception], ...] = (*FAULTS, TimeoutError)

log = logging.getLogger(__name__)


class TakeOvers:
    """What Redis says, and that it is away: once, for as long as it is, and not before ``tell``."""

    def __init__(self, redis: str) -> None:
        self._redis = redis
        self._trouble, self._told = "", False

    def served(self, company: str) -> TakeOver | None:
        """None where the first version is served still, or Redis does not answer."""
        try:
            serving = asyncio.run(asyncio.wait_for(RedisRegistry(self._redis).serving(company), LONGEST_S))
        except AWAY as error:
            said = no_answer("redis", self._redis, in_words(error))
            self._trouble = f"{said}. Changes of the definition are not annotated"
            return None
        self._trouble, self._told = "", False
        return TakeOver(serving.served, serving.since_ms) if serving.before else None

    def tell(self) -> None:
        """For when what cannot be done without has answered: where nothing runs, Grafana is what is missing."""
        if self._trouble and not self._told:
            log.warning("%s", self._trouble)
            self._told = True
