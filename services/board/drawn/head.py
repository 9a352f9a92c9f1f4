"""Whose board it is, and what is particular about today."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.board.drawn.colours import FAINT, WATCH
from services.board.view import Company


def head(company: Company, width: int) -> RenderableType:
    """One line; where both do not fit, the company's name and the day."""
    name = Text.assemble((company.name, "bold"))
    if company.days:
        name.append(f"  today: {', '.join(company.days)}", style=WATCH)
    for told in (f"{company.time_zone} · definition {company.definition}", company.time_zone, ""):
        if name.cell_len + 2 + len(told) <= width:
            break
    table = Table.grid(expand=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_row(name, Text(told, style=FAINT))
    return table
