"""Tables of what Prometheus knows at this instant."""

from collections.abc import Sequence
from typing import Final

import msgspec

from services.provisioner.boards.look import Look, Query, override, panel, reference, targets
from services.provisioner.sdk import common, dashboard, table

PLAIN_CELLS: Final = {"type": "auto"}
COLOURED_CELLS: Final = {"type": "color-background", "mode": "basic"}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers under one heading: an expression whose labels are the table's."""

    name: str
    expression: str
    unit: str
    decimals: int | None = None


def table_panel(look: Look, labels: dict[str, str], columns: Sequence[Column]) -> dashboard.Panel:
    """A row for each set of labels: first these labels (label -> heading), then the columns."""
    queries = [Query(column.expression, column.name) for column in columns]
    made = panel("table", look, targets(queries, instant=True, table=True), options(), cells())
    values = [f"Value #{reference(n)}" for n in range(len(columns))] if len(columns) > 1 else ["Value"]
    headings = labels | dict(zip(values, (column.name for column in columns), strict=True))
    made.transformations = [
        dashboard.DataTransformerConfig(id_val="merge", options={}),
        dashboard.DataTransformerConfig(
            id_val="organize",
            options={
                "excludeByName": {"Time": True},
                "indexByName": {name: number for number, name in enumerate(headings)},
                "renameByName": headings,
            },
        ),
    ]
    if made.field_config is not None:
        made.field_config.overrides = [
            override(column.name, unit=column.unit, **_decimals(column), custom_align="right") for column in columns
        ]
    return made


def _decimals(column: Column) -> dict[str, object]:
    return {} if column.decimals is None else {"decimals": column.decimals}


def options() -> table.Options:
    """A heading, and rows low enough for a wall."""
    return table.Options(show_header=True, cell_height=common.TableCellHeight.SM)


def cells(kind: dict[str, str] = PLAIN_CELLS) -> dict[str, object]:
    """How every cell looks."""
    return {"align": "auto", "cellOptions": kind, "inspect": False}
