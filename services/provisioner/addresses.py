"""Fixed identities and links of what is provisioned: they outlive every rendering."""

from hashlib import sha256
from typing import Final

import msgspec

BOARD_UID: Final = "nsm"
OBJECTIVES_UID: Final = "nsm-objectives"
PIPELINE_UID: Final = "nsm-pipeline"
DATA_SOURCE_UID: Final = "nsm-prometheus"
LONGEST_UID: Final = 40
"""Grafana takes no longer one."""


def department_uid(name: str) -> str:
    """The uid of a department's board; of a name that is too long the beginning, and a hash of all of it."""
    uid = f"nsm-department-{name}"
    if len(uid) <= LONGEST_UID:
        return uid
    mark = sha256(name.encode()).hexdigest()[:8]
    return f"{uid[: LONGEST_UID - 9]}-{mark}"


def board_path(uid: str) -> str:
    """A board's address within its Grafana, which puts what it is served under before it."""
    return f"/d/{uid}"


DATA_SOURCE_NAME: Final = "North Star Prometheus"
FOLDER_UID: Final = "nsm"
FOLDER_TITLE: Final = "North Star"


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person who is paged can click; relative until a company says where its Grafana and its pages stand."""

    grafana: str = ""
    runbooks: str = "docs/runbooks"

    @property
    def board(self) -> str:
        """The address of the board North Star."""
        return self.board_of(BOARD_UID)

    def board_of(self, uid: str) -> str:
        """The address of the board with this uid."""
        return f"{self.grafana.rstrip('/')}{board_path(uid)}"

    def runbook(self, alert: str) -> str:
        """The page of one alert."""
        return f"{self.runbooks.rstrip('/')}/{alert}.md"

    @property
    def runbooks_are_online(self) -> bool:
        """A browser in front of a board can follow the links only then."""
        return self.runbooks.startswith(("http://", "https://"))
