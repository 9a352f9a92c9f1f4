"""The exporter's own file is read again when it changes, and a broken one changes nothing."""

import logging
import os
from pathlib import Path

import pytest

from schemas.errors import DefinitionError
from services.exporter.own_file import OwnFile
from tests.schemas.definition.texts import GOOD

BETTER = GOOD.replace("target: 1.8", "target: 2.5")


def write(path: Path, text: str) -> None:
    """As an editor does: another file in its place."""
    other = path.with_suffix(".new")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def test_another_target_is_found_and_nothing_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text(GOOD, encoding="utf-8")
    own = OwnFile(path)
    version = own.plan.version
    assert own.look() is None
    write(path, BETTER)
    changed = own.look()
    assert changed is not None
    assert (changed.version, changed.definition.north_star.target) == (version, 2.5)
    assert own.plan is changed
    assert own.look() is None
    write(path, f"# a word more\n{BETTER}")
    assert own.look() is None
    write(path, BETTER.replace("lateness: 7d", "lateness: 8d"))
    counted_otherwise = own.look()
    assert counted_otherwise is not None
    assert counted_otherwise.version != version


def test_a_change_in_place_is_seen_too(tmp_path: Path) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text(GOOD, encoding="utf-8")
    own = OwnFile(path)
    path.write_text(BETTER, encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert own.look() is not None


def test_a_file_that_is_not_good_or_gone_leaves_what_was_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text(GOOD, encoding="utf-8")
    own = OwnFile(path)
    before = own.plan
    with caplog.at_level(logging.INFO, "services.exporter.own_file"):
        for broken in ("target: soon", "target: later"):
            write(path, GOOD.replace("target: 1.8", broken))
            assert own.look() is None
            assert own.look() is None
        path.unlink()
        assert own.look() is None
        assert own.look() is None
        assert own.plan is before
        write(path, BETTER)
        assert own.look() is not None
    said = [one.getMessage() for one in caplog.records if one.name == "services.exporter.own_file"]
    assert len(said) == 4
    assert '"soon" is not a finite number' in said[0]
    assert '"later" is not a finite number' in said[1]
    assert "there is no such file" in said[2]
    assert said[3].endswith(f"has changed, and is version {own.plan.version}")


def test_it_begins_with_a_good_one(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        OwnFile(tmp_path / "nsm.yaml")
