"""``nsm grafana watch``: keeps a Grafana in step, for as long as it runs.

Each round reads the definition, the token and Grafana anew.  Whatever goes wrong is logged, once for as long as it is
the same, and tried again: after the period where all is well, sooner and then ever later where it is not.
"""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from schemas.definition.loading import load
from schemas.definition.model import Definition
from schemas.errors import CommandError, DefinitionError, NsmError
from services.provisioner.grafana.applying import Applied
from services.provisioner.grafana.model import Verb
from services.provisioner.grafana.report import DONE, named

LONGEST_PAUSE_S: Final = 300.0

log = logging.getLogger(__name__)


def pause_s(failures: int, period_s: float, chance: float) -> float:
    """Seconds until the next round, after so many failed ones in a row; ``chance`` is from 0 up to 1.

    1, 2, 4 ... after failures, up to five minutes or the period, if that is longer; half of it at random, so that
    several do not come back at once.
    """
    if not failures:
        return period_s
    longest = max(LONGEST_PAUSE_S, period_s)
    return float(min(longest, 2.0 ** min(failures - 1, 16)) * (0.5 + chance / 2))


class LatestDefinition:
    """The file as it last was good."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._good = load(file)
        self.fault = ""

    def read(self) -> Definition:
        """The last good one where the file is not; ``fault`` says then why not."""
        try:
            self._good, self.fault = load(self._file), ""
        except (DefinitionError, CommandError) as error:
            self.fault = str(error)
        return self._good


class Watch:
    """``provision`` does one round: it raises NsmError where it could not."""

    def __init__(self, definition: LatestDefinition, provision: Callable[[Definition], Iterable[Applied]]) -> None:
        self._definition = definition
        self._provision = provision
        self._told: frozenset[str] = frozenset()
        self._begun = False
        self.failures = 0

    def round(self) -> None:
        """Never raises what is ours."""
        complaints: list[str] = []
        try:
            definition = self._definition.read()
            if self._definition.fault:
                complaints.append(f"the definition is not good, the one before goes on: {self._definition.fault}")
            for result in self._provision(definition):
                complaints += _told(result)
            self.failures = 0
        except NsmError as error:
            complaints.append(str(error))
            self.failures += 1
        self._complain(complaints)

    def _complain(self, complaints: list[str]) -> None:
        """What was said in the round before is not said again."""
        for complaint in complaints:
            if complaint not in self._told:
                log.warning("%s", complaint)
        if not complaints and (self._told or not self._begun):
            log.info("in step with the definition")
        self._begun = self._begun or not complaints
        self._told = frozenset(complaints)


def _told(result: Applied) -> list[str]:
    """Logs what was done; gives back what was not."""
    for change in result.done:
        log.info("%s %s: %s", DONE[change.verb], named(change), change.why)
    held = [one for one in (*result.plan.changes, *result.plan.leftovers) if one.verb is Verb.BLOCKED]
    left = [f"left {named(one)} alone: {one.why}" for one in held]
    return [failed.why for failed in result.failed] + left
