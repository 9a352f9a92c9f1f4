"""The plan as a pure function of what is wanted and what is there."""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provisioner.grafana.difference import difference
from services.provisioner.grafana.marks import Mark, digest
from services.provisioner.grafana.model import Change, Desired, Found, Kind, Plan, Verb, Wanted
from services.provisioner.grafana.planning import ORDER, plan

OURS, THEIRS = "aaaaaaaa", "bbbbbbbb"
CONTENT = {"title": "North Star", "panels": [1]}
OLD = {"title": "North Star", "panels": []}


def wanted(kind: Kind = "board", identity: str = "nsm", content: dict[str, Any] | None = None) -> Wanted:
    return Wanted(kind=kind, identity=identity, title="T", content=content or CONTENT)


def desired(*things: Wanted) -> Desired:
    return Desired(owner=OURS, things=things, kinds=frozenset(ORDER))


def found(content: dict[str, Any], wrote: dict[str, Any] | None = None, owner: str = OURS, **rest: Any) -> Found:
    """``wrote`` is what a mark in it says was written; None: it bears none."""
    mark = Mark(owner=owner, content=digest(wrote), version=rest.pop("wrote_version", 0)) if wrote is not None else None
    given: dict[str, Any] = {"kind": "board", "identity": "nsm", "title": "T", "content": content, "mark": mark}
    return Found(**given | rest)


def only(made: Plan) -> Change:
    (change,) = made.changes
    return change


def test_what_is_not_there_is_created() -> None:
    assert only(plan(desired(wanted()), [])).verb is Verb.CREATE


def test_what_is_as_wanted_and_ours_is_left() -> None:
    assert plan(desired(wanted()), [found(CONTENT, CONTENT)]) == Plan(same=1)


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (found(OLD), "somebody else made it"),
        (found({"x": 1}, OLD), "somebody has changed it since it was provisioned"),
        (found(OLD, OLD, THEIRS), "for another company"),
        (found(CONTENT, CONTENT, THEIRS), "for another company"),
        (found(OLD, {"x": 2}, version=6, wrote_version=5), "somebody has changed it since"),
    ],
)
def test_what_is_anothers_is_blocked_and_overwritten_only_by_force(there: Found, why: str) -> None:
    change = only(plan(desired(wanted()), [there]))
    assert change.verb is Verb.BLOCKED
    assert why in change.why
    assert only(plan(desired(wanted()), [there], force=True)).verb is Verb.OVERWRITE


def test_what_comes_from_a_file_is_blocked_even_by_force() -> None:
    there = found(OLD, locked="it comes from a file")
    assert only(plan(desired(wanted()), [there], force=True)).verb is Verb.BLOCKED
    assert plan(desired(wanted()), [found(CONTENT, locked="it comes from a file")]).changes == ()


@pytest.mark.parametrize("there", [found(OLD, OLD), found({"x": 1}, OLD, version=5, wrote_version=5)])
def test_what_we_wrote_and_nobody_changed_is_updated(there: Found) -> None:
    assert only(plan(desired(wanted()), [there])).verb is Verb.UPDATE


def test_a_server_that_writes_otherwise_what_it_was_sent_has_not_been_edited() -> None:
    stored = CONTENT | {"preload": False}
    assert plan(desired(wanted()), [found(stored, CONTENT, version=3, wrote_version=3)]).changes == ()
    assert only(plan(desired(wanted()), [found(stored, CONTENT, version=4, wrote_version=3)])).verb is Verb.BLOCKED


def test_what_is_as_wanted_without_a_mark_is_taken_on() -> None:
    assert only(plan(desired(wanted()), [found(CONTENT)])).verb is Verb.UPDATE
    assert only(plan(desired(wanted()), [found(CONTENT, OLD)])).verb is Verb.UPDATE


@pytest.mark.parametrize("kind", ["folder", "permissions"])
def test_what_can_bear_no_mark_is_changed_only_where_nobody_has_decided_yet(kind: Kind) -> None:
    asked = desired(wanted(kind))
    assert plan(asked, [found(CONTENT, kind=kind)]).changes == ()
    assert only(plan(asked, [found(OLD, kind=kind)])).verb is Verb.BLOCKED
    assert only(plan(asked, [found(OLD, kind=kind, pristine=True)])).verb is Verb.UPDATE


