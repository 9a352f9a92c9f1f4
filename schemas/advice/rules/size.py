"""What is declared can be shown."""

from collections.abc import Iterator

from schemas.advice.rule import Finding, SizeRule
from schemas.advice.size import Size
from schemas.definition.model import Definition


def _find(_: Definition, size: Size) -> Iterator[Finding]:
    if size.series <= size.shown:
        return
    told = f"up to {size.series:,} series, and an exporter shows {size.shown:,}: what is past that is on no board"
    if size.seconds > size.patience:
        told += f"; it works some {size.seconds:.0f} s on all of them, and shows nothing after {size.patience:.0f} s"
    yield Finding(("dimensions", "metrics"), told)


RULE = SizeRule(
    id="too-many-series",
    title="More is declared than an exporter shows",
    severity="warning",
    reason=(
        "Every metric is worked out every second, in each of its windows and for each segment of each dimension: ten "
        "dimensions of twenty values and four windows are 880 readings of one metric. What is past the limit is left "
        "out, and what takes too long is not shown at all."
    ),
    example="by_dimension: [city] for the measures that somebody looks at by city, and one or two windows a metric",
    find=_find,
)
