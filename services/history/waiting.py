"""Until the exporter shows the version of a file, and has counted what was published."""

import time
from collections.abc import Callable
from typing import Final

from services.board.exporter import Exporter, NoAnswerError, serving_of
from services.definition.not_served import way_on

LOOK_S: Final = 1.0
SETTLED: Final = 5
"""Looks in a row at which nothing new had come."""


class OtherVersionError(Exception):
    """The exporter shows another version than was asked of; the text says which, and what to do."""


def pause() -> None:
    """Between two looks."""
    time.sleep(LOOK_S)


def wait_until_counted(
    exporter: Exporter, version: str, say: Callable[[str], None], between: Callable[[], None] = pause
) -> None:
    """Until this version is shown, something has been counted, no record waits and nothing new has come for a while.

    ``say`` is told what is waited for, once each time that it is something else.
    """
    counted, quiet, said = 0, 0, ""
    while quiet < SETTLED:
        before, counted = counted, 0
        what, why = "", ""
        try:
            numbers = exporter.numbers()
            if numbers.definition != version:
                what = f"until version {version} is shown: {_other(exporter, version, numbers.definition)}"
            elif numbers.lag != 0:
                what = "until all that was published is counted"
            else:
                counted = sum(numbers.outcomes.values())
                what = "" if counted else "for the first event"
        except NoAnswerError as silent:
            what, why = "for the exporter", f": {silent}"  # which may be worded otherwise every second
        if what and what != said:
            say(f"waiting {what}{why}")
        said = what or said
        quiet = quiet + 1 if counted and counted == before else 0
        between()


def must_show(exporter: Exporter, version: str, shown: str) -> None:
    """Raises OtherVersionError where what was shown is not this version."""
    if shown != version:
        raise OtherVersionError(_other(exporter, version, shown))


def _other(exporter: Exporter, version: str, shown: str) -> str:
    told = f"the exporter at {exporter.url} shows version {shown}, and the file is version {version}"
    try:
        serving = serving_of(exporter.readings())
    except NoAnswerError:
        return told
    return "; ".join(filter(None, (told, way_on(version, serving))))
