"""The board of the people on call: what is wrong, where, and since when."""

from schemas.definition.model import Definition
from services.provisioner import colours
from services.provisioner.addresses import PIPELINE_UID, Addresses
from services.provisioner.boards.frame import Board
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.rows import trust
from services.provisioner.boards.rows.flow import freshness_row, partitions_row
from services.provisioner.boards.rows.outcomes import outcomes_row
from services.provisioner.boards.rows.processes import held_up, processes_row
from services.provisioner.boards.stats import stat_panel


def pipeline_board(definition: Definition, addresses: Addresses) -> Board:
    """From what is firing to the single partition."""
    return Board(
        uid=PIPELINE_UID,
        title=f"Pipeline: {definition.company}",
        description="Whether events reach the boards: what waits, what was left out and why, and what runs.",
        rows=[
            _now(definition, addresses),
            partitions_row(),
            freshness_row(),
            outcomes_row(definition),
            processes_row(),
        ],
        shown="6h",
    )


def _now(definition: Definition, addresses: Addresses) -> Row:
    star = definition.north_star.metric
    stats = [trust.state(), held_up(), trust.lag(), trust.freshness(star), trust.completeness(star)]
    events = [_firing(), trust.state_age(), trust.dead_letters(), _late(), trust.refused()]
    return Row(
        "now",
        "Now",
        [
            Line(4, stats),
            Line(4, events),
            Line(
                9,
                [
                    Tile("now/firing", trust.firing()),
                    Tile("now/runbooks", trust.runbooks(definition, addresses)),
                ],
            ),
        ],
    )


def _firing() -> Tile:
    look = Look(
        title="Alerts firing",
        description="How many alerts of these rules are firing at this instant.",
        unit="short",
        thresholds=colours.steps(colours.GOOD, (1, colours.BAD)),
        decimals=0,
        empty="Prometheus does not answer",
    )
    return Tile("now/firing-count", stat_panel(look, Query(pipeline.firing_count(), "firing")))


def _late() -> Tile:
    look = Look(
        title="Late share",
        description="Share of events that came too late to be counted in 15 minutes; the worst topic.",
        unit="percentunit",
        thresholds=trust.LOST,
        decimals=2,
        empty="no events in 15 minutes",
    )
    return Tile("events/late", stat_panel(look, Query(pipeline.outcome_share("late", "15m"), "share")))
