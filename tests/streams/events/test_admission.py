"""Admission: judged by the log alone, alike however the log is cut."""

import random
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events.needs import Raw, RawRecord
from streams.plan import compile_plan
from tests.streams.folding import DAY, definition, event, fold_log, raws, the_source

START = 1_774_500_000_000
MINUTE = 60_000
SOURCE = the_source(compile_plan(definition(lateness_ms=10 * MINUTE, dedupe_ms=8 * MINUTE, ahead_ms=5 * MINUTE)))


@st.composite
def logs(draw: st.DrawFn) -> list[Raw]:
    """A log whose append times mostly rise, with ids sent again, early and late, events behind and ahead."""
    size = draw(st.integers(1, 30))
    appended, now, events = [], START, []
    for _ in range(size):
        now += draw(st.sampled_from([0, 1, MINUTE, 2 * MINUTE, 3 * MINUTE, -MINUTE]))
        behind = draw(st.sampled_from([0, MINUTE, 9 * MINUTE, 10 * MINUTE, 11 * MINUTE, -5 * MINUTE, -5 * MINUTE - 1]))
        appended.append(now)
        events.append(event(f"e{draw(st.integers(0, 8))}", "order", "u", now - behind))
    return raws(events, appended)


def judged(log: list[Raw]) -> Iterator[tuple[int, str]]:
    """What becomes of each event, one by one, in plain words."""
    slot_ms, floor, clock = 2 * MINUTE, -(2**62), 0
    seen: dict[str, list[int]] = {}
    import json

    for raw in log:
        one = json.loads(raw.value or b"")
        t, clock = one["time"], max(clock, raw.timestamp)
        slot = clock // slot_ms
        if t > raw.timestamp + 5 * MINUTE:
            yield raw.offset, "ahead"
            continue
        if any(slot - old <= 4 for old in seen.get(one["event_id"], [])):
            yield raw.offset, "duplicate"
            continue
        seen.setdefault(one["event_id"], []).append(slot)
        if t < floor:
            yield raw.offset, "late"
            continue
        floor = max(floor, t - 10 * MINUTE)
        yield raw.offset, "counted"


@settings(max_examples=300, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_a_log_is_judged_as_one_by_one_however_it_is_cut(log: list[Raw], rng: random.Random) -> None:
    expected = list(judged(log))
    folded = fold_log(SOURCE, log, [rng.randrange(1, 30) for _ in range(rng.randrange(8))])
    assert sorted(folded.refused) == sorted((offset, what) for offset, what in expected if what in ("late", "ahead"))
    for outcome in ("counted", "duplicate", "late", "ahead"):
        assert folded.totals[outcome] == sum(what == outcome for _, what in expected), outcome


def test_an_event_exactly_the_lateness_behind_is_counted_and_one_millisecond_more_is_late() -> None:
    times = [START, START - 10 * MINUTE, START - 10 * MINUTE - 1]
    folded = fold_log(SOURCE, raws([event(str(i), "order", "u", t) for i, t in enumerate(times)], START))
    assert folded.refused == [(2, "late")]
    assert folded.standing.floor == START - 10 * MINUTE


def test_an_event_ahead_moves_neither_floor_nor_watermark_and_may_come_again() -> None:
    log = raws(
        [event("a", "order", "u", START), event("b", "order", "u", START + DAY), event("b", "order", "u", START + 1)],
        START,
    )
    folded = fold_log(SOURCE, log)
    assert folded.refused == [(1, "ahead")]
    assert folded.totals["counted"] == 2
    assert folded.standing.watermark == START + 1


def test_bytes_that_are_no_event_are_refused_and_the_others_counted() -> None:
    log = raws([event("a", "order", "u", START), event("b", "order", "u", START)], START)
    log.insert(1, RawRecord(7, START, None, b"{", ()))
    folded = fold_log(SOURCE, log)
    assert folded.refused == [(7, "bad_json")]
    assert folded.totals["counted"] == 2
