"""The pictures that the pages show are those that the program draws now."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.text import Text

from tests.pictures.making import FOLDER, pictures
from tests.pictures.svg import picture

ROOT = Path(__file__).parents[2]
NAMES = sorted(file.name for file in FOLDER.glob("board*.svg"))
made = cache(pictures)


def words(svg: str) -> str:
    """Its text, line by line."""
    lines: dict[float, str] = {}
    for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 our own
        y = float(one.get("y", "0"))
        lines[y] = lines.get(y, "") + (one.text or "").replace("\xa0", " ")
    return "\n".join(lines[y] for y in sorted(lines))


def test_the_pictures_are_what_the_program_draws() -> None:
    assert sorted(made()) == NAMES, "make pictures writes them"
    for name, svg in made().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == svg, f"{name} is not what is drawn now: make pictures"


def test_the_alerts_in_them_are_those_that_the_rules_give() -> None:
    morning, night = words(made()["board.svg"]), words(made()["board-night.svg"])
    assert "NorthStarStale" not in morning
    assert "0 events" in morning
    assert "! page" in night
    assert "NorthStarStale" in night
    assert "! stale" in night


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_fetches_nothing_and_runs_nothing(name: str) -> None:
    svg = (FOLDER / name).read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"')<]+", svg))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "<script" not in svg
    assert "@font-face" not in svg
    assert not re.search(r"url\((?!#)", svg)


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_shown_on_a_page_with_words_for_who_cannot_see_it(name: str) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = [
        found[1]
        for page in pages
        for found in re.finditer(rf"!\[([^\]]+)\]\(\S*pictures/{re.escape(name)}\)", page.read_text(encoding="utf-8"))
    ]
    assert shown
    assert all(len(alt) > 20 for alt in shown)


def test_the_environment_changes_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    before = picture(Text("x", style="bold #56b4e9"), 40, "t")
    for name, text in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "10", "COLORTERM": ""}.items():
        monkeypatch.setenv(name, text)
    assert picture(Text("x", style="bold #56b4e9"), 40, "t") == before
