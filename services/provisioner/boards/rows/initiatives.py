"""What is being done, and when: a lane for each initiative."""

from collections.abc import Container

from schemas.definition.model import Definition
from schemas.definition.steering import Initiative
from services.provisioner import colours, words
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import steering
from services.provisioner.boards.timelines import timeline_panel
from services.provisioner.sdk import dashboard
from services.provisioner.verbatim import legend

RUNNING = ((0, "Not running", colours.FAINT), (1, "Running", colours.PLAIN))


def initiatives_row(definition: Definition, metrics: Container[str] | None = None) -> Row:
    """All of them, or those that mean to move one of these metrics."""
    chosen = [
        one
        for one in definition.initiatives
        if metrics is None or (one.expects is not None and one.expects.metric in metrics)
    ]
    lanes = [Tile("initiatives/lanes", _lanes(chosen))] if chosen else []
    return Row("initiatives", "Initiatives", [Line(3 + len(chosen), lanes)])


def _lanes(initiatives: list[Initiative]) -> dashboard.Panel:
    look = Look(
        title="Initiatives over time",
        description=" ".join(map(_said, initiatives)),
        empty="none was told of yet",
        words=RUNNING,
    )
    return timeline_panel(look, [Query(steering.initiative(one.name), legend(one.name)) for one in initiatives])


def _said(one: Initiative) -> str:
    means = ""
    if one.expects is not None:
        change = f" by {one.expects.percent:+g} %" if one.expects.percent is not None else ""
        means = f", means to move {words.title(one.expects.metric).lower()}{change}"
    owner = f" (owner: {one.owner})" if one.owner else ""
    return f"{one.name}: from {one.start.isoformat()} to {one.end.isoformat()}{means}{owner}."
