from collections.abc import Iterator, Sequence
from errno import EIO
from pathlib import Path

import pytest

from schemas.errors import StackError
from services.local.parts import Part, always
from services.local.supervisor import Supervisor


class Said(list[str]):
    """What people were told."""


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def supervisor(tmp_path: Path, said: Said) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, said.append)
    yield supervisor
    supervisor.end()


def part(name: str, script: str) -> Part:
    return Part(name=name, command=["sh", "-c", script], ready=always)


def start_and_watch(supervisor: Supervisor, parts: Sequence[Part]) -> None:
    """A part that dies at once may be found by either."""
    supervisor.start(parts)
    supervisor.watch()


def test_a_part_that_dies_is_named_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    parts = [part("one", "sleep 60"), part("two", "sleep 0.2; echo no room left; exit 3")]
    with pytest.raises(StackError, match=r"(?s)^two ended with exit code 3; .*two\.log ends with:\nno room left$"):
        start_and_watch(supervisor, parts)


def test_a_part_that_is_killed_is_named_with_the_signal(supervisor: Supervisor) -> None:
    with pytest.raises(StackError, match="one was ended by signal 9"):
        start_and_watch(supervisor, [part("one", "kill -9 $$")])


def test_a_part_that_is_not_ready_in_time_is_named(supervisor: Supervisor) -> None:
    never = Part(name="slow", command=["sleep", "60"], ready=lambda: False, ready_within_seconds=0.2)
    with pytest.raises(StackError, match="slow was not ready within 0 s"):
        supervisor.start([never])


def test_a_part_that_dies_while_another_is_awaited_is_named(supervisor: Supervisor) -> None:
    never = Part(name="slow", command=["sleep", "60"], ready=lambda: False)
    with pytest.raises(StackError, match="quick ended with exit code 1"):
        supervisor.start([never, part("quick", "exit 1")])


def test_parts_end_in_the_reverse_of_their_order(supervisor: Supervisor, said: Said) -> None:
    supervisor.start([part("first", "sleep 60")])
    supervisor.start([part("second", "sleep 60")])
    supervisor.end()
    assert said[-2:] == ["second has ended", "first has ended"]
    assert not supervisor.running


def test_all_parts_end_in_their_time_where_nobody_listens_any_more(tmp_path: Path) -> None:
    def say(line: str) -> None:
        if line.endswith("has ended"):
            raise OSError(EIO, "the terminal was closed")

    supervisor = Supervisor(tmp_path, say)
    supervisor.start([part("first", "sleep 60"), part("second", "sleep 60")])
    processes = [process for _, process in supervisor.running]
    supervisor.end()
    assert not supervisor.running
    assert all(process.exit_code() is not None for process in processes)


@pytest.mark.parametrize(("code", "told"), [(0, "filling is done"), (3, "filling failed; ")])
def test_a_part_that_ends_when_its_work_is_done_takes_nothing_with_it(
    supervisor: Supervisor, said: Said, code: int, told: str
) -> None:
    work = Part(name="filling", command=["sh", "-c", f"exit {code}"], ready=always, ends=True)
    supervisor.start([part("one", "sleep 60"), work])
    (_, process) = supervisor.running[1]
    process.wait_until(lambda: False, 60)
    supervisor.check()
    supervisor.check()
    assert sum(line.startswith(told) for line in said) == 1
