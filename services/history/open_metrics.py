"""Series with times as OpenMetrics text, which promtool makes blocks of."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.history.series import Family

JOB: Final = "nsm"
"""What Prometheus scrapes exporters as."""


def lines(families: Iterable[Family], scraped: dict[str, str]) -> Iterator[str]:
    """Line by line, the end marked; ``scraped`` are the labels that a scrape adds (job, instance).

    The same bytes for the same families.  One without a sample is left out.
    """
    for family in families:
        if not any(row.samples for row in family.rows):
            continue
        yield f"# TYPE {family.name} gauge\n"
        for row in family.rows:
            told = row.labels if family.recorded else row.labels | scraped
            selector = ",".join(f'{label}="{_escaped(value)}"' for label, value in told.items())
            for at_ms, value in row.samples:
                yield f"{family.name}{{{selector}}} {value!r} {_seconds(at_ms)}\n"
    yield "# EOF\n"


def _seconds(at_ms: int) -> str:
    seconds, rest = divmod(at_ms, 1000)
    return f"{seconds}.{rest:03}" if rest else f"{seconds}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
