"""W1 as a Faust agent is written by the book: JSON values, one event at a time, tables with a changelog.

    python -m tests.benchmarks.stock_faust BROKER TOPIC EVENTS OUT

Writes speed and answer to OUT once it has seen so many events, and ends.
"""

import json
import os
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import faust

from tests.benchmarks.exact import BUCKET_MS, DAY_MS, FIRST_DAY, WEEK_MS
from tests.benchmarks.processes import cpu_seconds, peak_mb

PARTITIONS = 4
WARM = 500
"""Events before the clock starts."""


class Tables:
    """What W1 asks for."""

    def __init__(self, app: faust.App) -> None:
        def numbers(name: str) -> Any:
            return app.Table(name, default=int, partitions=PARTITIONS)

        self.orders, self.revenue = numbers("orders"), numbers("revenue")
        self.actives, self.minutes = numbers("actives"), numbers("minutes")
        self.first_orders, self.repeat_orders = numbers("first_orders"), numbers("repeat_orders")
        self.users = app.Table("users", default=_nobody, partitions=PARTITIONS)

    def count(self, event: dict[str, Any]) -> None:
        """One event's effect; a table's row is only written where it changes."""
        t = round(datetime.fromisoformat(event["time"]).timestamp() * 1000)
        key, day = event["user_id"], t // DAY_MS + FIRST_DAY
        user = self.users[key]
        is_order, is_new_day = event["event"] == "order_completed", day not in user["days"]
        if is_new_day:
            user["days"].append(day)
            self.actives[day] += 1
        if is_order:
            cell = f"{t // BUCKET_MS}|{event['country']}"
            self.orders[cell] += 1
            self.revenue[cell] += round(event["amount"] * 100)
            self._order(user["times"], t)
        elif event["event"] == "listening_ended":
            self.minutes[day] += round(event["minutes"] * 10)
        if is_new_day or is_order:
            self.users[key] = user

    def _order(self, times: list[int], t: int) -> None:
        """First and repeat orders: one that comes late corrects the one after it."""
        place = bisect_right(times, t)
        before, after = times[place - 1 : place] if place else [], times[place : place + 1]
        self._judge(before, t, 1)
        for following in after:
            self._judge(before, following, -1)
            self._judge([t], following, 1)
        times.insert(place, t)

    def _judge(self, before: list[int], t: int, sign: int) -> None:
        day = t // DAY_MS + FIRST_DAY
        if not before:
            self.first_orders[day] += sign
        elif t - before[0] <= WEEK_MS:
            self.repeat_orders[day] += sign

    def answer(self) -> dict[str, dict[str, int]]:
        """Measure -> piece|segment -> number; what was ordered in all countries is added up here."""
        daily = ("actives", "minutes", "first_orders", "repeat_orders")
        by_day = {name: {f"{day}|": n for day, n in getattr(self, name).items()} for name in daily}
        by_bucket = {"orders": Counter(dict(self.orders.items())), "revenue": Counter(dict(self.revenue.items()))}
        for cells in by_bucket.values():
            for cell, number in list(cells.items()):
                cells[cell.partition("|")[0] + "|"] += number
        return by_bucket | by_day


def _nobody() -> dict[str, list[int]]:
    return {"days": [], "times": []}


def main() -> None:
    """Runs until the last event was counted."""
    broker, topic_name, number, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    app = faust.App(
        f"stock-{topic_name}",
        broker=f"kafka://{broker}",
        store="memory://",
        datadir=tempfile.mkdtemp(prefix="nsm-stock-"),
        value_serializer="json",
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        web_enabled=False,
        producer_linger=0.1,  # its default sends the changelog message by message: half the speed
    )
    tables = Tables(app)
    topic = app.topic(topic_name, key_type=bytes, key_serializer="raw", value_serializer="json")

    async def fold(stream):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - Faust reads the annotations
        seen, began = 0, (0.0, 0.0)
        async for event in stream:
            tables.count(event)
            seen += 1
            if seen == WARM:
                began = time.monotonic(), cpu_seconds(os.getpid())
            if seen == number:
                _write(out, number - WARM, began, tables)

    app.agent(topic)(fold)
    faust.Worker(app, loglevel="ERROR", redirect_stdouts=False, quiet=True).execute_from_commandline()


def _write(out: Path, events: int, began: tuple[float, float], tables: Tables) -> None:
    seconds, used = time.monotonic() - began[0], cpu_seconds(os.getpid()) - began[1]
    peak = peak_mb(os.getpid())
    told = {"events": events, "seconds": seconds, "cpu_seconds": used, "peak_mb": peak, "answer": tables.answer()}
    part = out.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.rename(out)
    os._exit(0)


if __name__ == "__main__":
    main()
