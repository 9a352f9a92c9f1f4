"""What came late of measures that a second stage counts: as of any other, by what the source's partition had reached.

Told event by event, in the order in which they stand in the internal topic; where there is one source partition, that
is what the stage held when it had just gone past the end.
"""

import random
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import names
from schemas.definition import model
from schemas.events.needs import Raw
from schemas.readings import Restated
from streams.cells import Cells
from streams.events.admission import Admission
from streams.events.decoding import Decoder
from streams.fold import Work
from streams.plan import Plan, Stage, compile_plan, measures_of
from streams.readings import AsOf, Readings
from streams.rekeying.arriving import Arriving
from streams.rekeying.messages import Origin, decoded
from streams.rekeying.rows import SentRows
from streams.restating.restated import Restating
from streams.segmentation import shared_by
from streams.state.port import NEVER, Snapshot, Standing
from streams.time.grains import Grain
from tests.streams.folding import DAY
from tests.streams.laws import last_complete_segments
from tests.streams.rekeying.company import PARTITIONS, START, FirstStage, log_of, rekeyed, some_events
from tests.streams.restating.restated_stage import Flat, Folded, late_of

PLAN = compile_plan(rekeyed(dedupe_ms=0, lateness_ms=4 * DAY))
STAGES = {stage.key: stage for stage in PLAN.stages.values()}
WINDOWS = [window for window in PLAN.definition.metrics["m_accounts"].windows if window != model.Lifetime()]


class Sent(NamedTuple):
    """A message in an internal partition."""

    partition: int
    value: bytes


def nearly_in_order(rng: random.Random, number: int) -> list[Raw]:
    """A log that goes on in time, with a third of it late."""
    events = sorted(some_events(rng, number), key=lambda one: one["time"])
    for place in range(number):
        if rng.random() < 0.3:
            other = min(number - 1, place + rng.randrange(1, 12))
            events[place], events[other] = events[other], events[place]
    return log_of(events)


def sent(stage: Stage, logs: list[list[Raw]], rng: random.Random) -> list[Sent]:
    """What comes of the logs, cut anywhere, in any order among them."""
    firsts = [FirstStage(PLAN, stage, Origin("shop", n, len(logs)), log) for n, log in enumerate(logs)]
    stands, found = [Standing(position=0) for _ in logs], list[Sent]()
    while open_ := [n for n, log in enumerate(logs) if stands[n].position < len(log)]:
        n = rng.choice(open_)
        cut = firsts[n].cut(stands[n], min(len(logs[n]), stands[n].position + rng.randrange(1, 15)))
        found += [Sent(number, letter) for number, letters in enumerate(cut.letters) for letter in letters]
        stands[n] = cut.after
    return found


def reached_before(log: list[Raw]) -> dict[int, int]:
    """Of each counted event, by its offset, the latest time counted before it; judged one by one."""
    source, decoder, found = PLAN.sources["shop"], Decoder(PLAN.sources["shop"].needs), dict[int, int]()
    standing = Standing(position=0)
    for raw in log:
        admitted = Admission(source.source, {}).admit([raw], decoder.decode([raw]), standing, raw.offset + 1)
        if len(admitted.batch.times):
            found[raw.offset] = standing.watermark
        standing = admitted.standing
    return found


def one_by_one(stage: Stage, values: list[bytes], logs: list[list[Raw]]) -> Flat:
    """The late series that a partition's messages come to, row by row."""
    fold, late = Folded(stage, None), Flat()
    reached = [reached_before(log) for log in logs]
    grains = {series.name: series.grain for series in PLAN.series.values()}
    for value in values:
        message = decoded(value)
        admitted = Arriving(stage).take([_alone(value)], Standing(position=0), 1)
        for place in range(len(admitted.batch.times)):
            before, t = Flat(fold.cells), int(admitted.batch.times[place])
            work = Work(stage.plan, admitted.batch.between(place, place + 1), SentRows(fold.arriving.fields))
            fold.apply(work, NEVER)
            assert message.rows is not None
            watermark = reached[message.partition][message.rows.offsets[place]]
            for key in fold.cells if watermark != NEVER else ():
                (name, field), delta = key, fold.cells[key] - before[key]
                bucket, bar, rest = field.partition("|")
                grain = grains.get(name)
                if delta and grain and max(grain.of(t), int(bucket)) < grain.of(watermark):
                    late[names.late_series(name), f"{bucket}@{grain.of(watermark)}{bar}{rest}"] += delta
    return Flat({key: number for key, number in late.items() if number})


def _alone(value: bytes) -> Any:
    """A message as if nothing had come before it."""
    message = decoded(value)
    return type(message)(**{name: getattr(message, name) for name in message.__struct_fields__} | {"before": None})


@pytest.mark.parametrize("key", STAGES)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), sources=st.integers(1, 3))
def test_a_stage_tells_what_came_late_as_told_event_by_event_however_all_was_cut(
    key: str, seed: int, sources: int
) -> None:
    rng, stage = random.Random(seed), STAGES[key]
    logs = [nearly_in_order(rng, rng.randrange(1, 40)) for _ in range(sources)]
    letters = sent(stage, logs, rng)
    for number in PARTITIONS:
        values = [one.value for one in letters if one.partition == number]
        fold, place = Folded(stage, Restating(PLAN, stage.plan, counts=False)), 0
        while place < len(values):
            end = place + rng.randrange(1, 9)
            fold.fold(values[place:end])
            place = end
        assert late_of(fold) == one_by_one(stage, values, logs)
        assert not any(name.startswith("restated") for name in fold.totals), "its source has counted them"


