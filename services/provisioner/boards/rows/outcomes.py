"""What became of the events: counted, duplicate, late, ahead of time, refused; and what a measure could not use."""

from schemas.definition.model import Definition
from services.provisioner import expressions as promql
from services.provisioner.boards.layout import Row, Tile, lines_of
from services.provisioner.boards.lines import series_panel
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline

SPAN = "5m"


def outcomes_row(definition: Definition) -> Row:
    """All rates are means of five minutes."""
    panels = [
        ("counted", _look("Events counted", "by topic"), Query(pipeline.counted(SPAN), "{{topic}}")),
        (
            "uncounted",
            _look("Events not simply counted", "that were duplicates, late, ahead of time, or refused"),
            Query(pipeline.outcome_rates(SPAN), "{{outcome}}"),
        ),
        (
            "unused",
            _look(
                "Events that a measure could not use",
                "that lack what a measure reads, by measure and reason",
                empty="none: every measure could use all",
            ),
            Query(pipeline.unused(), "{{measure}}: {{reason}}"),
        ),
    ]
    panels.append(
        (
            "miskeyed",
            _look(
                "Events under another key",
                "that name an entity and bear no key, or another than its text; it may be counted in two partitions",
                empty="none: every key is as declared",
            ),
            Query(promql.miskeyed(SPAN), "{{topic}}"),
        )
    )
    if definition.dimensions:
        look = _look(
            "Events without a segment of their own",
            "whose value came after a partition had as many as it keeps apart, by measure and dimension",
            empty="none: every value has a segment of its own",
        )
        panels.append(("overflow", look, Query(pipeline.overflow(SPAN), "{{measure}} by {{dimension}}")))
    tiles = [Tile(f"events/{key}", series_panel(look, [query])) for key, look, query in panels]
    return Row("events", "Events", lines_of(8, tiles, most=2))


def _look(title: str, said: str, empty: str = "no events yet") -> Look:
    return Look(
        title=title,
        description=f"Events a second {said} (5 minutes' mean).",
        unit="cps",
        empty=empty,
    )
