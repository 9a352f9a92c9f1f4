"""``docs/verified.md``: a part for each set of events, so that one which is not at hand leaves the others alone."""

import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from tests.verified.comparing import DATA_SETS, Row, Verified
from tests.verified.every_kind import ALL_KINDS, all_kinds
from tests.verified.kinds import SEEN
from tests.verified.road import ON_THE_ROAD, road_part

PAGE = Path(__file__).parents[2] / "docs" / "verified.md"

HEAD = """\
# Verified

Written by `python -m tests.verified`, and held by [a test](../tests/verified/test_page.py) to what a fresh run
gives. Each metric of the definitions that come along, and each of their measures as it is, was read at the end of
every local day, in each of its windows, and compared with [SQL](../tests/reference/measures.py) that DuckDB ran
over the same events, as exact rationals. [Every other kind](../tests/verified/kinds.py) of measure and arithmetic that
the events allow was added to each definition, split by a dimension *kind* that has fewer places than values. These, and
all segments, were read at the end of every ninth day of the two sets of real purchases, every third of the others. The
events were folded in each of the ways named: partitions in memory, each in batches of any size, by the rules of
admission of the service; *twice* is the same line sent again. A number that says *compared* is days times windows times
ways; of a metric *by* a dimension also times segments: those declared, the largest that found a place, `other` and
`none`, as SQL finds and ranks them too.
Online Retail is not part of the project: its events are read from a folder beside it, and where they are not there its
part stays as it was.
"""


def part(verified: Verified) -> str:
    """Of one set of events."""
    compared, differences = _sums(verified.rows)
    lines = [f"## {verified.data.name}", "", f"{compared:,} numbers compared, {differences:,} differences.", ""]
    seen = SEEN[verified.data.name]
    lines += [f"*kind* is `{seen.cut}` of `{seen.event}`; declared: {seen.values}; one more finds a place.", ""]
    lines += ["| events | counted | duplicates | late | ahead or refused |", "| --- | --- | --- | --- | --- |"]
    for way, outcomes in verified.outcomes:
        bad = outcomes["ahead"] + outcomes["refused"]
        told = (outcomes["counted"], outcomes["duplicate"], outcomes["late"], bad)
        lines.append(f"| {way.told} | {' | '.join(f'{number:,}' for number in told)} |")
    lines += ["", "| metric | kind | windows | compared | differences |", "| --- | --- | --- | --- | --- |"]
    lines += [_line(row) for row in verified.rows if "#" not in row.name]
    lines += ["", "| measures, as they are | how many | compared | differences |", "| --- | --- | --- | --- |"]
    plain = sorted((row for row in verified.rows if "#" in row.name), key=_kind)
    for kind, rows in groupby(plain, key=_kind):
        several = list(rows)
        numbers = " | ".join(f"{number:,}" for number in (len(several), *_sums(several)))
        lines.append(f"| {kind} | {numbers} |")
    return "\n".join(lines) + "\n"


def parts_of(page: str) -> dict[str, str]:
    """The parts of a page by the name of their set; what is made of them is left out."""
    found = re.findall(r"^(## (.*)\n(?:(?!## ).*\n)*)", page, re.MULTILINE)
    return {name: text.rstrip() + "\n" for text, name in found if name != ALL_KINDS}


def page(parts: Mapping[str, str]) -> str:
    """The whole: of all kinds together, then each set of events, then the road."""
    sets = {data.name: parts[data.name] for data in DATA_SETS if data.name in parts}
    return "\n".join([HEAD, all_kinds(sets), *sets.values(), parts.get(ON_THE_ROAD) or road_part(())])


def _line(row: Row) -> str:
    return f"| {row.name} | {row.kind} | {row.windows} | {row.compared:,} | {row.differences:,} |"


def _kind(row: Row) -> str:
    """A measure's kind, and whether it is of its segments."""
    return row.kind + (" by a dimension" if " by " in row.name else "")


def _sums(rows: list[Row]) -> tuple[int, int]:
    return sum(row.compared for row in rows), sum(row.differences for row in rows)
