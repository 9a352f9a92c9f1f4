"""What goes through messages comes to what one fold comes to, whatever is sent twice or cut elsewhere."""

import copy
import random
from collections import Counter
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from schemas.errors import LogError
from streams.fold import unpack
from streams.plan import INTERNAL_PARTITIONS, Plan, Stage, compile_plan
from streams.rekeying import messages
from streams.rekeying.arriving import Arriving
from streams.rekeying.messages import Message, Origin, decoded
from streams.rekeying.routing import NOWHERE, home_of, homes_of
from streams.selection import OVERFLOW
from streams.state.port import NEVER, Standing
from tests.streams.folding import DAY, definition
from tests.streams.rekeying.company import (
    NO_DEDUPE,
    PARTITIONS,
    PLAN,
    STAGES,
    Cut,
    FirstStage,
    SecondStage,
    log_of,
    plain_cells,
    some_events,
)

SOURCES = 3
BY_KEY = {stage.key: stage for stage in STAGES}


def test_measures_are_grouped_by_the_first_property_of_their_entity() -> None:
    assert sorted(BY_KEY) == ["account_id", "items.sku", "referrer"]
    spaces = {key: [space.name for space in stage.plan.spaces] for key, stage in BY_KEY.items()}
    assert spaces["account_id"] == ["account_id", "account_id+items.sku"]
    assert [space.name for space in PLAN.sources["shop"].spaces] == ["user_id", "user_id+items.sku"]
    assert PLAN.topics_of("accounts") == ("shop", BY_KEY["account_id"].topic)
    assert PLAN.topics_of("customers") == PLAN.topics_of("orders") == ("shop",)


def test_a_stage_needs_nothing_that_its_measures_do_not() -> None:
    needs = BY_KEY["referrer"].plan.needs
    assert needs.by_type["order"].entities == {"referrer"}
    assert needs.by_type["order"].scalars == {"city"}
    assert not needs.by_type["order"].amounts


def test_a_pair_with_the_topics_key_in_second_place_lies_in_one_partition_already() -> None:
    given = definition()
    reorders = msgspec.structs.replace(given.measures["reorders"], entity=("items.sku", "user_id"))
    plan = compile_plan(msgspec.structs.replace(given, measures=given.measures | {"reorders": reorders}))
    assert plan.stages == {}


def test_internal_topics_bear_the_version_and_no_two_stages_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(PLAN.stages) == 3
    assert all(PLAN.version in topic and len(topic) < 200 for topic in PLAN.stages)
    monkeypatch.setattr("streams.plan.version.INTERNAL_PARTITIONS", INTERNAL_PARTITIONS + 1)
    assert compile_plan(PLAN.definition).version != PLAN.version
    assert compile_plan(definition()).version == compile_plan(definition()).version


