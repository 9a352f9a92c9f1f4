"""What was added late, read back.

An addition to day b that came when day w was reached changed every period that ends with a day from b to the one before
w, after it was over:

    b ....... last | ..... w        of a period that ends with ``last``: what lies in it, and came when w > last

Likewise of the buckets of windows of hours.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from schemas import names
from streams.plan import Plan, Series
from streams.time.grains import DAY, Buckets

Fields = dict[str, int]
"""As of the series itself."""


class _Late(NamedTuple):
    """Of one series: by what was reached, the fields that were added to; and how far back any of them lies."""

    added: dict[int, Fields]
    lags: list[int]


class LateCells:
    """The late series of all partitions, added up."""

    def __init__(self) -> None:
        self._of_series: dict[str, _Late] = {}

    def add(self, series: str, fields: Mapping[str, int]) -> None:
        """Adds the fields of one key of a late series, named as the fold names them."""
        added, lags = self._of_series.setdefault(series, _Late({}, [0]))
        for field, number in fields.items():
            pieces, bar, rest = field.partition("|")
            bucket, _, piece = pieces.partition("@")
            reached, name = int(piece), f"{bucket}{bar}{rest}"
            known = added.setdefault(reached, {})
            known[name] = known.get(name, 0) + number
            lags[0] = max(lags[0], reached - int(bucket))

    def after(self, series: Series, last: int) -> Iterator[Fields]:
        """What came for pieces up to ``last`` when one past it was reached; also what came then for later ones."""
        found = self._of_series.get(names.late_series(series.name))
        if found is None:
            return
        pieces = sorted(found.added)
        for reached in pieces[bisect_right(pieces, last) :]:
            if reached > last + found.lags[0]:
                break
            yield found.added[reached]


def late_series(plan: Plan, source: str | None = None) -> dict[str, Series]:
    """The series that have a late one, by name: all, or those of one source."""
    return {
        series.name: series
        for (measure, _), series in plan.series.items()
        if source in (None, plan.definition.measures[measure].source)
    }


def pieces_back(plan: Plan, measure: str, series: Series) -> int:
    """How many pieces before a period's last one something may still come late for it once it is over."""
    source = plan.definition.source(plan.definition.measures[measure].source)
    length_ms = series.grain.size_ms if isinstance(series.grain, Buckets) else DAY
    return (source.lateness_ms + series.waits_ms) // length_ms + 2
