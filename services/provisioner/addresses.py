"""Fixed identities and links of what is provisioned: they outlive every rendering."""

from typing import Final

import msgspec

BOARD_UID: Final = "nsm"
OBJECTIVES_UID: Final = "nsm-objectives"
PIPELINE_UID: Final = "nsm-pipeline"
DATA_SOURCE_UID: Final = "nsm-prometheus"
DATA_SOURCE_NAME: Final = "North Star Prometheus"
FOLDER_UID: Final = "nsm"
FOLDER_TITLE: Final = "North Star"


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person who is paged can click; relative until a company says where its Grafana and its pages stand."""

    grafana: str = ""
    runbooks: str = "docs/runbooks"

    @property
    def board(self) -> str:
        """The board's address."""
        return self.board_of(BOARD_UID)

    def board_of(self, uid: str) -> str:
        """The address of the board with this uid."""
        return f"{self.grafana.rstrip('/')}/d/{uid}"

    def runbook(self, alert: str) -> str:
        """The page of one alert."""
        return f"{self.runbooks.rstrip('/')}/{alert}.md"

    @property
    def runbooks_are_online(self) -> bool:
        """A browser in front of a board can follow the links only then."""
        return self.runbooks.startswith(("http://", "https://"))
