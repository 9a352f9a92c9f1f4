"""What each kind of measure, and each dimension, adds to an event: the worker's own steps but for Kafka and Redis.

    decode ▸ admit ▸ (send on) ▸ fold ▸ pack, in batches, with all records at hand

Each definition is W1's source with one measure; what it costs is compared with a definition that counts next to
nothing, measured beside it.  A second stage is compared with nothing: it decodes and admits no event.
"""

import gc
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.definition.loading import parse
from schemas.events.needs import RawRecord
from streams.events.raws import Raws
from streams.fold import Records
from streams.plan import compile_plan
from streams.rekeying.messages import Origin
from streams.state.port import Opened, Standing
from streams.worker.app import COLLECTING
from streams.worker.intake import Intake, Outgoing, SourceIntake, StageIntake
from tests.benchmarks.generate import Keyed

BATCH, SMALL_BATCH = 10_000, 500
ROUNDS = 3
APPENDED_MS = 2_000_000_000_000
MANY, VALUES = 10, 20
"""How many dimensions an event of ``with_dimensions`` has, and of how many values each."""
USUAL = 0.8
"""How often it has the usual values of its user."""
COUNTRIES = "[NL, BE, DE, FR, GB, US, ES, IT, PL, SE, PT, DK]"
DIMENSIONS = "\n".join(
    f"  d{n}: {{property: d{n}, values: [{', '.join(f'v{value}' for value in range(VALUES))}]}}" for n in range(MANY)
)
TEXT = """\
company: W1
time_zone: UTC
events: {{topic: w1, keyed_by: user_id, lateness: {lateness}, dedupe: 1h}}
dimensions:
  country: {{property: country}}
  referrer: {{property: referrer}}
  market: {{property: country, values: {countries}}}
  home: {{property: country, settled: user_id, values: {countries}}}
{dimensions}
measures:
  m: {measure}
{more}metrics:
  shown: {{{value}, window: {window}}}
north_star: {{metric: shown}}
"""


class Kind(NamedTuple):
    """A measure as it is written, ``more`` of them, and how it is shown; ``batch`` is events folded at once."""

    name: str
    measure: str
    value: str = "measure: m"
    window: str = "{calendar: day}"
    lateness: str = "7d"
    more: str = ""
    batch: int = BATCH

    def text(self) -> str:
        """The whole definition."""
        return TEXT.format(**self._asdict(), countries=COUNTRIES, dimensions=DIMENSIONS)


NOTHING = Kind("nothing", "{count: never_happens}")
KINDS = (
    Kind("count", "{count: order_completed}"),
    Kind("count, by 12 countries", "{count: order_completed, by_dimension: country}"),
    Kind("count of views", "{count: page_viewed}"),
    Kind("count of views, by 1,000 referrers", "{count: page_viewed, by_dimension: referrer}"),
    Kind("sum", "{sum: order_completed.amount, unit: EUR}"),
    Kind("sum, by 12 countries", "{sum: order_completed.amount, unit: EUR, by_dimension: country}"),
    *(
        Kind(f"distribution{name}", f"{{distribution: order_completed.amount, unit: EUR{by}}}", "quantile: 0.95, of: m")
        for name, by in (
            ("", ""),
            (", by 12 countries", ", by_dimension: country"),
            (", by 12 countries remembered of the user, all open", ", by_dimension: home"),
        )
    ),
    *(
        Kind(f"{name}{told}", f"{{{measure}{by}}}", value, window)
        for name, measure, value, window in (
            ("distinct, day", "distinct: user_id, of: any", "measure: m", "{calendar: day}"),
            ("distinct, 28 days", "distinct: user_id, of: any", "measure: m", "{rolling: 28d}"),
            ("distinct at least 3, 28 days", "distinct: user_id, of: any, at_least: 3", "measure: m", "{rolling: 28d}"),
            ("first", "first: order_completed", "measure: m", "{calendar: day}"),
            ("repeat", "repeat: order_completed", "measure: m", "{calendar: day}"),
            ("repeat within 7 days", "repeat: order_completed, within: 7d", "measure: m", "{calendar: day}"),
            ("lifecycle, one part", "lifecycle: user_id, of: any", "measure: m.retained", "{calendar: week}"),
            (
                "net retention",
                "net_retention: order_completed.amount, unit: EUR",
                "ratio: [m.kept, m.base]",
                "{calendar: week}",
            ),
            (
                "conversion within 7 days",
                "conversion: [page_viewed, order_completed], within: 7d",
                "measure: m",
                "{calendar: day}",
            ),
        )
        for told, by in (("", ""), (", by 12 countries", ", by_dimension: market"))
    ),
    *(
        Kind(f"{name}, by 12 countries remembered of the user, {told}", measure, lateness=lateness)
        for name, measure in (
            ("count", "{count: order_completed, by_dimension: home}"),
            ("first", "{first: order_completed, by_dimension: home}"),
        )
        for told, lateness in (("all open", "7d"), ("open for 12 hours", "12h"))
    ),
    Kind("distinct of another entity", "{distinct: track_id, of: listening_ended}"),
)
_BY_MANY = f"by_dimension: [{', '.join(f'd{n}' for n in range(MANY))}]"
MANY_KINDS = tuple(
    Kind(
        f"{name}, both by {MANY} dimensions of {VALUES} values, batches of {batch:,}",
        f"{{{one}, {_BY_MANY}}}",
        "ratio: [m, n]",
        window,
        more=f"  n: {{{other}, {_BY_MANY}}}\n",
        batch=batch,
    )
    for name, one, other, window in (
        ("sum and count", "sum: order_completed.amount, unit: EUR", "count: order_completed", "{calendar: day}"),
        ("first and distinct, 28 days", "first: order_completed", "distinct: user_id, of: any", "{rolling: 28d}"),
    )
    for batch in (BATCH, SMALL_BATCH)
)
"""Of events ``with_dimensions``."""


