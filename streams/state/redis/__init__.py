"""The state in Redis: one hash tag a partition, one script a commit."""

from streams.state.redis.reader import RedisReader
from streams.state.redis.registry import RedisRegistry
from streams.state.redis.store import RedisStore

__all__ = ["RedisReader", "RedisRegistry", "RedisStore"]
