"""Where versions are kept."""

import msgspec

from streams.state.port import Reader, Store
from streams.state.redis.copier import RedisCopier
from streams.state.serving import Registry


class Stores(msgspec.Struct, frozen=True):
    """All of one Redis, and the connection that copies."""

    registry: Registry
    reader: Reader
    store: Store
    copier: RedisCopier
