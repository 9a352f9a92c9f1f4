"""Status, rollback and retire, over the state in memory."""

import asyncio
from collections.abc import Collection, Coroutine, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.definition.loading import load, parse
from schemas.errors import CommandError, LogError
from services.definition import retire as retiring
from services.definition.diff import compared
from services.definition.diff import sentences as of_difference
from services.definition.internal_topics import Dropped
from services.definition.retire import retire
from services.definition.rollback import KEPT_UP, roll_back
from services.definition.rollback import sentences as after_rollback
from services.definition.status import VersionStatus, all_versions, sentences, unanswered
from streams.plan import Carried, Plan, compile_plan
from streams.state.memory import MemoryStore
from streams.state.port import Commit, Log, Partition, Standing
from streams.state.serving import NOTHING, Serving
from tests.streams.folding import definition, the_source

OLD = compile_plan(definition())
NEW = compile_plan(msgspec.structs.replace(definition(), week_starts="sunday"))
COMPANY, TOPIC = OLD.definition.company, the_source(OLD).source.topic
END = 1_000_000
SERVED = Serving(served=NEW.version, before=OLD.version, since_ms=5)


async def ends(topics: Mapping[str, int]) -> Mapping[tuple[str, int], int]:
    return {(topic, number): END for topic in topics for number in (0, 1)}


async def silent(_: Collection[str]) -> Mapping[tuple[str, int], int]:
    return {}


async def nobody(_: str) -> int | None:
    return None


async def folded(store: MemoryStore, plan: Plan, *positions: int) -> None:
    await store.fix_partitions(plan.version, TOPIC, 2)
    await store.keep_definition(plan.version, msgspec.json.encode(plan.definition))
    for number, position in enumerate(positions):
        session, _ = await store.open(Partition(plan.version, TOPIC, number), Log(0, END, "id"))
        commit = Commit(standing=Standing(position=position), cells={}, totals={"counted": 1}, records={}, ids={})
        await session.apply(commit)
        session.close()


async def two(*positions: int) -> MemoryStore:
    """The new one served and at the logs' ends, the old one at these positions."""
    store = MemoryStore()
    await folded(store, OLD, *positions)
    await folded(store, NEW, END, END)
    assert await store.exchange(COMPANY, NOTHING, SERVED)
    return store


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_the_status_tells_parts_positions_and_sizes() -> None:
    async def story() -> None:
        store = await two(END, END - 7)
        served, before = await all_versions(store, store, ends, nobody)
        assert (served.version, served.part, served.company, served.lag) == (NEW.version, "served", COMPANY, 0)
        assert (before.version, before.part, before.lag) == (OLD.version, "before", 7)
        assert [(one.position, one.end, one.lag) for one in before.partitions] == [(END, END, 0), (END - 7, END, 7)]
        assert before.bytes == sum(one.bytes for one in before.partitions) > 0
        words = "\n".join(sentences([served, before]))
        assert "7 events behind" in words
        assert f"{TOPIC}[1] at 999,993 of 1,000,000" in words
        assert f"{TOPIC}[0]" not in words

    told(story())


def test_a_version_that_no_worker_has_begun_with_is_told_as_such() -> None:
    carried = VersionStatus(version=NEW.version, company="", part="", partitions=())
    assert list(sentences([carried])) == [
        f"{NEW.version}  not served, its workers have not begun, lag unknown, workers unknown, 0 partitions, 0.0 MB"
    ]


def test_a_lag_is_unknown_where_an_end_or_a_position_is() -> None:
    async def story() -> None:
        store = await two(END)
        assert [one.lag for one in await all_versions(store, store, silent, nobody)] == [None, None]
        assert [one.lag for one in await all_versions(store, store, ends, nobody)] == [0, None]
        assert list(sentences([])) == ["no version has begun"]

    told(story())


def test_all_versions_are_asked_about_at_once_and_none_that_is_retired() -> None:
    async def story() -> None:
        store = await two(END, END)
        other = compile_plan(msgspec.structs.replace(definition(), week_starts="saturday"))
        await folded(store, other, END, END)
        await retire(other.version, COMPANY, store, store, store)
        all_asked = asyncio.Barrier(4)

        async def slow_ends(topics: Mapping[str, int]) -> Mapping[tuple[str, int], int]:
            await all_asked.wait()
            return await ends(topics)

        async def slow_workers(_: str) -> int | None:
            await all_asked.wait()
            return 1

        async with asyncio.timeout(30):
            found = await all_versions(store, store, slow_ends, slow_workers)
        assert [(one.part, one.lag, one.workers) for one in found] == [
            ("served", 0, 1),
            ("before", 0, 1),
            ("retired", None, None),
        ]

    told(story())


def test_what_kafka_has_not_said_is_told_of_each_version_that_it_is_wanted_of() -> None:
    async def story() -> None:
        store = await two(END, END)

        async def workers(version: str) -> int | None:
            return None if version == OLD.version else 1

        served = await all_versions(store, store, ends, workers)
        said = f"Kafka at k:9092 did not say within 10 s how many workers fold {OLD.version}"
        assert list(unanswered(served, "k:9092", 10)) == [said]
        (both,) = unanswered(await all_versions(store, store, silent, workers), "k:9092", 10)
        logs = f"how far all logs of {NEW.version} and {OLD.version} reach"
        assert both == said.replace("how many", f"{logs}, nor how many")
        await retire(OLD.version, COMPANY, store, store, store)
        assert list(unanswered(await all_versions(store, store, ends, workers), "k:9092", 10)) == []

    told(story())


