"""Folds logs of events in memory, in the ways that must not matter."""

import itertools
import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

from schemas.definition import model, steering
from schemas.definition.model import Definition
from schemas.events.needs import Raw, RawRecord
from streams.events.admission import Admission, Admitted
from streams.events.decoding import Decoder
from streams.fold import Work
from streams.plan import Plan, SourcePlan
from streams.restating.restated import Restating
from streams.state.port import Snapshot, Standing
from tests.streams.packed import Packed

DAY = 86_400_000
HOUR = 3_600_000

Cells = dict[tuple[str, str], int]
"""(series, field) -> number, zeros left out."""


def event(id_: str, type_: str, user: str | None, t: int, **properties: object) -> dict[str, object]:
    """A flat event as JSON has it; ``t`` in epoch milliseconds."""
    whole: dict[str, object] = {"event_id": id_, "event": type_, "time": t, **properties}
    return whole if user is None else {**whole, "user_id": user}


def raws(events: Iterable[dict[str, object]], append_ms: int | Sequence[int] = 2_000_000_000_000) -> list[Raw]:
    """A log, as the broker would have it."""
    listed = list(events)
    appended = [append_ms] * len(listed) if isinstance(append_ms, int) else append_ms
    return [
        RawRecord(offset, at, None, json.dumps(one).encode(), ())
        for offset, (one, at) in enumerate(zip(listed, appended, strict=True))
    ]


class PartitionFold:
    """One partition, folded batch by batch; records go through their packed form after every batch."""

    def __init__(self, plan: SourcePlan, restating: Restating | None = None) -> None:
        """``restating`` also tells what came late, which hangs on the order of events."""
        self.plan, self.decoder, self.restating = plan, Decoder(plan.needs), restating
        self.standing = Standing(position=0)
        self.packed = Packed()
        self.cells: Counter[tuple[str, str]] = Counter()
        self.keys: dict[str, dict[int, Counter[str]]] = {}
        self.totals: Counter[str] = Counter()
        self.refused: list[tuple[int, str]] = []
        self.ids: dict[int, bytes] = {}

    def fold(self, batch: list[Raw]) -> None:
        """As a worker does: a new session each time, so that nothing lives but what would be stored."""
        admission = Admission(self.plan.source, self.ids)
        following = batch[-1].offset + 1 if batch else self.standing.position
        admitted = admission.admit(batch, self.decoder.decode(batch), self.standing, following)
        plain = Work(self.plan, admitted.batch, self.decoder)
        work = plain if self.restating is None else self.restating.work(admitted, self.decoder)
        records = self.packed.of(work.wanted)
        effect = work.fold(records, self.standing.floor)
        self.packed.keep(records, effect.changed)
        for series, keys in effect.cells.items():
            for number, fields in keys.items():
                self.keys.setdefault(series, {}).setdefault(number, Counter()).update(fields)
                self.cells.update({(series, field): delta for field, delta in fields.items()})
        self.totals.update({name: number for name, number in admitted.outcomes.items() if number})
        self.totals.update(effect.totals)
        self.refused += [(batch[one.index].offset, one.reason) for one in admitted.refused]
        for slot, blob in admitted.ids.items():
            self.ids[slot] = self.ids.get(slot, b"") + blob
        for slot in admitted.expired:
            self.ids.pop(slot, None)
        self.sent(admitted, plain, [raw.offset for raw in batch])
        self.standing = admitted.standing

    def sent(self, admitted: Admitted, work: Work, offsets: list[int]) -> None:
        """What goes on to other stages before the standing moves: here nothing."""

    def snapshot(self) -> Snapshot:
        """As a reader would get it."""
        cells = {series: {n: dict(fields) for n, fields in keys.items()} for series, keys in self.keys.items()}
        return Snapshot(standing=self.standing, totals=dict(self.totals), cells=cells)


def fold_log(
    plan: SourcePlan, log: list[Raw], cuts: Iterable[int] = (), restating: Restating | None = None
) -> PartitionFold:
    """One partition's log, cut into batches at these places."""
    partition = PartitionFold(plan, restating)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(log)}), len(log)]
    for begin, end in itertools.pairwise(edges):
        partition.fold(log[begin:end])
    return partition


