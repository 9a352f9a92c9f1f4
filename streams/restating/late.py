"""What was added late, read back.

An addition to day b that came when day w was reached changed every period that ends with a day from b to the one before
w, after it was over:

    b ....... last | ..... w        of a period that ends with ``last``: what lies in it, and came when w > last
"""

from collections.abc import Mapping

from schemas import names
from schemas.definition import model
from streams.plan import Plan, Series
from streams.time.grains import DAY, Days
from streams.time.spans import Span

Bins = dict[str, int]
"""By the bin of a distribution; ``""`` for the whole."""


class LateCells:
    """The late series of all partitions, added up."""

    def __init__(self) -> None:
        self._added: dict[str, dict[tuple[int, int], Bins]] = {}
        self._latest: dict[str, int] = {}

    def add(self, series: str, fields: Mapping[str, int]) -> None:
        """Adds the fields of one key of a late series, named as the fold names them."""
        added = self._added.setdefault(series, {})
        for field, number in fields.items():
            days, _, rest = field.partition("|")
            bucket, _, reached = days.partition("@")
            bins = added.setdefault((int(bucket), int(reached)), {})
            part = rest.rpartition("|")[2]
            bins[part] = bins.get(part, 0) + number
            self._latest[series] = max(self._latest.get(series, int(reached)), int(reached))

    def any_after(self, series: Series, last: int) -> bool:
        """Whether anything came when a day past ``last`` was reached."""
        latest = self._latest.get(names.late_series(series.name))
        return latest is not None and latest > last

    def bins(self, series: Series, span: Span, last: int) -> Bins:
        """What came for the days of a span when a day past ``last`` was reached."""
        found: Bins = {}
        for (bucket, reached), bins in self._added.get(names.late_series(series.name), {}).items():
            if (
                reached > last
                and bucket <= span.last
                and (series.running or span.first is None or bucket >= span.first)
            ):
                for part, number in bins.items():
                    found[part] = found.get(part, 0) + number
        return found


def late_series(plan: Plan) -> dict[str, Series]:
    """The series that have a late one: of local days, and of measures that change no day but by what is behind."""
    return {
        series.name: series
        for (measure, _), series in plan.series.items()
        if isinstance(series.grain, Days) and not isinstance(plan.definition.measures[measure], model.Conversion)
    }


def days_back(plan: Plan, measure: str) -> int:
    """How many days before a period's last one something may still come for it once it is over."""
    source = plan.definition.source(plan.definition.measures[measure].source)
    return source.lateness_ms // DAY + 2
