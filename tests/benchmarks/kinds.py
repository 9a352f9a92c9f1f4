"""What each kind of measure, and each dimension, adds to an event: the worker's own steps but for Kafka and Redis.

    decode ▸ admit ▸ (send on) ▸ fold ▸ pack, in batches, with all records at hand

Each definition is W1's source with one measure; what it costs is compared with a definition that counts next to
nothing, measured beside it.
"""

import gc
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from schemas.definition.loading import parse
from schemas.events.needs import Raw, RawRecord
from streams.events.admission import Admission
from streams.events.decoding import Decoder
from streams.fold import Records, Work, commit_of
from streams.plan import SourcePlan, compile_plan
from streams.rekeying.messages import Letters, Origin, offsets_of
from streams.rekeying.routing import Router
from streams.state.port import Standing
from tests.benchmarks.generate import Keyed

BATCH = 10_000
ROUNDS = 3
APPENDED_MS = 2_000_000_000_000
TEXT = """\
company: W1
time_zone: UTC
events: {{topic: w1, keyed_by: user_id, lateness: {lateness}, dedupe: 1h}}
dimensions:
  country: {{property: country}}
  home: {{property: country, settled: user_id, values: [NL, BE, DE, FR, GB, US, ES, IT, PL, SE, PT, DK]}}
measures:
  m: {measure}
metrics:
  shown: {{{value}, window: {window}}}
north_star: {{metric: shown}}
"""


class Kind(NamedTuple):
    """A measure as it is written, and how it is shown."""

    name: str
    measure: str
    value: str = "measure: m"
    window: str = "{calendar: day}"
    lateness: str = "7d"


NOTHING = Kind("nothing", "{count: never_happens}")
KINDS = (
    Kind("count", "{count: order_completed}"),
    Kind("count, by 12 countries", "{count: order_completed, by_dimension: country}"),
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
    Kind("distinct, day", "{distinct: user_id, of: any}"),
    Kind("distinct, 28 days", "{distinct: user_id, of: any}", window="{rolling: 28d}"),
    Kind("distinct at least 3, 28 days", "{distinct: user_id, of: any, at_least: 3}", window="{rolling: 28d}"),
    Kind("first", "{first: order_completed}"),
    *(
        Kind(f"{name}, by 12 countries remembered of the user, {told}", measure, lateness=lateness)
        for name, measure in (
            ("count", "{count: order_completed, by_dimension: home}"),
            ("first", "{first: order_completed, by_dimension: home}"),
        )
        for told, lateness in (("all open", "7d"), ("open for 12 hours", "12h"))
    ),
    Kind("repeat", "{repeat: order_completed}"),
    Kind("repeat within 7 days", "{repeat: order_completed, within: 7d}"),
    Kind("lifecycle, one part", "{lifecycle: user_id, of: any}", "measure: m.retained", "{calendar: week}"),
    Kind(
        "net retention",
        "{net_retention: order_completed.amount, unit: EUR}",
        "ratio: [m.kept, m.base]",
        "{calendar: week}",
    ),
    Kind("conversion within 7 days", "{conversion: [page_viewed, order_completed], within: 7d}"),
    Kind("distinct of another entity, its first stage", "{distinct: track_id, of: listening_ended}"),
)


class Cost(NamedTuple):
    """Of a kind: ``microseconds`` an event beyond decoding and admitting it, medians; the rest is what is kept."""

    name: str
    microseconds: float
    cells: int
    records: int
    bytes_per_record: float


def measure(events: Sequence[Keyed]) -> list[Cost]:
    """Nothing and each kind in turn, some rounds; the first cost is that of nothing, whole."""
    log: list[Raw] = [RawRecord(n, APPENDED_MS, key, value, ()) for n, (key, value) in enumerate(events)]
    plans = {kind: next(iter(_compiled(kind).values())) for kind in (NOTHING, *KINDS)}
    rounds = [{kind: _fold(plan, log) for kind, plan in plans.items()} for _ in range(ROUNDS)]
    costs = []
    for kind in plans:
        spent = statistics.median(
            one[kind].seconds - (one[NOTHING].seconds if kind != NOTHING else 0) for one in rounds
        )
        kept = rounds[0][kind]
        each = kept.record_bytes / max(1, kept.records)
        costs.append(Cost(kind.name, spent / len(log) * 1e6, kept.cells, kept.records, each))
    return costs


class _Spent(NamedTuple):
    seconds: float
    cells: int
    records: int
    record_bytes: int


def _compiled(kind: Kind) -> dict[str, SourcePlan]:
    return compile_plan(parse(TEXT.format(**kind._asdict()))).sources


def _fold(plan: SourcePlan, log: list[Raw]) -> _Spent:
    """CPU seconds, and what a store would hold at the end."""
    decoder, ids = Decoder(plan.needs), dict[int, bytes]()
    admission, standing, records = Admission(plan.source, ids), Standing(position=0), Records()
    letters = [(Router(stage, decoder), Origin(plan.source.topic, 0, 1)) for stage in plan.stages]
    cells, packed = set[tuple[str, str]](), Counter[tuple[str, str]]()
    seconds = 0.0
    gc.collect()
    for begin in range(0, len(log), BATCH):
        batch = log[begin : begin + BATCH]
        started = time.process_time()
        admitted = admission.admit(batch, decoder.decode(batch), standing, begin + len(batch))
        work = Work(plan, admitted.batch, decoder)
        for router, origin in letters:
            routed = router.route(admitted.batch, work.selections)
            offsets = offsets_of(admitted, [raw.offset for raw in batch])
            for to in enumerate(routed.places):
                list(Letters(router, origin).of(admitted, offsets, standing, to, None))
        commit = commit_of(admitted, work.fold(records, standing.floor), records)
        seconds += time.process_time() - started
        standing = admitted.standing
        cells |= {(s, field) for s, keys in commit.cells.items() for fields in keys.values() for field in fields}
        packed |= {(space, one): len(blob) for space, some in commit.records.items() for one, blob in some.items()}
    return _Spent(seconds, len(cells), len(packed), packed.total())
