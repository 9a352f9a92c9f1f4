"""Replays of made-up histories beside the SQL of the measures: every kind, every window, zones that are hard."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec
import pytest

from schemas.definition import model
from services.replay.answer import Asked, answer, as_json
from services.replay.folding import Folded, fold_files
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings
from streams.segmentation import segmented_by
from tests.reference.measures import Reference
from tests.reference.reckoning import Value
from tests.streams.arithmetic import VALUES, with_arithmetic
from tests.streams.folding import DAY, definition
from tests.streams.living import living
from tests.streams.rekeying.company import rekeyed
from tests.streams.retaining import retaining
from tests.streams.settling import CHANNELS, settling
from tests.streams.settling import SEEN as CARRIED
from tests.streams.split import SEEN, SEGMENTS, segment_of, split

HARD = {
    "Europe/Amsterdam": datetime(2027, 3, 28, tzinfo=UTC),  # a day of 23 hours
    "Australia/Lord_Howe": datetime(2027, 4, 4, tzinfo=UTC),  # one of 24 and a half
    "Asia/Kathmandu": datetime(2026, 12, 31, tzinfo=UTC),  # midnight is 18:15 UTC; the year ends
    "America/St_Johns": datetime(2010, 11, 7, tzinfo=UTC),  # local dates go 6, 7, 6, 7
    "America/Sao_Paulo": datetime(2018, 11, 4, tzinfo=UTC),  # midnight is skipped
}
WINDOWS: tuple[model.Window, ...] = (
    *map(model.Calendar, model.Unit),
    model.RollingDays(3),
    model.RollingSpan(7_200_000),
    model.Lifetime(),
)


def company(zone: str, week_starts: str) -> model.Definition:
    """The definition of the folds' tests, in every window there is."""
    whole = definition(zone)
    metrics = {name: msgspec.structs.replace(one, windows=WINDOWS) for name, one in whole.metrics.items()}
    return msgspec.structs.replace(whole, metrics=metrics, week_starts=week_starts)


def history(around: datetime, seed: int, minutes: int = 9000) -> list[bytes]:
    """Events of five customers in the time around, out of order, some at one instant, some twice, some of guests."""
    rng = random.Random(seed)
    events = []
    for n in range(150):
        t = around + timedelta(minutes=rng.choice([rng.randrange(-minutes, minutes), rng.randrange(-9000, 9000, 720)]))
        event: dict[str, object] = {
            "event_id": f"e{n}",
            "event": rng.choice(["order", "order", "view"]),
            "time": t.astimezone(rng.choice([UTC, ZoneInfo("America/New_York")])).isoformat(),
            "amount": rng.choice([12.34, 60, -5, 0.1, 1e2]),
            "city": rng.choice(["Ede", "Urk"]),
            "items": [{"sku": rng.choice("abc"), "qty": rng.randrange(3)} for _ in range(rng.randrange(4))],
        }
        if rng.random() < 0.9:
            event["user_id"] = rng.choice("vwxyz")
        if rng.random() < 0.1:
            del event["amount"]
        events.append(json.dumps(event).encode() + b"\n")
    return events + rng.sample(events, 15)


class Both(NamedTuple):
    """The same events, in SQL and folded."""

    reference: Reference
    plan: Plan
    folded: Folded
    readings: Readings


Counted = tuple[model.Definition, list[bytes]]
"""What is counted, and the lines of its events."""


def of_both(whole: model.Definition, lines: list[bytes], folder: Path, alike: Counted | None = None) -> Both:
    """``alike``: another definition, and other events, whose SQL says the same."""
    asked, loaded = alike or (whole, lines)
    sql = Reference(asked)
    sql.load("shop", loaded)
    file = folder / "events.jsonl"
    file.write_bytes(b"".join(lines))
    plan = compile_plan(whole)
    folded = fold_files(plan, [("shop", str(file))])
    return Both(sql, plan, folded, Readings(plan, folded.cells, AsOf(folded.last_ms, folded.last_ms)))


