"""What the pages name exists: links, commands with their flags, series, settings; the definitions shown are good."""

import argparse
import gzip
import json
import re
from functools import cache
from pathlib import Path

import pytest

from schemas.definition.loading import parse
from schemas.names import SERIES
from services.cli.main import COMMANDS, parser_for
from services.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for folder in (ROOT, ROOT / "docs", ROOT / "deploy")
    for page in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"^(?:\./)?nsm ([a-z]\w*)(.*)$")


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def calls(page: str) -> set[tuple[str, str]]:
    """Every ``nsm COMMAND rest`` in code: between backticks, behind a prompt, or at a line's start."""
    text = text_of(page)
    lines = [line for _, block in BLOCK.findall(text) for line in block.splitlines()]
    spans = CODE.findall(BLOCK.sub("", text))
    pieces = [piece.strip() for line in [*lines, *spans] for piece in line.removeprefix("$ ").split("|")]
    return {(found[1], found[2]) for piece in pieces if (found := CALL.match(piece))}


def anchors(page: Path) -> set[str]:
    """What the headings of a page can be linked by."""
    heads = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def options_of(command: str) -> set[str]:
    """The flags of a command."""
    subparsers = next(
        action for action in parser_for(command)._actions if isinstance(action, argparse._SubParsersAction)
    )
    return flags_of(subparsers.choices[command])


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    """Its own and those of its verbs."""
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = found.union(*map(flags_of, action.choices.values()))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in LINK.findall(BLOCK.sub("", text_of(page))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page} links to {link}"
        assert not anchor or anchor in anchors(target), f"{page} links to {link}"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists_with_its_flags(page: str) -> None:
    for command, rest in calls(page):
        assert command in COMMANDS, f"{page}: nsm {command}"
        flags = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest))
        assert flags <= options_of(command), f"{page}: nsm {command}{rest}"


@pytest.mark.parametrize("page", PAGES)
def test_every_series_exists(page: str) -> None:
    told = set(re.findall(r"\bnsm_[a-z_]+\b", text_of(page)))
    assert told <= set(SERIES), f"{page}: {sorted(told - set(SERIES))}"


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_exists(page: str) -> None:
    known = {f"NSM_{name.upper()}" for name in Settings.__struct_fields__} | {"NSM_"}
    told = set(re.findall(r"\bNSM_[A-Z_]*", text_of(page)))
    assert told <= known, f"{page}: {sorted(told - known)}"


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:^|`)make ([a-z-]+)", text_of(page), re.MULTILINE))
    assert told <= targets, f"{page}: {sorted(told - targets)}"


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_every_definition_shown_is_good(page: str) -> None:
    shown = [block for language, block in BLOCK.findall(text_of(page)) if language == "yaml"]
    assert shown
    for block in shown:
        assert parse(block, page).north_star.metric


def test_a_past_moment_that_a_page_asks_for_is_one_of_the_events_that_come_along() -> None:
    asked = {page: re.findall(r"[?&]at=(\d{4}-\d{2}-\d{2})", text_of(page)) for page in PAGES}
    assert asked["docs/concepts.md"]
    with gzip.open(ROOT / "deploy/definitions/web-shop/events.jsonl.gz", "rt", encoding="utf-8") as lines:
        days = [json.loads(line)["time"][:10] for line in lines]
    assert all(min(days) <= day <= max(days) for found in asked.values() for day in found)


def test_the_changelog_names_every_series_and_setting() -> None:
    text = text_of("CHANGELOG.md")
    settings = {f"NSM_{name.upper()}" for name in Settings.__struct_fields__}
    missing = {name for name in {*SERIES, *settings} if f"`{name}`" not in text}
    assert not missing
    assert all(f"`nsm {command}" in text for command in COMMANDS)


def test_the_pages_name_no_machine_and_no_registry() -> None:
    for page in PAGES:
        assert not re.search(r"/root/|/work/|/home/|pypi\.org|maven\.org", text_of(page)), page


def test_the_pages_are_found() -> None:
    assert {"README.md", "docs/tutorial.md", "docs/concepts.md", "docs/operations.md"} <= set(PAGES)
