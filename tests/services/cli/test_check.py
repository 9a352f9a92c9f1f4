"""``nsm check`` says what is wrong, or what a good definition holds."""

from pathlib import Path

import pytest

from services.cli.main import main
from tests.schemas.definition.texts import GOOD


def test_a_good_definition_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "Versvork, Europe/Amsterdam" in said.out
    assert "8 measures, 5 metrics" in said.out
    assert "repeat_orders_per_customer (28d), target 1.8 by 2027-06-30, higher is better" in said.out
    assert "com.shop.listened (1 measure), order_completed (6 measures)" in said.out


def test_faults_go_to_stderr_with_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text(GOOD.replace("28d", "28").replace("1.8", "x"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.removeprefix(str(path)).split(":")[1] for line in said.err.splitlines()] == ["24", "29"]


def test_what_is_no_text_file_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.yaml", tmp_path, binary):
        assert main(["check", str(path)]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
        assert str(path) in said.err
