"""A company whose topic is keyed by user, and that also counts accounts, referrers and products; its second stage."""

import json
import random
from collections import Counter
from typing import Any

import msgspec

from schemas.definition import model
from schemas.definition.model import Definition
from schemas.events.needs import Raw, RawRecord
from streams.events.admission import Admission
from streams.events.decoding import Decoder
from streams.fold import Records, Work
from streams.plan import INTERNAL_PARTITIONS, Plan, Stage, compile_plan
from streams.rekeying.arriving import Arriving
from streams.rekeying.messages import Letters, Origin, decoded, offsets_of
from streams.rekeying.routing import Router
from streams.rekeying.rows import SentRows
from streams.restating.restated import Restating, RestatingWork
from streams.state.port import NEVER, Standing
from tests.streams.folding import DAY, HOUR, Cells, definition, plainly, shown
from tests.streams.packed import Packed
from tests.streams.parts import lives, paid

START = 1_774_500_000_000


def rekeyed(zone: str = "UTC", **judged: int) -> Definition:
    """The definition of the folds' tests with measures of other entities, in every way: paired, nested, split."""
    given = definition(zone, **judged)
    parts, measures = _with_parts(), _of_other_entities()
    remembered: dict[str, Any] = {"settled": "account_id", "within_ms": 3 * DAY}
    dimensions = (
        model.Dimension(name="city", property="city", values=("Ede", "true")),
        model.Dimension(name="tier", property="tier", values=("tin", "gold"), **remembered),
    )
    return msgspec.structs.replace(
        given,
        dimensions={one.name: one for one in dimensions},
        measures=given.measures | {one.name: one for one in measures + parts},
        metrics=given.metrics | shown(plainly(measures + parts), plainly(parts)),
    )


def _of_other_entities() -> list[model.Measure]:
    order: dict[str, Any] = {"source": "shop", "of": "order"}
    account, sku = ("account_id",), ("items.sku",)
    by_city: dict[str, Any] = {"by_dimension": ("city",)}
    by_both: dict[str, Any] = {"by_dimension": ("city", "tier")}
    big, some = (model.Condition("amount", ">", 50),), (model.Condition("items.qty", ">", 0),)
    return [
        model.Distinct(name="accounts", entity=account, source="shop", of=model.ANY, **by_both),
        model.Repeat(name="account_repeats", entity=account, within_ms=3 * DAY, **order, **by_both),
        model.First(name="big_accounts", entity=account, where=big, **order),
        model.Distinct(name="account_skus", entity=("account_id", "items.sku"), where=some, **order, **by_both),
        model.First(name="referrers", entity=("referrer",), where=(model.Condition("city", "!=", "Ede"),), **order),
        model.Distinct(name="products", entity=sku, where=some, **order, **by_city),
        model.Repeat(name="product_repeats", entity=sku, **order),
        model.Distinct(name="busy_accounts", entity=account, at_least=3, source="shop", of=model.ANY),
        model.Count(name="tiered", where=some, **order, by_dimension=("tier",)),
        model.Sum(name="tiered_paid", property="amount", decimals=2, **order, by_dimension=("tier",)),
        model.Conversion(
            name="viewed", source="shop", of="view", to="order", entity=account, within_ms=3 * DAY, **by_both
        ),
        model.Conversion(
            name="noted", to="note", entity=("account_id", "items.sku"), within_ms=3 * DAY, **order, **by_both
        ),
    ]


def _with_parts() -> list[model.Measure]:
    account = ("account_id",)
    order: dict[str, Any] = {"source": "shop", "of": "order", "by_dimension": ("city", "tier")}
    return [*lives(account, **order), *paid(account, where=(model.Condition("amount", ">", 50),), **order)]