class Story:
    """Sources that send, die, fall back and send again; what they sent may come at any later time, in their order."""

    def __init__(self, plan: Plan, stage: Stage, rng: random.Random, number: int) -> None:
        self.rng, self.stage = rng, stage
        logs: list[list[dict[str, object]]] = [[] for _ in range(SOURCES)]
        for event in some_events(rng, number):
            logs[crc32(str(event.get("user_id")).encode()) % SOURCES].append(event)
        self.logs = [log_of(log) for log in logs]
        origins = [Origin("shop", n, SOURCES) for n in range(SOURCES)]
        self.firsts = [FirstStage(plan, stage, origin, log) for origin, log in zip(origins, self.logs, strict=True)]
        self.stands = [Standing(position=0) for _ in range(SOURCES)]
        self.past = [[standing] for standing in self.stands]
        self.ghosts: list[list[list[bytes]]] = []
        self.internal: list[list[bytes]] = [[] for _ in PARTITIONS]

    def run(self, faults: int) -> None:
        """To the end of every log."""
        while any(stand.position < len(log) for stand, log in zip(self.stands, self.logs, strict=True)):
            self._one(self.rng.randrange(SOURCES), faulty=faults > 0 and self.rng.random() < 0.5)
            faults -= 1
            self._haunt()
        while any(map(any, self.ghosts)):
            self._haunt()

    def _one(self, n: int, *, faulty: bool) -> None:
        stand = self.rng.choice(self.past[n]) if faulty and self.rng.random() < 0.3 else self.stands[n]
        end = min(len(self.logs[n]), stand.position + self.rng.randrange(1, 9))
        if end == stand.position:
            return
        cut = self.firsts[n].cut(stand, end)
        if stand is not self.stands[n] or faulty:  # a zombie, or killed between send and commit
            self._die(cut, n)
            return
        self._send(cut)
        self.stands[n] = cut.after
        self.past[n].append(cut.after)

    def _send(self, cut: Cut) -> None:
        for home, letters in zip(self.internal, cut.letters, strict=True):
            home.extend(letters)

    def _die(self, cut: Cut, n: int) -> None:
        """Some of it was appended; the rest of a partition's may be lost, or come later."""
        for home, letters in zip(self.internal, cut.letters, strict=True):
            sent = self.rng.randrange(len(letters) + 1)
            home.extend(letters[:sent])
        self.ghosts.append([list(letters) if self.rng.random() < 0.5 else [] for letters in cut.letters])
        if self.rng.random() < 0.3:  # the first stage's Redis falls back
            kept = self.rng.randrange(1, len(self.past[n]) + 1)
            self.past[n] = self.past[n][:kept]
            self.stands[n] = self.past[n][-1]

    def _haunt(self) -> None:
        for ghost in self.ghosts:
            for home, letters in zip(self.internal, ghost, strict=True):
                if letters and self.rng.random() < 0.3:
                    home.append(letters.pop(0))

    def folded(self) -> list[SecondStage]:
        """Each internal partition, in batches of any size, falling back now and then."""
        return [self._folded(home) for home in self.internal]

    def _folded(self, home: list[bytes]) -> SecondStage:
        second, past = SecondStage(self.stage), []
        while second.standing.position < len(home):
            past.append(copy.deepcopy((second.standing, second.packed, second.cells)))
            begin = second.standing.position
            second.fold(home[begin : begin + self.rng.randrange(1, 6)])
            if self.rng.random() < 0.1:
                second.standing, second.packed, second.cells = past.pop(self.rng.randrange(len(past)))
                past = past[:1]
        return second


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(sorted(BY_KEY)), st.integers(0, 40), st.integers(0, 25), st.booleans())
def test_kills_zombies_late_appends_and_fall_backs_change_no_cell(
    seed: int,
    key: str,
    number: int,
    faults: int,
    small: bool,  # noqa: FBT001 - drawn
) -> None:
    stage = next(one for one in NO_DEDUPE.stages.values() if one.key == key)
    story = Story(NO_DEDUPE, stage, random.Random(seed), number)
    with pytest.MonkeyPatch.context() as patch:
        if small:
            patch.setattr(messages, "PIECE_BYTES", 150)
        story.run(faults)
    right, _ = plain_cells(NO_DEDUPE, stage, story.logs)
    total: dict[tuple[str, str], int] = {}
    for second in story.folded():
        for cell, delta in second.cells.items():
            total[cell] = total.get(cell, 0) + delta
    assert {cell: delta for cell, delta in total.items() if delta} == right


@pytest.mark.parametrize("key", ["account_id", "items.sku"])
def test_a_stage_counts_by_dimension_what_its_entities_did_in_each_segment(key: str) -> None:
    log = log_of(some_events(random.Random(3), 80))
    cells, _ = plain_cells(PLAN, BY_KEY[key], [log])
    assert {field.partition("|city|")[2] for _, field in cells if "|city|" in field} >= {"Ede", "", OVERFLOW}
    homes = [SecondStage(BY_KEY[key]) for _ in PARTITIONS]
    cut = FirstStage(PLAN, BY_KEY[key], Origin("shop", 0, 1), log).cut(START, 80)
    for home, letters in zip(homes, cut.letters, strict=True):
        home.fold(letters)
    total: Counter[tuple[str, str]] = Counter()
    for home in homes:
        total.update(home.cells)
    assert {cell: delta for cell, delta in total.items() if delta} == cells


@pytest.mark.parametrize("key", BY_KEY)
def test_what_measures_leave_out_is_counted_once_each_where_it_is_sent_from(key: str) -> None:
    log = log_of(some_events(random.Random(3), 80))
    first = FirstStage(PLAN, BY_KEY[key], Origin("shop", 0, 1), log)
    _, unused = plain_cells(PLAN, BY_KEY[key], [log])
    assert first.cut(Standing(position=0), len(log)).unused == unused
    assert unused


def test_every_entity_has_one_home() -> None:
    log = log_of(some_events(random.Random(5), 200))
    for key, stage in BY_KEY.items():
        homes: dict[str, set[int]] = {}
        for home, (letter,) in enumerate(FirstStage(PLAN, stage, Origin("shop", 0, 1), log).cut(START, 200).letters):
            second = SecondStage(stage)
            second.fold([letter])
            for space in stage.plan.spaces:
                for entity in second.packed.get(space.name, {}):
                    homes.setdefault(f"{space.name} {entity}", set()).add(home)
        assert all(len(one) == 1 for one in homes.values()), key
        assert len(set.union(*homes.values())) > 1, key