def test_only_what_is_ours_is_left_over() -> None:
    beside = [
        found(OLD, OLD, identity="ours"),
        found(OLD, OLD, THEIRS, identity="theirs"),
        found(OLD, identity="nobodys"),
        found(OLD, OLD, identity="history", lasting=True),
        found({"x": 1}, OLD, identity="edited"),
    ]
    made = plan(desired(), beside)
    assert {one.identity: one.verb for one in made.leftovers} == {"ours": Verb.DELETE, "edited": Verb.BLOCKED}
    assert {one.verb for one in plan(desired(), beside, force=True).leftovers} == {Verb.DELETE}


def test_a_double_of_ours_goes_and_the_first_one_stays() -> None:
    twins = [found(CONTENT, CONTENT, raw={"id": number}) for number in (1, 2)]
    made = plan(desired(wanted()), twins)
    assert [(one.verb, one.found) for one in made.changes] == [(Verb.DELETE, twins[1])]
    assert made.leftovers == ()
    theirs = [found(CONTENT, CONTENT), found(CONTENT, CONTENT, THEIRS), found(CONTENT)]
    assert plan(desired(wanted()), theirs).changes == ()


def test_kinds_that_are_not_looked_after_are_not_left_over() -> None:
    asked = Desired(owner=OURS, things=(), kinds=frozenset({"folder"}), where_allowed=frozenset({"rule"}))
    beside = [found(OLD, OLD, kind="board"), found(OLD, OLD, kind="rule")]
    assert [one.kind for one in plan(asked, beside).leftovers] == ["rule"]


KINDS = st.sampled_from(ORDER)


@given(st.lists(st.tuples(KINDS, st.sampled_from("abcd")), unique=True), st.randoms())
def test_steps_stand_on_those_before_whatever_order_things_come_in(keys: list[tuple[Kind, str]], chance: Any) -> None:
    things = [wanted(kind, name) for kind, name in keys]
    there = [found(OLD, OLD, kind=kind, identity=name) for kind, name in keys[::2]]
    beside = [found(OLD, OLD, kind=kind, identity=f"old-{name}") for kind, name in keys]
    made = plan(desired(*things), [*there, *beside])
    assert [ORDER.index(one.kind) for one in made.changes] == sorted(ORDER.index(one.kind) for one in made.changes)
    backwards = [ORDER.index(one.kind) for one in made.leftovers]
    assert backwards == sorted(backwards, reverse=True)
    shuffled = [*there, *beside]
    chance.shuffle(shuffled)
    assert plan(desired(*things), shuffled) == made


MARKS = st.sampled_from(
    [
        None,
        Mark(owner=OURS, content=digest(OLD)),
        Mark(owner=OURS, content=digest(CONTENT)),
        Mark(owner=THEIRS, content=digest(OLD)),
        Mark(owner=OURS, content=digest(OLD), version=2),
    ]
)


@given(MARKS, st.sampled_from([OLD, CONTENT, {"x": 1}]), st.integers(0, 3), st.booleans())
def test_after_a_step_there_is_nothing_left_to_do(
    mark: Any, content: dict[str, Any], version: int, by_force: Any
) -> None:
    there = msgspec.structs.replace(found(content), mark=mark, version=version)
    made = plan(desired(wanted()), [there], force=by_force)
    for change in made.steps:
        assert change.wanted is not None
        written = found(change.wanted.content, change.wanted.content, version=version + 1, wrote_version=version + 1)
        assert plan(desired(wanted()), [written]).changes == ()
    assert not (by_force and made.blocked)


def test_a_difference_names_what_is_there_and_what_is_wanted_and_moves_no_cursor() -> None:
    there = found(OLD | {"title": "evil \x1b[2J"})
    shown = difference(only(plan(desired(wanted()), [there])))
    assert shown.splitlines()[:2] == ["--- board nsm in Grafana", "+++ board nsm wanted"]
    assert '+  "title": "North Star"' in shown
    assert all(line.isprintable() for line in shown.splitlines())


def test_the_digest_is_that_of_the_content_and_not_of_how_it_is_written() -> None:
    for one, other in itertools.combinations([{"a": 1, "b": [1.0]}, {"b": [1], "a": 1.0}, {"b": (1,), "a": 1}], 2):
        assert digest(one) == digest(other)
    assert digest({"a": 1}) != digest({"a": 2})
    assert digest({"a": True}) != digest({"a": 1})
    assert digest({"a": float("inf")})