def held(stage: Stage, letters: list[Sent], *, tells: bool = True) -> list[Snapshot]:
    """What a reader gets of each internal partition."""
    found = []
    for number in PARTITIONS:
        fold = Folded(stage, Restating(PLAN, stage.plan, counts=False) if tells else None)
        fold.fold([one.value for one in letters if one.partition == number])
        cells: dict[str, dict[int, dict[str, int]]] = {}
        for (series, field), delta in fold.cells.items():
            cells.setdefault(series, {}).setdefault(0, {})[field] = delta
        found.append(Snapshot(standing=fold.standing, totals={}, cells=cells))
    return found


def until_over(log: list[Raw], grain: Grain, last: int) -> list[Raw]:
    """The log up to where its partition had just gone past a piece."""
    before = reached_before(log)
    ends = (raw.offset for raw in log if raw.offset in before and before[raw.offset] != NEVER)
    end = next((offset for offset in ends if grain.of(before[offset]) > last), len(log))
    return log[:end]


def grows(of: Plan, metric: str, dimension: str) -> bool:
    under = [of.definition.measures[name] for name in measures_of(of.definition, metric)]
    settled = any(
        of.definition.dimensions[name].settled for name in {*shared_by(of.definition, metric), dimension} - {""}
    )
    return settled or any(isinstance(one, model.Conversion) for one in under)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_of_one_source_partition_it_is_what_the_stage_held_when_that_had_just_gone_past_the_end(seed: int) -> None:
    rng, stage = random.Random(seed), STAGES["account_id"]
    log = nearly_in_order(rng, 60)
    as_of = AsOf(max(t for t in reached_before(log).values()), 0)
    now = Readings(PLAN, Cells.of(held(stage, sent(stage, [log], rng))), as_of)
    for window in WINDOWS:
        whole = now.last_complete("m_accounts", window)
        assert whole is not None
        grain = PLAN.series["accounts", window].grain
        first = until_over(log, grain, grain.of(whole.end_ms - 1))
        then = Readings(PLAN, Cells.of(held(stage, sent(stage, [first], rng), tells=False)), as_of)
        for name in (f"m_{measure}" for space in stage.plan.spaces for p in space.places for measure in p.measures):
            if window not in PLAN.definition.metrics[name].windows or grows(PLAN, name, ""):
                continue
            ours = [now.last_complete(name, window), *last_complete_segments(now, name, window, as_of.watermark_ms)]
            theirs = [then.last_complete(name, window), *last_complete_segments(then, name, window, as_of.watermark_ms)]
            told = {(one.dimension, one.segment): one.value or 0 for one in theirs if one}
            for one in ours:
                assert one is not None
                at_first = told.get((one.dimension, one.segment), 0)
                if grows(PLAN, name, one.dimension):
                    assert one.restated is None or one.restated.value is None
                elif one.restated is None:
                    assert one.value == at_first, (name, window, one.segment)
                else:
                    assert one.value is not None
                    assert one.restated == Restated(value=at_first, by=one.value - at_first), (name, window)  # type: ignore[arg-type]


def test_a_message_that_does_not_say_what_was_late_is_judged_by_what_was_reached_before_it() -> None:
    stage, account = STAGES["account_id"], {"account_id": "a", "user_id": "u", "event": "order"}
    days = [1, 3, 2]
    log = log_of([account | {"event_id": f"e{n}", "time": day * DAY} for n, day in enumerate(days)])
    first = FirstStage(PLAN, stage, Origin("shop", 0, 1), log)
    one, other = first.cut(Standing(position=0), 1), first.cut(Standing(position=0), 3)
    [home] = [number for number in PARTITIONS if decoded(other.letters[number][0]).rows]
    [value] = other.letters[home]
    *without, behind = msgspec.msgpack.decode(value)
    assert behind == [[2], [3 * DAY]]
    [before] = one.letters[home]
    old = msgspec.msgpack.encode(without)
    for sent_as, reached in ((value, 3 * DAY), (old, DAY)):
        arriving = Arriving(stage)
        standing = arriving.take([decoded(before)], Standing(position=0), 1).standing
        admitted = arriving.take([decoded(sent_as)], standing, 2)
        assert admitted.reached.tolist()[-1] == reached


@pytest.mark.parametrize(
    ("late_first", "restated"), [(True, Restated(value=Fraction(0), by=Fraction(1))), (False, None)]
)
def test_of_several_source_partitions_it_is_told_what_the_late_ones_added_when_they_came(
    late_first: bool,  # noqa: FBT001
    restated: Restated | None,
) -> None:
    """Also where the other brings the same account in time, later: what had not come late would have been there too."""
    stage, order = STAGES["account_id"], {"event": "order", "user_id": "u"}
    day = START // DAY * DAY
    logs = [
        log_of(
            [
                order | {"event_id": "a", "time": day + DAY, "account_id": "other"},
                order | {"event_id": "b", "time": day, "account_id": "one"},
            ]
        ),
        log_of([order | {"event_id": "c", "time": day, "account_id": "one"}]),
    ]
    firsts = [FirstStage(PLAN, stage, Origin("shop", n, 2), log) for n, log in enumerate(logs)]
    cuts = [first.cut(Standing(position=0), len(log)) for first, log in zip(firsts, logs, strict=True)]
    letters = [
        Sent(number, letter)
        for cut in (cuts if late_first else reversed(cuts))
        for number, some in enumerate(cut.letters)
        for letter in some
    ]
    readings = Readings(PLAN, Cells.of(held(stage, letters)), AsOf(day + DAY, 0))
    found = readings.last_complete("m_accounts", model.Calendar(model.Unit.DAY))
    assert found is not None
    assert found.value == 1
    assert found.restated == restated
