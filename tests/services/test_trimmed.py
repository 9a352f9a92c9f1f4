"""No line that is printed ends with blanks."""

import io
from pathlib import Path

import pytest
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from services.cli.main import main
from services.trimmed import Trimmed

LIBRARY = Path(__file__).parents[2] / "deploy/definitions/web-shop"


def test_only_blanks_at_the_ends_of_lines_are_gone() -> None:
    table = Table("part", "where", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_row("redis", Text("here ", style="bold on red"))
    table.add_row("a long name", "")
    drawn = Group(table, Text(""), Padding(Text("indented"), (0, 0, 0, 2)))
    whole, trimmed = (_printed(one) for one in (drawn, Trimmed(drawn)))
    assert trimmed == "".join(line.rstrip() + "\n" for line in whole.splitlines())
    assert trimmed.splitlines()[1:] == ["redis        here", "a long name", "", "  indented"]


def _printed(drawn: object) -> str:
    file = io.StringIO()
    Console(file=file, width=60).print(drawn)
    return file.getvalue()


@pytest.mark.parametrize(
    "words", [["--rules"], ["--events", str(LIBRARY / "events.jsonl.gz"), str(LIBRARY / "nsm.yaml")]]
)
def test_a_check_prints_none(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 10
    assert [line for line in lines if line != line.rstrip()] == []