@pytest.mark.parametrize("week_starts", ["monday", "sunday"])
@pytest.mark.parametrize("zone", HARD)
def test_every_measure_in_every_window_equals_sql_at_any_moment(zone: str, week_starts: str, tmp_path: Path) -> None:
    whole = company(zone, week_starts)
    lines = history(HARD[zone], seed=len(zone))
    reference, _, folded, readings = of_both(whole, lines, tmp_path)
    assert folded.outcomes == {"counted": 150, "duplicate": 15}
    moments = list(range(folded.first_ms, folded.last_ms + 1, 5 * 3_600_000 + 1)) + reference.days()
    for metric in whole.metrics.values():
        for window in metric.windows:
            theirs = reference.metric(metric.name, window, moments)
            for at, other in zip(moments, theirs, strict=True):
                one = readings.running(metric.name, window, at)
                assert Value(one.numerator, one.denominator) == other, (metric.name, window.label, at)


def test_measures_of_entities_that_the_topic_is_not_keyed_by_equal_sql(tmp_path: Path) -> None:
    whole, lines = rekeyed("Europe/Amsterdam"), []
    for line in history(HARD["Europe/Amsterdam"], seed=11)[:150]:
        event = json.loads(line)
        event |= {"account_id": "acc" + str(crc32(event["event_id"].encode()) % 4)} if crc32(line) % 5 else {}
        lines.append(json.dumps(event | {"referrer": event.get("user_id", "none")}).encode() + b"\n")
    reference, plan, folded, readings = of_both(whole, lines, tmp_path)
    assert len(plan.stages) == 3
    moments, seen = reference.days(), 0
    for name in (f"m_{measure}" for measure in whole.measures if len(plan.topics_of(measure)) == 2):
        for window in whole.metrics[name].windows:
            for at, other in zip(moments, reference.metric(name, window, moments), strict=True):
                one = readings.running(name, window, at)
                assert Value(one.numerator, one.denominator) == other, (name, window.label, at)
                seen += one.numerator > 0
    assert seen > 100
    assert folded.unused["accounts", "no account_id"] > 0


def beside(whole: model.Definition) -> model.Definition:
    """For each metric that is split, the same of the events of each segment alone; events say theirs as ``segment``."""
    measures, metrics = {}, {}
    for segment in SEGMENTS:
        where = model.Condition("segment", "=", segment)
        for name, one in whole.measures.items():
            alone = f"{name}|{segment}"
            measures[alone] = msgspec.structs.replace(one, name=alone, where=(*one.where, where))
        for name, metric in whole.metrics.items():
            match metric.value:
                case model.Plain(of):
                    value: model.Value = model.Plain(f"{of}|{segment}")
                case model.Ratio(above, below):
                    value = model.Ratio(f"{above}|{segment}", f"{below}|{segment}")
                case _:
                    raise AssertionError(metric)
            alone = f"{name}|{segment}"
            metrics[alone] = msgspec.structs.replace(metric, name=alone, value=value)
    return msgspec.structs.replace(whole, measures=measures, metrics=metrics)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/St_Johns"])
