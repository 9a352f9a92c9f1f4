"""One table of what the parts of the page say: how often each kind was compared with each set of events."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

ALL_KINDS = "Every kind"
NUMBERS = r"([\d,]+) \| ([\d,]+) \|$"
OF_METRIC = re.compile(rf"^\| (\w+)( by \w+)? \| ([a-z]+) \| [^|]+ \| {NUMBERS}", re.MULTILINE)
OF_MEASURES = re.compile(rf"^\| ([a-z][^|]*) \| [\d,]+ \| {NUMBERS}", re.MULTILINE)


class Told(NamedTuple):
    """A line of a part."""

    kind: str
    compared: int
    differences: int


def all_kinds(parts: Mapping[str, str]) -> str:
    """The table; a kind that a set of events has no use for was compared with it never."""
    compared: dict[str, Counter[str]] = {}
    differences = Counter[str]()
    for name, text in parts.items():
        for kind, number, wrong in _told(text):
            compared.setdefault(kind, Counter())[name] += number
            differences[kind] += wrong
    lines = [
        f"## {ALL_KINDS}",
        "",
        "How many numbers were compared; none where the events do not have what the kind needs.",
    ]
    lines += ["", f"| kind | {' | '.join(parts)} | differences |", f"| --- |{' --- |' * (len(parts) + 1)}"]
    for kind in sorted(compared):
        row = [f"{compared[kind][one]:,}" if compared[kind][one] else "" for one in parts]
        lines.append(f"| {kind} | {' | '.join(row)} | {differences[kind]:,} |")
    return "\n".join(lines) + "\n"


def _told(part: str) -> Iterator[Told]:
    """Of every metric the arithmetic, where it is more than a measure as it is, and of every measure its kind."""
    for _, by, kind, compared, differences in OF_METRIC.findall(part):
        if kind != "measure":
            yield Told(kind + (" by a dimension" if by else ""), _number(compared), _number(differences))
    for kind, compared, differences in OF_MEASURES.findall(part):
        yield Told(kind, _number(compared), _number(differences))


def _number(told: str) -> int:
    return int(told.replace(",", ""))
