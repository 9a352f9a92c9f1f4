"""Asks the exporter again and again: what it tells every second, histories every ten; alerts beside it."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from services.board.alerts import Alerts
from services.board.beside import Beside
from services.board.exporter import Exporter, NoAnswerError, Numbers
from services.board.history import History, history, reach
from services.board.making import Answers, shown_metrics, view
from services.board.view import View

HISTORY_EVERY_S = 10
RATE_OVER = 10
"""Rounds that the rate of events is taken over."""


class Watch:
    """What was seen last, and why there is nothing newer."""

    def __init__(
        self,
        exporter: Exporter,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        alerts: Beside[Alerts] | None = None,
    ) -> None:
        self.exporter, self.now, self.alerts = exporter, now, alerts
        self.view: View | None = None
        self.trouble = ""
        self._counts: deque[tuple[datetime, int]] = deque(maxlen=RATE_OVER)
        self._histories: dict[str, History] = {}
        self._asked: datetime | None = None
        self._moved: tuple[datetime, int] | None = None

    def look(self) -> None:
        """One round; what goes wrong is kept in ``trouble``.  Alerts are those that are known by its end."""
        if self.alerts is not None:
            self.alerts.begin()
        try:
            numbers = self.exporter.numbers()
            readings, steering = self.exporter.readings(), self.exporter.steering()
            self._look_back(shown_metrics(readings, steering), datetime.fromisoformat(readings["read_at"]))
        except NoAnswerError as error:
            self.trouble = str(error)
            self._counts.clear()
            self._moved = None
        else:
            self.trouble = ""
            self.view = view(
                Answers(
                    readings=readings,
                    steering=steering,
                    numbers=numbers,
                    histories=self._histories,
                    rate=self._rate(numbers),
                    still_s=self._still(numbers),
                    alerts=self._alerts(),
                )
            )

    def wait_for_alerts(self, seconds: float) -> None:
        """Until those asked for last are known, but no longer than this."""
        if self.alerts is not None:
            self.alerts.wait(seconds)

    def _alerts(self) -> Alerts | None:
        if self.alerts is None:
            return None
        return self.alerts.latest or Alerts(at=self.now(), known=False, trouble="nobody has answered yet")

    def _look_back(self, windows: dict[str, str], read_at: datetime) -> None:
        """Before ``read_at``, by the exporter's clock: this machine's may be another."""
        now = self.now()
        if self._asked is not None and (now - self._asked).total_seconds() < HISTORY_EVERY_S:
            return
        for metric, window in windows.items():
            begin = read_at - reach(window)
            answered = self.exporter.reading(metric, window=window, **{"from": begin.isoformat()})
            self._histories[metric] = history(window, answered)
        self._asked = now

    def _still(self, numbers: Numbers) -> float:
        """For how many seconds events have waited and no position has moved."""
        now = self.now()
        if self._moved is None or not numbers.lag or self._moved[1] != numbers.folded:
            self._moved = now, numbers.folded
        return (now - self._moved[0]).total_seconds()

    def _rate(self, numbers: Numbers) -> float | None:
        """Events a second, whatever became of them."""
        now, count = self.now(), sum(numbers.outcomes.values())
        self._counts.append((now, count))
        first, before = self._counts[0]
        seconds = (now - first).total_seconds()
        return (count - before) / seconds if seconds > 0 else None