def test_every_segment_of_entities_in_every_window_equals_sql_where_the_dimension_has_its_value(
    zone: str, tmp_path: Path
) -> None:
    whole, rng, lines, known = split(zone, lateness_ms=2000 * DAY), random.Random(zone), [], []
    for number, line in enumerate(history(HARD[zone], seed=21)[:150] + history(HARD[zone], seed=22)[:150]):
        event = json.loads(line) | {"event_id": f"e{number}"}
        event |= {"city": rng.choice(SEEN), "account_id": rng.choice("abc"), "vip": rng.random() < 0.5}
        if rng.random() < 0.2:
            del event["city"]
        lines.append(json.dumps(event).encode() + b"\n")
        known.append(json.dumps(event | {"segment": segment_of(event)}).encode() + b"\n")
    reference, plan, _, readings = of_both(whole, lines, tmp_path, (beside(whole), known))
    assert len(plan.stages) == 2
    moments, met = reference.days(), dict[str, set[Fraction]]()
    for name in [name for name in whole.metrics if "city" in segmented_by(whole, name)]:
        if name in ("m_orders", "m_revenue", "m_amounts"):  # which have a cell for every value
            continue
        for window in whole.metrics[name].windows:
            theirs = {segment: reference.metric(f"{name}|{segment}", window, moments) for segment in SEGMENTS}
            for number, at in enumerate(moments):
                found = [one for one in readings.segments(name, window, at) if one.dimension == "city"]
                shown = {one.segment: Value(one.numerator, one.denominator) for one in found}
                nothing = Value(
                    Fraction(0), None if isinstance(whole.metrics[name].value, model.Plain) else Fraction(0)
                )
                for segment in SEGMENTS:
                    other = theirs[segment][number]
                    assert shown.get(segment, nothing) == other, (name, window.label, segment, at)
                    met.setdefault(f"{name}|{segment}", set()).update({other.numerator} if other else ())
    assert len(met) == 22 * len(SEGMENTS)
    assert not {name for name, values in met.items() if len(values) == 1}  # each is something, and not always the same


@pytest.mark.parametrize("keyed_by", ["user_id", "account_id"])
@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns"])
def test_every_segment_of_what_is_remembered_of_entities_equals_sql_over_who_settled_for_it(
    zone: str, keyed_by: str, tmp_path: Path
) -> None:
    whole, rng, lines = settling(zone), random.Random(zone), []
    source = msgspec.structs.replace(whole.sources[0], keyed_by=keyed_by)
    whole = msgspec.structs.replace(whole, sources=(source,))
    for number, line in enumerate(history(HARD[zone], seed=31)[:150] + history(HARD[zone], seed=32)[:150]):
        event = json.loads(line) | {"event_id": f"e{number}", "account_id": rng.choice("abc")}
        if "user_id" in event:
            event["user_id"] += rng.choice("012345")
        event |= {"channel": rng.choice(CARRIED)} if rng.random() < 0.4 else {}
        event |= {"vip": rng.random() < 0.5} if rng.random() < 0.8 else {}
        lines.append(json.dumps(event).encode() + b"\n")
    reference, plan, _, readings = of_both(whole, lines, tmp_path)
    assert len(plan.stages) == (keyed_by != "user_id")
    segments = [*(("channel", one) for one in (*CHANNELS, "other", "none")), ("vip", "true"), ("vip", "none")]
    moments, met = reference.days(), dict[str, set[Fraction]]()
    for name in whole.metrics:
        none = None if isinstance(whole.metrics[name].value, model.Plain) else Fraction(0)
        nothing = Value(Fraction(0), none)
        for window in whole.metrics[name].windows:
            for at, other in zip(moments, reference.metric(name, window, moments), strict=True):
                one = readings.running(name, window, at)
                assert Value(one.numerator, one.denominator) == (other or nothing), (name, window.label, at)
            read = [list(readings.segments(name, window, at)) for at in moments]
            for dimension, segment in segments:
                if dimension not in segmented_by(whole, name):
                    continue
                theirs = reference.segment(name, (dimension, segment), window, moments)
                for found, other in zip(read, theirs, strict=True):
                    shown = {(one.dimension, one.segment): one for one in found}.get((dimension, segment))
                    ours = Value(shown.numerator, shown.denominator) if shown else nothing
                    assert ours == (other or nothing), (name, window.label, dimension, segment)
                    met.setdefault(f"{name}|{dimension}|{segment}", set()).update({other.numerator} if other else ())
    assert len(met) > 60
    assert not {name for name, values in met.items() if len(values) == 1}  # each is something, and not always the same


