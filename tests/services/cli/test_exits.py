"""Exit codes are those of the page that tells them."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.main import COMMANDS, main, parser_for

PAGE = (Path(__file__).parents[3] / "docs/operations.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Exit codes\n")[2].partition("\n## ")[0]
ROW = re.compile(r"^\| `([a-z ]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TOLD = {name: (done, failed) for name, done, failed in ROW.findall(TABLE)}
ANSWERED_AT_ONCE = {
    "check": ["nowhere.yaml"],
    "replay": ["--definition", "nowhere.yaml", "events.jsonl"],
    "up": ["nowhere.yaml"],
    "history": ["nowhere.yaml"],
    "board": ["nowhere.yaml"],
    "publish": ["--definition", "nowhere.yaml", "events.jsonl"],
    "worker": ["nowhere.yaml"],
    "exporter": ["nowhere.yaml"],
    "definition diff": ["nowhere.yaml", "nowhere.yaml"],
    "rules render": ["--definition", "nowhere.yaml", "rules"],
    "grafana render": ["--definition", "nowhere.yaml", "boards"],
}
"""Commands that read a definition first, and one that is not there."""


def every_command() -> Iterator[str]:
    """With its verb where it has some."""
    for name in COMMANDS:
        verbs = [one.choices for one in its_parser(name)._actions if one.choices and not one.option_strings]
        yield from [f"{name} {verb}" for some in verbs for verb in some] or [name]


def its_parser(command: str) -> argparse.ArgumentParser:
    commands = next(one for one in parser_for(command)._actions if isinstance(one, argparse._SubParsersAction))
    found: argparse.ArgumentParser = commands.choices[command]
    return found


def test_every_command_has_its_row_and_no_other() -> None:
    assert list(TOLD) == list(every_command())


@pytest.mark.parametrize("command", TOLD)
def test_what_cannot_be_understood_is_2(command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--no-such-word"])
    assert ended.value.code == 2


@pytest.mark.parametrize("command", ANSWERED_AT_ONCE)
def test_a_definition_that_is_not_there_is_1(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*command.split(), *ANSWERED_AT_ONCE[command]]) == 1
    assert "nowhere.yaml" in "".join(capsys.readouterr())


def test_every_row_says_what_0_is() -> None:
    assert all(len(done) > 3 for done, _ in TOLD.values())
