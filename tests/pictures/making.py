"""The pictures of the terminal board: three moments of the demo's company.

21 June 1998          22 June              23 June
|--------------------------|----------------|-------|
begin                   09:30            23:50   00:40
rules have a day       a morning       workers   a night: orders
to judge               like others     stop      wait, alerts fire
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from schemas.definition.loading import load
from services.board.alerts import Alerts
from services.board.draw import board
from services.board.view import View
from tests.pictures.demo_company import DEFINITION, DemoCompany
from tests.pictures.judging import firing
from tests.pictures.svg import picture

FOLDER: Final = Path(__file__).parents[2] / "docs/pictures"
BEGIN: Final = datetime(1998, 6, 21, 6, 0, tzinfo=UTC)
MORNING: Final = datetime(1998, 6, 22, 9, 30, tzinfo=UTC)
STOPPED: Final = datetime(1998, 6, 22, 23, 50, tzinfo=UTC)
NIGHT: Final = datetime(1998, 6, 23, 0, 40, tzinfo=UTC)


class Seen(NamedTuple):
    """What the board showed at a moment."""

    at: datetime
    view: View


class Size(NamedTuple):
    """Of a terminal; ``height`` None: as many lines as there are."""

    width: int
    height: int | None = None


def pictures() -> dict[str, str]:
    """File name -> SVG."""
    morning, night = asyncio.run(_moments())
    return dict(
        (
            _named("board", morning, Size(120)),
            _named("board-80x24", morning, Size(80, 24)),
            _named("board-night", night, Size(100)),
        )
    )


def write() -> Iterator[Path]:
    """Writes them all, and names each."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pictures().items():
        file = FOLDER / name
        file.write_text(text, encoding="utf-8")
        yield file


async def _moments() -> tuple[Seen, Seen]:
    company = DemoCompany(BEGIN)
    await company.start()
    await company.run(MORNING)
    morning = await _seen(company)
    await company.run(STOPPED)
    await company.run(NIGHT, folding=False)
    return morning, await _seen(company)


async def _seen(company: DemoCompany) -> Seen:
    fired = await asyncio.to_thread(firing, load(DEFINITION), company.samples, company.begin)
    alerts = Alerts(at=company.now, firing=fired)
    return Seen(company.now, msgspec.structs.replace(await company.view(), alerts=alerts))


def _named(name: str, seen: Seen, size: Size) -> tuple[str, str]:
    drawn = board(seen.view, seen.at, size.width, size.height)
    return f"{name}.svg", picture(drawn, size.width, "nsm board")