def test_a_served_version_that_nobody_folds_is_named_with_what_helps() -> None:
    async def story() -> None:
        store, folded_by = await two(END, END - 7), {OLD.version: 2, NEW.version: 0}

        async def workers(version: str) -> int:
            return folded_by[version]

        found = await all_versions(store, store, ends, workers)
        assert [one.workers for one in found] == [0, 2]
        first, second, _, said = sentences(found)
        assert first.startswith(f"{NEW.version}  served, {COMPANY}, at the logs' ends, no worker, 2 partitions")
        assert second.startswith(f"{OLD.version}  before, {COMPANY}, 7 events behind, 2 workers, 2 partitions")
        assert said == (
            f"No worker folds {NEW.version}, which is served: its numbers stand still until nsm up, or nsm worker, "
            f"runs with its file, or nsm definition rollback serves {OLD.version} again."
        )
        folded_by[NEW.version] = 1
        *_, last = sentences(await all_versions(store, store, ends, workers))
        assert last.startswith(f"    {TOPIC}[1]")

    told(story())


def test_a_next_version_that_nobody_folds_does_not_come_to_be_served() -> None:
    async def story() -> None:
        store = await two(END, END)
        coming = Serving(served=OLD.version, next=NEW.version)
        assert await store.exchange(COMPANY, SERVED, coming)

        async def workers(version: str) -> int:
            return int(version == OLD.version)

        *_, said = sentences(await all_versions(store, store, ends, workers))
        assert said.startswith(
            f"No worker folds {NEW.version}, which is next: it does not come to be served until nsm up"
        )
        assert "rollback" not in said

    told(story())


def test_a_rollback_says_where_nobody_folds_what_is_served_again() -> None:
    serving = Serving(served=OLD.version, before=NEW.version)
    served = f"version {OLD.version} is served again in place of {NEW.version}"
    assert list(after_rollback(serving, 1)) == list(after_rollback(serving, None)) == [served]
    first, second = after_rollback(serving, 0)
    assert first == served
    assert second.startswith(f"no worker folds {OLD.version}: its numbers stand still until")
    assert second.endswith(f"nsm definition rollback serves {NEW.version} again")


def test_a_rollback_serves_the_version_before_and_can_be_rolled_back() -> None:
    async def story() -> None:
        store = await two(END - KEPT_UP, END)
        found = await roll_back(COMPANY, store, store, ends, lambda: 9)
        assert found == Serving(served=OLD.version, before=NEW.version, since_ms=9) == await store.serving(COMPANY)
        assert (await roll_back(COMPANY, store, store, ends, lambda: 5)) == SERVED

    told(story())


@pytest.mark.parametrize(
    ("positions", "asked", "why"),
    [
        ((END - KEPT_UP, END - 1), ends, "10,001 events behind"),
        ((END,), ends, rf"no state of {TOPIC}\[1\]"),
        ((END, END), silent, "Kafka does not say"),
    ],
)
def test_a_version_that_has_not_kept_up_is_not_served_again(positions: tuple[int, ...], asked: Any, why: str) -> None:
    async def story() -> None:
        store = await two(*positions)
        with pytest.raises(CommandError, match=why):
            await roll_back(COMPANY, store, store, asked, lambda: 9)
        assert await store.serving(COMPANY) == SERVED

    told(story())


def test_without_a_version_before_there_is_no_rollback() -> None:
    async def story() -> None:
        store = MemoryStore()
        with pytest.raises(CommandError, match="nothing is served"):
            await roll_back(COMPANY, store, store, ends, lambda: 9)
        await store.exchange(COMPANY, NOTHING, Serving(served=NEW.version))
        with pytest.raises(CommandError, match="before"):
            await roll_back(COMPANY, store, store, ends, lambda: 9)

    told(story())


def test_who_decides_by_what_has_changed_meanwhile_changes_nothing() -> None:
    async def story() -> None:
        store = await two(END, END)
        other = msgspec.structs.replace(SERVED, next="another")

        async def meanwhile(topics: Mapping[str, int]) -> Mapping[tuple[str, int], int]:
            await store.exchange(COMPANY, SERVED, other)
            return await ends(topics)

        with pytest.raises(CommandError, match="just now"):
            await roll_back(COMPANY, store, store, meanwhile, lambda: 9)
        assert await store.serving(COMPANY) == other

    told(story())