def scattered(
    plan: SourcePlan, events: list[dict[str, Any]], rng: random.Random, partitions: int
) -> list[PartitionFold]:
    """The events in any order, each user's in one of these partitions, each log cut anywhere."""
    shuffled = events[:]
    rng.shuffle(shuffled)
    logs: list[list[dict[str, Any]]] = [[] for _ in range(partitions)]
    for one in shuffled:
        logs[crc32(str(one.get("user_id")).encode()) % partitions].append(one)
    return [fold_log(plan, raws(log), [rng.randrange(1, 30) for _ in range(rng.randrange(6))]) for log in logs if log]


def nonzero(partitions: Iterable[PartitionFold]) -> Cells:
    """The cells of several partitions, added up."""
    total: Counter[tuple[str, str]] = Counter()
    for partition in partitions:
        total.update(partition.cells)
    return {key: number for key, number in total.items() if number}


WINDOWS: tuple[model.Window, ...] = (
    model.Calendar(model.Unit.DAY),
    model.Calendar(model.Unit.WEEK),
    model.Calendar(model.Unit.MONTH),
    model.RollingDays(3),
    model.RollingSpan(2 * HOUR),
    model.Lifetime(),
)
PERIODS = tuple(window for window in WINDOWS if isinstance(window, model.Calendar))


def definition(zone: str = "UTC", **judged: int) -> Definition:
    """One of each kind and window, over orders with a nested list; ``judged`` are limits of the source."""
    given: dict[str, Any] = {"lateness_ms": 400 * DAY, "dedupe_ms": HOUR, "ahead_ms": HOUR, **judged}
    source = model.Source(name="shop", topic="shop", keyed_by="user_id", **given)
    measures = _one_of_each_kind()
    ratio = {"repeats_per_customer": model.Ratio("repeats", "customers")}
    return Definition(
        company="Test",
        time_zone=zone,
        north_star=steering.NorthStar(metric="repeats_per_customer"),
        sources=(source,),
        dimensions={"city": model.Dimension(name="city", property="city", limit=3)},
        measures={one.name: one for one in measures},
        metrics=shown(plainly(measures) | ratio),
    )


def plainly(measures: Iterable[model.Measure]) -> dict[str, model.Value]:
    """Each as it is counted."""
    return {f"m_{one.name}": model.Plain(one.name) for one in measures}


def shown(values: Mapping[str, model.Value], in_periods: Collection[str] = ()) -> dict[str, model.Metric]:
    """In every window, but for these, which are of periods only."""
    return {
        name: model.Metric(name=name, value=value, windows=PERIODS if name in in_periods else WINDOWS)
        for name, value in values.items()
    }


def _one_of_each_kind() -> list[model.Measure]:
    user, pair = ("user_id",), ("user_id", "items.sku")
    order: dict[str, Any] = {"source": "shop", "of": "order"}
    return [
        model.Count(name="orders", by_dimension=("city",), **order),
        model.Sum(name="revenue", property="amount", decimals=2, by_dimension=("city",), **order),
        model.Distribution(name="amounts", property="amount", decimals=2, by_dimension=("city",), **order),
        model.Count(name="big_orders", where=(model.Condition("amount", ">", 50),), **order),
        model.Distinct(name="customers", entity=user, **order),
        model.Distinct(name="actives", entity=user, source="shop", of=model.ANY),
        model.Distinct(name="regulars", entity=user, at_least=2, **order),
        model.Distinct(name="busy", entity=user, at_least=3, source="shop", of=model.ANY),
        model.First(name="firsts", entity=user, **order),
        model.Conversion(name="converted", source="shop", of="view", to="order", entity=user, within_ms=3 * DAY),
        model.Conversion(
            name="viewed_again",
            to="view",
            entity=pair,
            within_ms=5 * DAY,
            where=(model.Condition("items.qty", ">", 0),),
            **order,
        ),
        model.Repeat(name="repeats", entity=user, **order),
        model.Repeat(name="repeats_3d", entity=user, within_ms=3 * DAY, **order),
        model.Repeat(
            name="reorders", entity=pair, within_ms=5 * DAY, where=(model.Condition("items.qty", ">", 0),), **order
        ),
    ]


def the_source(plan: Plan) -> SourcePlan:
    """The only source of a plan."""
    return next(iter(plan.sources.values()))
