"""Asks the exporter again and again: readings and numbers every second, histories every ten."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from services.board.exporter import Exporter, NoAnswerError, Numbers
from services.board.history import History, history, reach
from services.board.view import View, shown_metrics, view

HISTORY_EVERY_S = 10
RATE_OVER = 10
"""Rounds that the rate of events is taken over."""


class Watch:
    """What was seen last, and why there is nothing newer."""

    def __init__(self, exporter: Exporter, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.exporter, self.now = exporter, now
        self.view: View | None = None
        self.trouble = ""
        self._counts: deque[tuple[datetime, int]] = deque(maxlen=RATE_OVER)
        self._histories: dict[str, History] = {}
        self._asked: datetime | None = None

    def look(self) -> None:
        """One round; what goes wrong is kept in ``trouble``."""
        try:
            numbers = self.exporter.numbers()
            readings = self.exporter.readings()
            self._look_back(shown_metrics(readings, numbers))
        except NoAnswerError as error:
            self.trouble = str(error)
            self._counts.clear()
        else:
            self.trouble = ""
            self.view = view(readings, numbers, self._histories, self._rate(numbers))

    def _look_back(self, windows: dict[str, str]) -> None:
        now = self.now()
        if self._asked is not None and (now - self._asked).total_seconds() < HISTORY_EVERY_S:
            return
        for metric, window in windows.items():
            begin = now - reach(window)
            answered = self.exporter.reading(metric, window=window, **{"from": begin.isoformat()})
            self._histories[metric] = history(window, answered)
        self._asked = now

    def _rate(self, numbers: Numbers) -> float | None:
        """Events a second, whatever became of them."""
        now, count = self.now(), sum(numbers.outcomes.values())
        self._counts.append((now, count))
        first, before = self._counts[0]
        seconds = (now - first).total_seconds()
        return (count - before) / seconds if seconds > 0 else None
