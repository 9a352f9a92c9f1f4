"""``nsm init`` writes a first definition that is good as it stands."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.definition.loading import load, parse
from schemas.definition.model import FlatFormat
from services.cli.init import first_definition, machine_time_zone
from services.cli.main import main


def test_what_it_writes_passes_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    given = ["--company", 'Ca$h & "Co": #1', "--time-zone", "Asia/Kathmandu", "--topic", "shop"]
    assert main(["init", str(path), *given]) == 0
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().err == ""
    definition = load(path)
    assert (definition.company, definition.time_zone) == ('Ca$h & "Co": #1', "Asia/Kathmandu")
    assert definition.sources[0].topic == "shop"
    assert definition.sources[0].format == FlatFormat()


def test_it_never_writes_over_a_file_unless_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text("mine", encoding="utf-8")
    assert main(["init", str(path)]) == 1
    assert "--force" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"
    assert main(["init", str(path), "--force"]) == 0
    load(path)


def test_an_unfit_name_is_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    assert main(["init", str(path), "--time-zone", "Amsterdam"]) == 1
    assert 'did you mean "Europe/Amsterdam"?' in capsys.readouterr().err
    assert main(["init", str(path), "--topic", "a b"]) == 1
    assert not path.exists()


def test_the_folder_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "no" / "such" / "nsm.yaml")]) == 1
    assert capsys.readouterr().err.endswith(f"cannot be written: there is no folder {tmp_path / 'no'}\n")


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_any_company_name_is_written_as_it_is(company: str) -> None:
    assert parse(first_definition(company, "UTC", "null", date(2026, 2, 28))).company == company


def test_the_machine_has_a_time_zone_whatever_TZ_says(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: N802
    monkeypatch.setenv("TZ", "Europe/Lisbon")
    assert machine_time_zone() == "Europe/Lisbon"
    monkeypatch.setenv("TZ", ":/nonsense")
    assert machine_time_zone()