def some_events(rng: random.Random, number: int) -> list[dict[str, Any]]:
    """Of few entities, some without what a measure asks for."""
    events = []
    for n in range(number):
        one: dict[str, Any] = {"event_id": f"e{n}", "event": rng.choice(["order", "order", "view", "note"])}
        one["time"] = START + rng.randrange(12) * 25 * HOUR + rng.choice([0, 1, HOUR, DAY, 3 * DAY])
        for name, values in (("user_id", "uvw"), ("account_id", "abcdefgh"), ("referrer", ["ann", 7, "", "é"])):
            if rng.random() < 0.8:
                one[name] = rng.choice(values)
        if rng.random() < 0.8:
            one["amount"] = rng.choice([12.34, 50.01, 99, 10**25 // 10**24])
        if rng.random() < 0.6:
            one["city"] = rng.choice(["Ede", "Urk", True, 10**30, 2.5])
        if rng.random() < 0.8:
            skus = [{"sku": rng.choice("klmnop"), "qty": rng.randrange(-1, 3)} for _ in range(rng.randrange(4))]
            one["items"] = skus or rng.choice([{"sku": "k"}, {"qty": 1}, None])
        own = random.Random(repr(one))
        if own.random() < 0.3:
            one["tier"] = own.choice(["gold", "tin", "lead", "", 7])
        events.append(one)
    return events


def log_of(events: list[dict[str, Any]]) -> list[Raw]:
    return [RawRecord(n, 2_000_000_000_000, None, json.dumps(one).encode(), ()) for n, one in enumerate(events)]


class Cut(msgspec.Struct):
    """What one batch of a source partition comes to: where it leads, and the messages of each internal partition."""

    before: Standing
    after: Standing
    letters: list[list[bytes]]
    unused: dict[str, int]


class FirstStage:
    """One source partition's log, read and judged again and again from wherever it stands; keeps ids of its own."""

    def __init__(self, plan: Plan, stage: Stage, origin: Origin, log: list[Raw]) -> None:
        self.source, self.log = plan.sources[stage.plan.source.topic], log
        self.decoder = Decoder(self.source.needs)
        self.router = Router(stage, self.decoder)
        self.letters = Letters(self.router, origin)
        self.restating = Restating(plan, self.source, counts=True)

    def cut(self, standing: Standing, end: int) -> Cut:
        """The batch from there to an offset."""
        raws = self.log[standing.position : end]
        admission = Admission(self.source.source, {})
        admitted = admission.admit(raws, self.decoder.decode(raws), standing, end)
        work = self.restating.work(admitted, self.decoder)
        late = work.late if isinstance(work, RestatingWork) else None
        routed = self.router.route(admitted.batch, work.selections)
        offsets = offsets_of(admitted, [raw.offset for raw in raws])
        letters = [list(self.letters.of(admitted, offsets, standing, to, late)) for to in enumerate(routed.places)]
        return Cut(standing, admitted.standing, letters, routed.unused)


class SecondStage:
    """One internal partition; records go through their packed form, nothing else lives from batch to batch."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.arriving = stage, Arriving(stage)
        self.standing = Standing(position=0)
        self.packed = Packed()
        self.cells: Counter[tuple[str, str]] = Counter()

    def fold(self, values: list[bytes]) -> None:
        following = self.standing.position + len(values)
        admitted = self.arriving.take(map(decoded, values), self.standing, following)
        work = Work(self.stage.plan, admitted.batch, SentRows(self.arriving.fields))
        records = self.packed.of(work.wanted)
        effect = work.fold(records, self.standing.floor)
        self.packed.keep(records, effect.changed)
        for series, keys in effect.cells.items():
            for fields in keys.values():
                self.cells.update({(series, field): delta for field, delta in fields.items()})
        self.standing = admitted.standing


def plain_cells(plan: Plan, stage: Stage, logs: list[list[Raw]]) -> tuple[Cells, dict[str, int]]:
    """What a stage's measures come to when all logs are folded at once, and what they had to leave out."""
    cells: Counter[tuple[str, str]] = Counter()
    unused: Counter[str] = Counter()
    source, records = plan.sources[stage.plan.source.topic], Records()
    decoder = Decoder(source.needs)
    for log in logs:
        admission = Admission(source.source, {})
        admitted = admission.admit(log, decoder.decode(log), Standing(position=0), len(log))
        effect = Work(stage.plan, admitted.batch, decoder).fold(records, NEVER)
        for series, keys in effect.cells.items():
            for fields in keys.values():
                cells.update({(series, field): delta for field, delta in fields.items()})
        unused.update(effect.totals)
    return {key: number for key, number in cells.items() if number}, dict(unused)


PLAN = compile_plan(rekeyed())
STAGES = list(PLAN.stages.values())
NO_DEDUPE = compile_plan(rekeyed(dedupe_ms=0, lateness_ms=2 * DAY))
"""Lateness that prunes; ids would have to be kept beside the standing."""
PARTITIONS = range(INTERNAL_PARTITIONS)
