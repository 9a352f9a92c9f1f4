"""Events whose message bears no key, or another than the text of the entity that they name, are counted."""

from collections import Counter
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.loading import parse
from schemas.events.needs import RawRecord
from streams.events.raws import Raws
from streams.fold import Records
from streams.plan import compile_plan
from streams.rekeying.messages import Origin
from streams.state.port import Opened, Standing
from streams.worker.intake import SourceIntake

T = 1_774_500_000_000
HEAD = """\
company: Test
time_zone: UTC
events: {topic: shop, keyed_by: user_id}
"""
TAIL = """\
metrics: {m: {measure: m, window: {calendar: day}}}
north_star: {metric: m}
"""
OF_ORDERS = "measures: {m: {distinct: user_id, of: order}}\n"
OF_ANY = "measures: {m: {distinct: user_id}}\n"
OF_NOBODY = "measures: {m: {count: order}}\n"
OF_PAIRS = "measures: {m: {distinct: [user_id, sku], of: order}}\n"

USERS: list[Any] = ["ann", "bøb", "7", 7, "", None]
KEYS = [b"ann", "bøb".encode(), b"7", b'"ann"', b"", None]
records = st.lists(st.tuples(st.sampled_from(["order", "view", "?"]), st.sampled_from(USERS), st.sampled_from(KEYS)))


def log_of(some: list[tuple[str, Any, bytes | None]]) -> list[RawRecord]:
    """Of type ``?`` no event at all."""

    def value(n: int, of: str, user: Any) -> bytes:
        if of == "?":
            return b"{"
        there = {} if user is None else {"user_id": user}
        return msgspec.json.encode({"event_id": str(n), "event": of, "time": T + n, "sku": "s", **there})

    return [RawRecord(n, T + n, key, value(n, of, user)) for n, (of, user, key) in enumerate(some)]


def told(measures: str, log: list[RawRecord], cuts: list[int]) -> Counter[str]:
    """What a worker would add to the totals, batch by batch."""
    plan = compile_plan(parse(HEAD + measures + TAIL))
    standing = Standing(position=0)
    intake = SourceIntake(plan, Origin("shop", 0, 1), Opened(standing=standing, ids={}))
    found: Counter[str] = Counter()
    for begin, end in pairwise(sorted({0, len(log), *(cut % (len(log) + 1) for cut in cuts)})):
        worked = intake.prepare(Raws.of(log[begin:end]), standing, end)
        records: Records = {}
        found.update(intake.commit(worked, worked.work.fold(records, standing.floor), records).totals)
        standing = worked.admitted.standing
    return Counter({name: number for name, number in found.items() if name.startswith("miskeyed")})


@settings(max_examples=150, deadline=None)
@given(records, st.lists(st.integers(0, 40), max_size=3), st.sampled_from([OF_ORDERS, OF_ANY, OF_PAIRS]))
def test_each_that_names_an_entity_under_another_key_is_counted_however_the_log_is_cut(
    some: list[tuple[str, Any, bytes | None]], cuts: list[int], measures: str
) -> None:
    asked = {"order", "view"} if measures == OF_ANY else {"order"}
    meant: Counter[str] = Counter()
    for of, user, key in some:
        if of in asked and user not in ("", None) and key != str(user).encode():
            meant["miskeyed||none" if key is None else "miskeyed||other"] += 1
    assert told(measures, log_of(some), cuts) == meant


def test_where_no_measure_counts_entities_keys_decide_nothing_and_nothing_is_told() -> None:
    assert told(OF_NOBODY, log_of([("order", "ann", None), ("order", "ann", b"bob")]), []) == {}


def test_what_is_sent_twice_or_comes_too_late_is_told_of_elsewhere() -> None:
    log = log_of([("order", "ann", b"bob")] * 3)
    twice = [log[0], log[1]._replace(value=log[0].value), log[2]]
    assert told(OF_ORDERS, twice, [2]) == {"miskeyed||other": 2}
