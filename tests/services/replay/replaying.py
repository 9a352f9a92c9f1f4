"""A file of orders, and the command over it."""

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from services.cli.main import main

DEFINITION = """\
company: Versvork
time_zone: Europe/Amsterdam
events:
  topic: orders
  format: {id: event_id, type: event, time: ts}
  keyed_by: user_id
  lateness: 1d
  dedupe: 1h
dimensions:
  city: {property: city, limit: 5}
measures:
  orders: {count: order_completed, by_dimension: [city]}
  revenue: {sum: order_completed.amount, unit: EUR, decimals: 2}
  customers: {distinct: user_id, of: order_completed}
  first_orders: {first: order_completed, by: user_id}
metrics:
  orders: {measure: orders, window: [{calendar: week}, {calendar: month}, {calendar: quarter}, {rolling: 7d}, lifetime]}
  average_order_value: {ratio: [revenue, orders], window: {calendar: month}}
  new_customers: {measure: first_orders, window: {calendar: month}}
north_star: {metric: average_order_value}
"""
ORDERS = [
    ("a", "anna", "2027-01-31T22:30:00Z", "10.10", "Delft"),  # still January in Amsterdam
    ("b", "bram", "2027-01-31T23:30:00Z", "20.00", "Gouda"),  # already February there
    ("c", "anna", "2027-03-02T09:00:00+01:00", "0.90", "Delft"),
    ("d", "cato", "2027-04-05T09:00:00+02:00", "5", "Delft"),
]


def line(id_: str, user: str, ts: str, amount: str, city: str) -> bytes:
    order = f'"user_id":"{user}","ts":"{ts}","amount":{amount},"city":"{city}"'
    return f'{{"event_id":"{id_}","event":"order_completed",{order}}}\n'.encode()


LINES = [line(*order) for order in ORDERS]


class Replay:
    """Runs the command over lines in a file."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        (folder / "nsm.yaml").write_text(DEFINITION)
        self.code, self.err = 0, ""

    def __call__(self, lines: Iterable[bytes], *arguments: str, name: str = "events.jsonl") -> str:
        file = self.folder / name
        whole = b"".join(lines)
        file.write_bytes(gzip.compress(whole) if name.endswith(".gz") else whole)
        return self.run([str(file), *arguments])

    def run(self, arguments: Sequence[str]) -> str:
        self.code = main(["replay", "--definition", str(self.folder / "nsm.yaml"), *arguments])
        out, self.err = self.capsys.readouterr()
        return out

    def json(self, lines: Iterable[bytes], *arguments: str) -> dict[str, object]:
        answered: dict[str, object] = json.loads(self(lines, "--json", *arguments))
        return answered
