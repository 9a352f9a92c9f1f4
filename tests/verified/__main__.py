"""``python -m tests.verified`` writes ``docs/verified.md``; with ``--road`` the part of what went the real road.

The exit code is 1 where anything differs.
"""

import sys
from pathlib import Path

import pytest

from tests.verified.comparing import DATA_SETS, verify
from tests.verified.page import PAGE, page, part, parts_of
from tests.verified.road import ON_THE_ROAD, TOLD, WRITING, road_part

LIVE = Path(__file__).parents[1] / "live"


class Listener:
    """Keeps the lines that live tests tell."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[WRITING] = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.lines += [str(line) for name, line in report.user_properties if name == TOLD]


def _sets() -> tuple[dict[str, str], bool]:
    """The parts of those sets of events that are at hand, and whether nothing differs."""
    parts, wrong = {}, 0
    for data in DATA_SETS:
        if data.events.exists():
            found = verify(data)
            parts[data.name] = part(found)
            wrong += sum(row.differences for row in found.rows)
    return parts, wrong == 0


def _road() -> tuple[dict[str, str], bool]:
    """The part of the road, and whether all went well; a journey that could not be made stays as it was."""
    listener = Listener()
    code = pytest.main([str(LIVE / "test_road.py"), str(LIVE / "test_every_kind.py")], plugins=[listener])
    return {ON_THE_ROAD: road_part([*listener.lines, *_written().get(ON_THE_ROAD, "").splitlines()])}, code == 0


def _written() -> dict[str, str]:
    return parts_of(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}


if __name__ == "__main__":
    told, good = _road() if sys.argv[1:] == ["--road"] else _sets()
    PAGE.write_text(page(_written() | told), encoding="utf-8")
    sys.exit(not good)