class Cost(NamedTuple):
    """Of a kind: ``microseconds`` an event beyond decoding and admitting it, medians; the rest is what is kept."""

    name: str
    microseconds: float
    cells: int
    records: int
    bytes_per_record: float


def with_dimensions(events: Sequence[Keyed]) -> Iterator[Keyed]:
    """Each event with properties d0, d1, ..., most often the usual ones of its user."""
    chance, usual = random.Random(1), dict[bytes, list[int]]()
    for key, value in events:
        mine = usual.setdefault(key, [chance.randrange(VALUES) for _ in range(MANY)])
        values = mine if chance.random() < USUAL else [chance.randrange(VALUES) for _ in range(MANY)]
        carried = "".join(f'"d{n}":"v{value}",' for n, value in enumerate(values))
        yield key, b"{" + carried.encode() + value[1:]


def measure(events: Sequence[Keyed], kinds: Sequence[Kind]) -> list[Cost]:
    """Nothing and each kind in turn, some rounds; the first cost is that of nothing, whole."""
    log = Raws.of(RawRecord(n, APPENDED_MS, key, value, ()) for n, (key, value) in enumerate(events))
    nothings = {batch: NOTHING._replace(batch=batch) for batch in sorted({one.batch for one in kinds}, reverse=True)}
    usual = gc.get_threshold()
    gc.set_threshold(*COLLECTING)
    rounds = [{kind: _spent(kind, log) for kind in (*nothings.values(), *kinds)} for _ in range(ROUNDS)]
    gc.set_threshold(*usual)
    costs = [_cost(next(iter(nothings.values())), rounds, None, len(log))]
    for kind in kinds:
        costs.append(_cost(kind, rounds, nothings[kind.batch], len(log)))
        if rounds[0][kind].stage:
            costs.append(_cost_of_stage(kind, rounds, len(log)))
    return costs


class _Kept(NamedTuple):
    """CPU seconds, and what a store would hold at the end."""

    seconds: float
    cells: int
    records: int
    record_bytes: int


class _Spent(NamedTuple):
    """``stage`` is the second stage's; None where there is none."""

    source: _Kept
    stage: _Kept | None


Rounds = Sequence[dict[Kind, _Spent]]


def _cost(kind: Kind, rounds: Rounds, beside: Kind | None, number: int) -> Cost:
    spent = [one[kind].source.seconds - (one[beside].source.seconds if beside else 0) for one in rounds]
    kept = rounds[0][kind]
    return _told(kind.name + (", its first stage" if kept.stage else ""), spent, kept.source, number)


def _cost_of_stage(kind: Kind, rounds: Rounds, number: int) -> Cost:
    several = [stage for one in rounds if (stage := one[kind].stage)]
    return _told(f"{kind.name}, its second stage", [one.seconds for one in several], several[0], number)


def _told(name: str, spent: Sequence[float], kept: _Kept, number: int) -> Cost:
    each = kept.record_bytes / max(1, kept.records)
    return Cost(name, statistics.median(spent) / number * 1e6, kept.cells, kept.records, each)


def _spent(kind: Kind, log: Raws) -> _Spent:
    """Of one partition of the source, and of all partitions of its stage."""
    plan = compile_plan(parse(kind.text()))
    opened = Opened(standing=Standing(position=0), ids={})
    sent: dict[tuple[str, int], list[bytes]] = {}
    source = _fold(SourceIntake(plan, Origin("w1", 0, 1), opened), log, kind.batch, sent)
    stages = [
        _fold(StageIntake(plan, topic), Raws.of(RawRecord(n, 0, None, one) for n, one in enumerate(messages)), 1, {})
        for (topic, _), messages in sent.items()
    ]
    return _Spent(source, _Kept(*map(sum, zip(*stages, strict=True))) if stages else None)


def _fold(intake: Intake, log: Raws, batch: int, sent: dict[tuple[str, int], list[bytes]]) -> _Kept:
    """``sent`` takes in what goes to stages."""
    standing, records = Standing(position=0), Records()
    cells, packed = set[tuple[str, str]](), dict[tuple[str, str], int]()
    seconds = 0.0
    gc.collect()
    for begin in range(0, len(log), batch):
        raws = log[begin : begin + batch]
        started = time.process_time()
        worked = intake.prepare(raws, standing, begin + len(raws))
        commit = intake.commit(worked, worked.work.fold(records, standing.floor), records)
        seconds += time.process_time() - started
        standing = worked.admitted.standing
        _send(worked.outgoing, sent)
        cells |= {(s, field) for s, keys in commit.cells.items() for fields in keys.values() for field in fields}
        packed |= {(space, one): len(blob) for space, some in commit.records.items() for one, blob in some.items()}
    return _Kept(seconds, len(cells), len(packed), sum(packed.values()))


def _send(outgoing: Sequence[Outgoing], sent: dict[tuple[str, int], list[bytes]]) -> None:
    for one in outgoing:
        sent.setdefault((one.topic, one.partition), []).extend(one.messages)
