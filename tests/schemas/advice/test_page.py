"""The page on choosing a metric lists the rules as they are."""

import re
from pathlib import Path

from schemas.advice.rules import EVERY, many_kpis
from schemas.advice.rules.undeclared import MOST_OTHER, NAMED
from schemas.advice.rules.volume import ENOUGH, MOST_ZEROS
from services.check.periods import MOST
from services.check.spread import noise

PAGE = (Path(__file__).parents[3] / "docs" / "choosing.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### ([a-z-]+): ([^\n]*)\n\n\*(\w+)\* ([^\n]*)\n\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)


def test_each_rule_has_its_section_in_order_with_title_severity_and_reason() -> None:
    listed = [found[:4] for found in SECTION.findall(PAGE)]
    assert listed == [(rule.id, rule.title, rule.severity, rule.reason) for rule in EVERY]


def test_each_section_ends_with_what_would_be_better() -> None:
    assert [found[4].strip().splitlines()[-1] for found in SECTION.findall(PAGE)] == [
        f"Better: {rule.example}." for rule in EVERY
    ]


def test_ids_and_titles_are_each_their_own_and_plain() -> None:
    assert len({rule.id for rule in EVERY}) == len({rule.title for rule in EVERY}) == len(EVERY)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id) for rule in EVERY)
    assert all(rule.reason.endswith(".") for rule in EVERY)
    assert not any(rule.title.endswith(".") or rule.example.endswith(".") for rule in EVERY)


def test_the_numbers_on_the_page_are_those_of_the_rules() -> None:
    assert f"below {ENOUGH} entities or events" in PAGE
    assert f"more than {MOST_ZEROS:.0%} of the periods" in PAGE
    assert f"more than {MOST_OTHER:.0%} of the events" in PAGE
    assert NAMED == 5
    assert many_kpis.MOST == 3
    assert "more than three KPIs" in PAGE
    assert "names the five largest" in PAGE
    assert f"at most the last {MOST:,}" in PAGE
    assert "1.4826 * median(|d - median(d)|) / sqrt(2)" in (noise.__doc__ or "")
    assert "1.4826 * median(abs(d - median(d))) / sqrt(2) / abs(median(x))" in PAGE