START = Standing(position=0)


def letters_of(cuts: list[int], key: str = "account_id", source: int = 0) -> list[list[list[bytes]]]:
    """Of each batch, of each internal partition."""
    log = log_of(some_events(random.Random(7), 60))
    first, standing, found = FirstStage(PLAN, BY_KEY[key], Origin("shop", source, 2), log), START, []
    for end in cuts:
        cut = first.cut(standing, end)
        standing = cut.after
        found.append(cut.letters)
    return found


def test_a_batch_without_rows_is_told_to_every_internal_partition_too() -> None:
    (letters,) = letters_of([1])
    told = [decoded(letter) for (letter,) in letters]
    assert [(one.first, one.next, one.before) for one in told] == [(0, 1, None)] * INTERNAL_PARTITIONS
    assert sum(one.rows is None for one in told) >= INTERNAL_PARTITIONS - 1
    assert len({one.floor for one in told}) == 1
    assert told[0].floor > NEVER


def test_a_gap_stops_with_a_sentence_and_so_does_a_beginning_that_is_none() -> None:
    batches = letters_of([10, 20, 30])
    for missing, said in (([0, 2], "holds offsets 20 to 29"), ([1, 2], "nothing of it is applied")):
        second = SecondStage(BY_KEY["account_id"])
        with pytest.raises(LogError, match=said):
            second.fold([batches[n][0][0] for n in missing])
        assert second.standing == START


def test_a_message_of_another_topic_or_none_at_all_stops_it() -> None:
    (letters,) = letters_of([10])
    message = decoded(letters[0][0])
    arriving = Arriving(BY_KEY["account_id"])
    with pytest.raises(LogError, match="a message from web"):
        arriving.take([msgspec.structs.replace(message, topic="web")], START, 1)
    for value in (None, b"", b"{}", msgspec.msgpack.encode([1, 2])):
        with pytest.raises(LogError, match="no message of ours"):
            decoded(value)
    with pytest.raises(LogError, match="in format 9"):
        decoded(msgspec.msgpack.encode(msgspec.structs.replace(message, format=9)))


def test_the_floor_is_the_smallest_of_all_source_partitions_and_unknown_while_one_was_never_heard_of() -> None:
    one, other = (letters_of([40], source=source)[0][0][0] for source in (0, 1))
    second = SecondStage(BY_KEY["account_id"])
    second.fold([one])
    assert second.standing.floor == NEVER, "the other may still send anything"
    early = msgspec.structs.replace(decoded(other), floor=5)
    admitted = second.arriving.take([early], second.standing, 2)
    assert admitted.standing.floor == 5
    assert {reached.partition: reached.next for reached in admitted.standing.reached} == {0: 40, 1: 40}


def test_pieces_follow_each_other_without_a_hole_and_only_the_last_bears_the_new_floor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "PIECE_BYTES", 120)
    (letters,) = letters_of([60])
    pieces: list[Message] = [decoded(letter) for letter in letters[0]]
    assert len(pieces) > 2
    assert [one.first for one in pieces] == [0, *(one.next for one in pieces[:-1])]
    assert [one.before for one in pieces] == [None, *(one.next for one in pieces[:-1])]
    assert pieces[-1].next == 60
    assert {one.floor for one in pieces[:-1]} == {NEVER}
    assert pieces[-1].floor > NEVER


def test_records_are_pruned_by_what_the_sources_forward() -> None:
    stage = next(one for one in NO_DEDUPE.stages.values() if one.key == "account_id")
    days = [{"event_id": f"e{n}", "event": "order", "time": n * DAY + DAY, "account_id": "a"} for n in range(60)]
    first, standing = FirstStage(NO_DEDUPE, stage, Origin("shop", 0, 1), log_of(days)), START
    second, home = SecondStage(stage), None
    for end in range(1, 61):
        cut = first.cut(standing, end)
        standing = cut.after
        home = home if home is not None else next(n for n in PARTITIONS if decoded(cut.letters[n][0]).rows)
        second.fold(cut.letters[home])
    (record,) = map(unpack, second.packed["account_id"].values())
    assert max(map(len, record)) < 35, "the days within the longest window, and not all sixty"


def test_where_an_entity_lives_is_the_same_in_every_process_and_version_of_the_code() -> None:
    entities = ["a", "b", "acc-1", "acc-2", "é", "", UNSET, "x" * 99]
    homes = [3, 3, 1, 2, 3, 2, NOWHERE, 1]
    assert homes_of(entities).tolist() == homes
    assert [home_of(entity) for entity in entities] == homes
