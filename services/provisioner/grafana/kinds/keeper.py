"""What each kind promises."""

from collections.abc import Sequence
from typing import Protocol

from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Found, Wanted


class Keeper(Protocol):
    """Reads and writes one kind.  Every write is one request: done whole, or not at all, which a GrafanaError says."""

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        """Those of ``wanted`` that are there, whoever made them, and all others that bear a mark."""

    def create(self, wanted: Wanted, mark: Mark) -> None:
        """Raises GrafanaRefused where one is there by now."""

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        """In place of what was found; raises GrafanaMoved where it has been saved since and the server can tell."""

    def delete(self, found: Found) -> None:
        """Gone already is well done too."""
