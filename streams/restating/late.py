"""What was added late, read back.

An addition to day b that came when day w was reached changed every period that ends with a day from b to the one before
w, after it was over:

    b ....... last | ..... w        of a period that ends with ``last``: what lies in it, and came when w > last

Likewise of the buckets of windows of hours.
"""

from collections.abc import Iterator, Mapping

from schemas import names
from streams.plan import Plan, Series
from streams.time.grains import DAY, Buckets

Fields = dict[str, int]
"""As of the series itself."""


class _Late:
    """Of one series: bucket -> what was reached -> the fields that were added to; how far any lies back; and by
    dimension the raw values.
    """

    def __init__(self) -> None:
        self.added: dict[int, dict[int, Fields]] = {}
        self.furthest = 0
        self.values: dict[str, dict[str, None]] = {}


class LateCells:
    """The late series of all partitions, added up."""

    def __init__(self) -> None:
        self._of_series: dict[str, _Late] = {}

    def add(self, series: str, fields: Mapping[str, int]) -> None:
        """Adds the fields of one key of a late series, named as the fold names them."""
        late = self._of_series.setdefault(series, _Late())
        for field, number in fields.items():
            pieces, bar, rest = field.partition("|")
            bucket, reached = map(int, pieces.split("@"))
            known, name = late.added.setdefault(bucket, {}).setdefault(reached, {}), f"{bucket}{bar}{rest}"
            known[name] = known.get(name, 0) + number
            late.furthest = max(late.furthest, reached - bucket)
            if bar:
                dimension, _, value = rest.partition("|")
                late.values.setdefault(dimension, {})[value] = None

    def values(self, series: Series, dimension: str) -> dict[str, None]:
        """The raw values that anything came late for, of a distribution with their bins."""
        late = self._of_series.get(names.late_series(series.name))
        return {} if late is None else late.values.get(dimension, {})

    def after(self, series: Series, last: int) -> Iterator[Fields]:
        """What came for pieces up to ``last`` when one past it was reached."""
        late = self._of_series.get(names.late_series(series.name))
        if late is None:
            return
        near = range(last - late.furthest + 1, last + 1)
        for bucket in near if len(near) < len(late.added) else late.added:
            for reached, fields in late.added.get(bucket, {}).items():
                if bucket <= last < reached:
                    yield fields


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