@pytest.mark.parametrize("zone", HARD)
def test_arithmetic_and_pace_in_every_window_equal_sql_at_any_moment(zone: str, tmp_path: Path) -> None:
    windows = (*WINDOWS[:-1], model.RollingDays(28))
    whole = with_arithmetic(definition(zone), windows)
    lines = history(HARD[zone], seed=len(zone), minutes=120_000)
    reference, _, folded, readings = of_both(whole, lines, tmp_path)
    moments = sorted({*range(folded.first_ms, folded.last_ms + 1, 61 * 3_600_000 + 1), *reference.days()[:-1:3]})
    seen = 0
    for name in [*VALUES, "m_customers"]:
        for window in windows:
            theirs = reference.metric(name, window, moments, folded.last_ms)
            paces = (
                reference.pace(name, window, moments) if isinstance(window, model.Calendar) else [None] * len(moments)
            )
            for at, other, pace in zip(moments, theirs, paces, strict=True):
                one = readings.running(name, window, at)
                assert one.value == (other and other.exact), (name, window.label, at)
                assert (one.pace and one.pace.value) == (pace and pace.exact), (name, window.label, at)
                seen += one.value is not None
    assert seen > 1000


@pytest.mark.parametrize("week_starts", ["monday", "sunday"])
@pytest.mark.parametrize("zone", HARD)
@pytest.mark.parametrize("made", [living, retaining])
def test_every_part_of_what_is_compared_by_periods_and_what_is_made_of_it_equal_sql(
    made: Callable[[str], model.Definition], zone: str, week_starts: str, tmp_path: Path
) -> None:
    whole = msgspec.structs.replace(made(zone), week_starts=week_starts)
    lines = history(HARD[zone], seed=len(zone), minutes=120_000)
    reference, _, folded, readings = of_both(whole, lines, tmp_path)
    moments = sorted({*range(folded.first_ms, folded.last_ms + 1, 61 * 3_600_000 + 1), *reference.days()[:-1:3]})
    met: dict[str, set[Fraction]] = {}
    for name, metric in whole.metrics.items():
        for window in metric.windows:
            theirs = reference.metric(name, window, moments, folded.last_ms)
            paces = reference.pace(name, window, moments)
            for at, other, pace in zip(moments, theirs, paces, strict=True):
                one = readings.running(name, window, at)
                assert one.value == (other and other.exact), (name, window.label, at)
                assert (one.pace and one.pace.value) == (pace and pace.exact), (name, window.label, at)
                met.setdefault(name, set()).update([] if one.value is None else [one.value])
    assert all(len(values) > 1 for values in met.values())  # each is something, and not always the same


def test_a_replay_says_what_sql_says_by_month_and_over_28_days(tmp_path: Path) -> None:
    whole = with_arithmetic(definition("Europe/Amsterdam"), (model.Calendar(model.Unit.MONTH), model.RollingDays(28)))
    lines = history(HARD["Europe/Amsterdam"], seed=7, minutes=120_000)
    reference, plan, folded, _ = of_both(whole, lines, tmp_path)
    asked = Asked(metrics=tuple(VALUES))
    said = as_json(answer(plan, folded, asked))["readings"]
    windows = {one.label: one for one in whole.metrics["order_growth"].windows}
    assert {(one["metric"], one["window"]) for one in said} == {(name, label) for name in VALUES for label in windows}
    for name, label in ((name, label) for name in VALUES for label in windows):
        rows = [one for one in said if (one["metric"], one["window"]) == (name, label)]
        moments = [round(datetime.fromisoformat(one["at"]).timestamp() * 1000) for one in rows]
        values = reference.metric(name, windows[label], moments, folded.last_ms)
        paces = reference.pace(name, windows[label], moments) if label == "month" else [None] * len(rows)
        assert [told(one) for one in rows] == [one and one.exact for one in values]
        assert [told(one["pace"]) for one in rows] == [one and one.exact for one in paces]
    months = [one for one in said if (one["metric"], one["window"]) == ("order_growth", "month")]
    assert [one["complete"] for one in months] == [True] * (len(months) - 1) + [False]


def told(reading: dict[str, str] | None) -> Fraction | None:
    """The exact value of a reading or a pace in JSON."""
    return None if reading is None or reading["exact"] is None else Fraction(reading["exact"])
