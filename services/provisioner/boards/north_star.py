"""Definition -> the board "North Star", in Grafana's classic model (schema 42, read by Grafana 10 to 13)."""

from collections.abc import Callable

from schemas.definition.model import Definition
from services.provisioner.addresses import BOARD_UID, Addresses
from services.provisioner.boards import row_metrics, row_north_star, row_trust
from services.provisioner.boards.panels import row_panel
from services.provisioner.sdk import dashboard

Fill = Callable[[int], list[dashboard.Panel]]


def build_board(definition: Definition, addresses: Addresses) -> dashboard.Dashboard:
    """Rows from the top down; one without panels is left out."""
    star = definition.north_star
    rows: list[tuple[int, str, int, Fill]] = [
        (90, "North star", row_north_star.HEIGHT, lambda y: row_north_star.north_star_row(definition, y)),
        (91, "Inputs", row_metrics.height(len(star.inputs)), lambda y: row_metrics.inputs_row(definition, y)),
        (
            92,
            "Guardrails",
            row_metrics.height(len(definition.guardrails)),
            lambda y: row_metrics.guardrails_row(definition, y),
        ),
        (
            93,
            "Segments",
            row_metrics.height(len(row_metrics.splits(definition))),
            lambda y: row_metrics.segments_row(definition, y),
        ),
        (94, "Trust", row_trust.HEIGHT, lambda y: row_trust.trust_row(definition, y, addresses)),
    ]
    panels: list[dashboard.Panel | dashboard.RowPanel] = []
    y = 0
    for identity, title, height, fill in rows:
        if height:
            panels += [row_panel(identity, y, title), *fill(y + 1)]
            y += 1 + height
    return dashboard.Dashboard(
        uid=BOARD_UID,
        title=f"North Star: {definition.company}",
        description=f"{definition.company}'s north star, what drives it, and why the number can be trusted.",
        tags=["nsm"],
        timezone=definition.time_zone,
        week_start=definition.week_starts,
        editable=False,
        graph_tooltip=dashboard.DashboardCursorSync.CROSSHAIR,
        time=dashboard.DashboardDashboardTime(from_val="now-30d", to="now"),
        timepicker=dashboard.TimePickerConfig(refresh_intervals=["5s", "30s", "1m", "5m"]),
        refresh="30s",
        panels=panels,
        links=_links(addresses),
        annotations=dashboard.AnnotationContainer(list_val=[]),
        templating=dashboard.DashboardDashboardTemplating(list_val=[]),
    )


def _links(addresses: Addresses) -> list[dashboard.DashboardLink]:
    """To the runbooks, where a browser can follow."""
    if not addresses.runbooks_are_online:
        return []
    link = dashboard.DashboardLink(
        title="Runbooks",
        type_val=dashboard.DashboardLinkType.LINK,
        icon="doc",
        tooltip="What each alert means and what to do",
        url=addresses.runbooks,
        target_blank=True,
        tags=[],
    )
    return [link]
