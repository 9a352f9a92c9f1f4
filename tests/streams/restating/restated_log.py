"""Logs folded the way a worker does, restatements included, and the same told event by event, with no cleverness."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from schemas import names
from schemas.definition import model
from schemas.definition.model import Unit
from schemas.events.needs import Raw
from streams.plan import Plan, SourcePlan, compile_plan
from streams.rekeying.messages import Origin
from streams.state.memory import MemoryStore
from streams.state.port import NEVER, KeySpan, Partition, Snapshot
from streams.time.grains import MINUTE
from tests.streams.folding import DAY, HOUR, PartitionFold, definition, event, raws, the_source
from tests.streams.settling import settling
from tests.streams.split import split
from tests.streams.spread import spread
from tests.streams.worker.folding import fold_log

START = 1_772_000_000_000
"""25 February 2026: days, a week and a month end within the logs."""
BUCKET = 5 * MINUTE
EVERYTHING = [KeySpan(None, 2**40)]


def plan(zone: str, lateness_ms: int = 3 * DAY) -> Plan:
    """Of all kinds but those of a second stage, with windows by day, week and month."""
    return compile_plan(definition(zone, lateness_ms=lateness_ms, ahead_ms=2**50))


def plans() -> dict[str, Plan]:
    """Of all kinds in two zones; with lives and net retentions, by the city of the event; by what is remembered of
    users; of quantiles by what each event carries.
    """
    judged = {"lateness_ms": 3 * DAY, "ahead_ms": 2**50}
    return {
        "UTC": plan("UTC"),
        "Amsterdam": plan("Europe/Amsterdam"),
        "split": compile_plan(split("America/St_Johns", **judged)),
        "settling": compile_plan(settling("UTC", **judged)),
        "spread": compile_plan(spread("UTC", **judged)),
    }


def some_events(rng: random.Random, number: int, spread_ms: int = 4 * DAY) -> list[dict[str, Any]]:
    """Going on in time, with many that come late, some too late, some twice, some unfit for a measure."""
    events = []
    for n in range(number):
        t = START + n * 12 * DAY // number
        t -= rng.choice([0, 0, 0, rng.randrange(HOUR), rng.randrange(spread_ms)])
        properties: dict[str, object] = {"city": rng.choice(["Ede", "Urk"])}
        if rng.random() < 0.4:
            properties["channel"] = rng.choice(["ads", "friends", "tv"])
        if rng.random() < 0.4:
            properties["vip"] = rng.choice([True, False])
        if rng.random() < 0.9:
            properties["amount"] = rng.choice([12.5, 99, 50, -7])
        if rng.random() < 0.8:
            properties["items"] = [{"sku": rng.choice("kl"), "qty": rng.randrange(2)} for _ in range(rng.randrange(3))]
        kind = rng.choice(["order", "order", "view", "note"])
        user = rng.choice(["ann", "bob", "eve", None])
        events.append(event(f"e{rng.choice([n, n, n, max(n - 1, 0)])}", kind, user, t, **properties))
    return events


async def _folded(of: Plan, log: list[Raw], cuts: Sequence[int], number: int, store: MemoryStore) -> None:
    """Each batch by a session of its own, so that nothing is known but what is stored."""
    topic = the_source(of).source.topic
    await store.fix_partitions(of.version, topic, number + 1)
    for end in [*cuts, len(log)]:
        await fold_log(of, store, Origin(topic, number, number + 1), log[:end])


def folded(of: Plan, logs: Sequence[list[Raw]], cuts: Sequence[Sequence[int]]) -> list[Snapshot]:
    """What a reader sees of each partition, all of it."""
    source, store = the_source(of), MemoryStore()
    wanted = {name: EVERYTHING for one in of.series.values() for name in (one.name, names.late_series(one.name))}

    async def story() -> list[Snapshot]:
        found = []
        for number, log in enumerate(logs):
            await _folded(of, log, sorted(cuts[number]), number, store)
            found.append(await store.snapshot(Partition(of.version, source.source.topic, number), wanted))
        return [one for one in found if one is not None]

    return asyncio.run(story())


class Told(msgspec.Struct):
    """What a log restates: totals as the fold names them, and the late series as (series, field) -> number."""

    totals: Counter[str]
    late: Counter[tuple[str, str]]


UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH)


def one_by_one(of: Plan, log: list[Raw], source: SourcePlan | None = None) -> Told:
    """Folds each event by itself, and looks what it did."""
    told, fold = Told(Counter(), Counter()), PartitionFold(source or the_source(of))
    last = dict[str, int]()
    for raw in log:
        watermark, before, counted = fold.standing.watermark, Counter(fold.cells), fold.totals["counted"]
        fold.fold([raw])
        if fold.totals["counted"] == counted or watermark == NEVER:
            continue
        content = msgspec.json.decode(raw.value or b"")
        for measure, over in restated_by(of, content, watermark):
            count, moment = names.restated_totals(measure, over)
            told.totals[count] += 1
            told.totals[moment] += raw.timestamp - last.get(moment, 0)
            last[moment] = raw.timestamp
        told.late.update(added_late(of, content["time"], watermark, before, fold.cells))
    return told


def restated_by(of: Plan, content: dict[str, Any], watermark: int) -> Iterator[tuple[str, str]]:
    """Measures, and units and sizes of buckets, of which an event came for one that was over."""
    calendar, t = of.calendar, content["time"]
    overs = [
        unit.value
        for unit in UNITS
        if calendar.period(unit, calendar.day(t)) < calendar.period(unit, calendar.day(watermark))
    ]
    overs += ["5m"] if t // BUCKET < watermark // BUCKET else []
    for measure in of.definition.measures.values():
        if feeds(content, measure):
            yield from ((measure.name, over) for over in overs)


def added_late(
    of: Plan, t: int, watermark: int, before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]
) -> Counter[tuple[str, str]]:
    """What one event added late: of each series where it came when its piece was over, to pieces that were."""
    found = Counter[tuple[str, str]]()
    pieces = {one.name: (one.grain.of(t), one.grain.of(watermark)) for one in of.series.values()}
    for key, number in after.items():
        delta, (series, field) = number - before[key], key
        own, reached = pieces[series] if delta else (0, 0)
        bucket, bar, rest = field.partition("|")
        if max(own, int(bucket)) < reached:
            found[names.late_series(series), f"{bucket}@{reached}{bar}{rest}"] += delta
    return found


def feeds(content: dict[str, Any], measure: model.Measure) -> bool:
    """Whether a measure is made of an event like this."""
    items, named = content.get("items", ()), "user_id" in content
    if content["event"] == getattr(measure, "to", None):  # what a conversion leads to
        return named and (len(measure.entity) == 1 or bool(items))  # type: ignore[union-attr]
    meets = {
        "big_orders": content.get("amount", 0) > 50,
        "reorders": any(item["qty"] > 0 for item in items),
        "viewed_again": any(item["qty"] > 0 for item in items),
    }
    if isinstance(measure, model.Sum | model.Distribution):
        there = "amount" in content
    else:
        there = named or isinstance(measure, model.Count)
    return measure.of in (model.ANY, content["event"]) and meets.get(measure.name, True) and there


def log_of(events: list[dict[str, Any]]) -> list[Raw]:
    """Appended one after another, a second apart."""
    return raws(events, [START + 20 * DAY + 1000 * n for n in range(len(events))])