def test_a_retired_version_is_nobodys_part_and_cannot_begin_again() -> None:
    async def story() -> None:
        store = await two(END, END)
        stood = await retire(OLD.version, COMPANY, store, store, store)
        assert [one.position for one in stood.partitions] == [END, END]
        assert await store.serving(COMPANY) == msgspec.structs.replace(SERVED, before="")
        with pytest.raises(LogError, match="retired"):
            await store.open(Partition(OLD.version, TOPIC, 0), Log(0, END, "id"))
        served, retired = await all_versions(store, store, ends, nobody)
        assert (served.part, retired.part, retired.lag) == ("served", "retired", None)
        assert await store.definition(OLD.version) is None
        with pytest.raises(CommandError, match="before"):
            await roll_back(COMPANY, store, store, ends, lambda: 9)
        await retire(OLD.version, COMPANY, store, store, store)

    told(story())


def test_a_file_whose_version_is_retired_is_told_so(tmp_path: Path) -> None:
    text = (
        "company: Versvork\ntime_zone: UTC\nevents: {{topic: t, keyed_by: user_id}}\nmeasures: {{n: {{count: {of}}}}}\n"
    )
    text += "metrics: {{n: {{measure: n, window: {{calendar: day}}}}}}\nnorth_star: {{metric: n}}\n"
    was, now = (compile_plan(parse(text.format(of=of))) for of in ("order", "view"))
    (tmp_path / "was.yaml").write_text(text.format(of="order"), encoding="utf-8")

    async def story() -> None:
        store = MemoryStore()
        for plan in (was, now):
            await folded(store, plan, END, END)
        served = Serving(served=now.version, before=was.version)
        assert await store.exchange("Versvork", NOTHING, served)
        before = await compared(store, tmp_path / "was.yaml", None)
        await retire(was.version, "Versvork", store, store, store)
        after = await compared(store, tmp_path / "was.yaml", None)
        assert (before.retired, after.retired) == (False, True)
        *_, last = of_difference(after)
        assert last.startswith(f"Version {was.version} has been retired and does not come back")
        assert not any("retired" in line for line in of_difference(before))

    told(story())


def test_the_served_version_is_never_retired() -> None:
    async def story() -> None:
        store = await two(END, END)
        for company in (COMPANY, "another file's"):
            with pytest.raises(CommandError, match="is served"):
                await retire(NEW.version, company, store, store, store)
        assert (await all_versions(store, store, ends, nobody))[0].lag == 0

    told(story())


def test_a_version_that_never_began_is_not_retired() -> None:
    async def story() -> None:
        store = await two(END, END)
        with pytest.raises(CommandError, match="has not begun"):
            await retire("nonsense", COMPANY, store, store, store)

    told(story())


def test_a_file_is_compared_with_what_is_served(tmp_path: Path) -> None:
    file = Path(__file__).parents[3] / "deploy/definitions/cdnow.yaml"
    changed = tmp_path / "changed.yaml"
    text = file.read_text(encoding="utf-8")
    zone = next(line for line in text.splitlines() if line.startswith("time_zone:"))
    changed.write_text(text.replace(zone, "time_zone: Asia/Kathmandu"), encoding="utf-8")

    async def story() -> None:
        store = MemoryStore()
        with pytest.raises(CommandError, match="nothing is served"):
            await compared(store, file, None)
        two_files = await compared(store, file, changed)
        assert two_files.anew
        company = next(line for line in text.splitlines() if line.startswith("company:")).split(": ", 1)[1]
        await store.exchange(company, NOTHING, Serving(served=two_files.one))
        with pytest.raises(CommandError, match="not kept"):
            await compared(store, changed, None)
        await store.keep_definition(two_files.one, msgspec.json.encode(load(file)))
        assert await compared(store, changed, None) == two_files
        assert not (await compared(store, file, None)).anew

    told(story())


def test_what_was_freed_and_what_is_left_to_do_is_said() -> None:
    async def story() -> None:
        store = await two(END, END)
        stood = await retire(OLD.version, COMPANY, store, store, store)
        said = list(retiring.sentences(stood, Dropped(("nsm-a-x-by-y",), ("nsm-a-x-by-z",))))
        assert said[0].startswith(f"version {OLD.version} is retired")
        assert said[1:] == [
            "its internal topic nsm-a-x-by-y is deleted",
            "its internal topic nsm-a-x-by-z is left, as Kafka does not answer: ask again, or delete it there",
        ]
        again = await retire(OLD.version, COMPANY, store, store, store)
        assert list(retiring.sentences(again, Dropped(("nsm-a-x-by-z",), ()))) == [
            f"version {OLD.version} was retired already: there was nothing left to free",
            "its internal topic nsm-a-x-by-z is deleted",
        ]

    told(story())


@pytest.mark.parametrize("begun", [True, False])
def test_what_was_not_carried_over_to_the_end_leaves_no_mark_and_may_begin_again(*, begun: bool) -> None:
    """Else its workers would wait for ever for what nobody runs again."""

    async def story() -> None:
        store = await two(END, END)
        other = compile_plan(msgspec.structs.replace(definition(), week_starts="saturday"))
        cut_off = msgspec.json.encode(Carried(before=NEW.version, whole=False, attempt="one"))
        await store.keep_carried(other.version, cut_off)
        if begun:
            await folded(store, other, 7, 7)
        await retire(other.version, COMPANY, store, store, store)
        assert await store.carried(other.version) is None
        assert other.version not in await store.versions()
        await folded(store, other, 5, 5)

    told(story())
