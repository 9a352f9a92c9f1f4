"""Every expression of boards and rules, and where it stands: what tests run against a real Prometheus."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards
from services.provisioner.rules.groups import rule_groups
from services.provisioner.sdk import dashboard, prometheus


class Placed(msgspec.Struct, frozen=True):
    """Of a panel or an annotation (it shows something where the exporter does), or an alert (empty if all is well)."""

    kind: Literal["panel", "annotation", "alert"]
    place: str
    text: str


def all_expressions(definition: Definition) -> tuple[Placed, ...]:
    """Panels in the order of the boards, then annotations, then alerts."""
    boards = all_boards(definition, Addresses())
    panels = [one for board in boards for one in _of_panels(board)]
    annotations = [one for board in boards for one in _of_annotations(board)]
    return (*panels, *annotations, *_of_rules(definition))


def _of_panels(board: dashboard.Dashboard) -> Iterator[Placed]:
    for panel in board.panels or []:
        if isinstance(panel, dashboard.Panel):
            for target in panel.targets or []:
                if isinstance(target, prometheus.Dataquery):
                    yield Placed("panel", f"{board.uid}, {panel.title}: {target.legend_format}", target.expr)


def _of_annotations(board: dashboard.Dashboard) -> Iterator[Placed]:
    for one in board.annotations.list_val or [] if board.annotations else []:
        yield Placed("annotation", f"{board.uid}, {one.name}", one.expr or "")


def _of_rules(definition: Definition) -> Iterator[Placed]:
    for group in rule_groups(definition):
        for rule in group.rules:
            yield Placed("alert", rule.alert, rule.expression)
