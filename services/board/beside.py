"""A question asked in a thread of its own, so that nobody waits for the answer."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """``latest`` is the last answer, None before there was one; ``ask`` must not raise."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self.latest: T | None = None
        self._ask = ask
        self._asking: threading.Thread | None = None

    def begin(self) -> None:
        """Asks anew, unless an answer is still waited for."""
        if self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._take, daemon=True)
            self._asking.start()

    def wait(self, seconds: float) -> None:
        """Until it is answered, but no longer than this."""
        if self._asking is not None:
            self._asking.join(seconds)

    def _take(self) -> None:
        self.latest = self._ask()
