"""Workers share, join, leave and break: what each leaves behind, others take up."""

import re
import time
from pathlib import Path

import pytest

from tests.live.road import SHORT, Road, busy, endless, orders

LEAVES_WITHIN_S = 5.0
MISSED_AFTER_S = 10.0
"""The session time-out."""


def moves_everywhere(road: Road) -> bool:
    """Whether every partition comes further before a worker that just vanished would be missed."""
    before, deadline = road.standings(), time.monotonic() + MISSED_AFTER_S
    while time.monotonic() < deadline:
        if all(now.position > before[n].position for n, now in road.standings().items()):
            return True
        time.sleep(0.1)
    return False


def test_workers_come_and_go_and_the_others_take_up_their_partitions_at_once(road: Road) -> None:
    one, other = road.start(""), road.start("")
    for worker in (one, other):
        worker.says("opened")
    with busy(road, endless(), 400):
        road.until_work()
        third = road.start("")
        third.says("joined")
        for leaving in (other, third):
            assert moves_everywhere(road), road.last_words()
            assert leaving.process.end(LEAVES_WITHIN_S) == 0
        assert moves_everywhere(road), road.last_words()
    road.until_read()
    assert road.differences() == []
    assert "opened" in third.log()
    assert not any("Traceback" in worker.log() for worker in road.workers)


BUG = "def bug(*_): raise KeyError('bug')"
WORKER = "import streams.worker"
BREAKS = {
    "the fold": f"{WORKER}.intake as m\n{BUG}\nm.Work.fold = bug",
    "the agent": f"{WORKER}.session as m\n{BUG}\nm.Session.put = bug",
    "the watch": f"{WORKER}.sessions as m\n{BUG}\nm.WATCH_S, m.OwnedSessions._check_topics = 0.5, bug",
    "the opening": f"{WORKER}.sessions as m\n{BUG}\nm.OwnedSessions._opened = bug",
    "the fetch": f"{WORKER}.transport as m\n{BUG}\nm.FetchedBatch.__init__ = bug",
    "the seek": f"{WORKER}.transport as m\n{BUG}\nm.ConsumerThread._start_runs = bug",
}


@pytest.mark.parametrize("where", BREAKS)
def test_a_bug_ends_the_process_and_counts_nothing(road: Road, where: str) -> None:
    broken = road.start(SHORT + BREAKS[where])
    road.publish(orders(500))
    assert broken.ends(within_s=20) == 1
    assert "KeyError" in broken.log()
    assert road.position() == 0
    road.start()
    road.workers.remove(broken)
    road.until_read()
    assert road.differences() == []


LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING) (streams|services)\.\S+ \S")


def test_the_log_is_one_line_a_unit_of_work_in_our_words_without_what_events_held(road: Road) -> None:
    worker = road.start("")
    road.publish([*orders(2_000), b'{"event_id":"x","event":"order","user_id":"hunter2"}'])
    road.until_read()
    with road.redis.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
    worker.says("again in")
    road.publish(orders(100, first=2_000))
    road.until_read()
    assert worker.process.end() == 0
    assert not [line for line in worker.log().splitlines() if not LINE.match(line)]
    assert "\x1b" not in worker.log()
    assert "hunter2" not in worker.log()
    assert len(worker.log().splitlines()) < 25


def test_an_absent_definition_is_said_in_a_sentence(road: Road) -> None:
    road.file = Path("nowhere.yaml")
    worker = road.start("")
    assert worker.ends() == 1
    assert len(worker.log().splitlines()) == 1
    assert "nowhere.yaml" in worker.log()
