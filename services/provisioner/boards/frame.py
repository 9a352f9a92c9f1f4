"""The board around its rows: time, links to the other boards, annotations."""

from collections.abc import Sequence

import msgspec

from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses, board_path
from services.provisioner.boards.annotations import annotations
from services.provisioner.boards.layout import Row, lay_out
from services.provisioner.boards.look import link
from services.provisioner.sdk import dashboard


class Board(msgspec.Struct, frozen=True):
    """What one board is, before it is drawn; ``shown`` is how much of the past it opens with."""

    uid: str
    title: str
    description: str
    rows: Sequence[Row]
    shown: str = "30d"

    @property
    def is_empty(self) -> bool:
        """Whether no row has anything to show."""
        return not any(line.tiles for row in self.rows for line in row.lines)


def draw(definition: Definition, addresses: Addresses, board: Board, others: Sequence[Board]) -> dashboard.Dashboard:
    """In the company's time; with links to the other boards."""
    links = [link(other.title.partition(":")[0], board_path(other.uid)) for other in others]
    return dashboard.Dashboard(
        uid=board.uid,
        title=board.title,
        description=board.description,
        tags=["nsm"],
        timezone=definition.time_zone,
        week_start=definition.week_starts,
        editable=False,
        graph_tooltip=dashboard.DashboardCursorSync.CROSSHAIR,
        time=dashboard.DashboardDashboardTime(from_val=f"now-{board.shown}", to="now"),
        timepicker=dashboard.TimePickerConfig(refresh_intervals=["5s", "30s", "1m", "5m"]),
        refresh="30s",
        panels=lay_out(board.rows),
        links=[*links, *_runbooks(addresses)],
        annotations=dashboard.AnnotationContainer(list_val=annotations(definition)),
        templating=dashboard.DashboardDashboardTemplating(list_val=[]),
    )


def _runbooks(addresses: Addresses) -> list[dashboard.DashboardLink]:
    """Where a browser can follow."""
    if not addresses.runbooks_are_online:
        return []
    pages = dashboard.DashboardLink(
        title="Runbooks",
        type_val=dashboard.DashboardLinkType.LINK,
        icon="doc",
        tooltip="What each alert means and what to do",
        url=addresses.runbooks,
        target_blank=True,
        tags=[],
    )
    return [pages]
