"""The one door to a Grafana: reads what is there, and does one change at a time.

Everything goes by uid through grafana-api; whatever goes wrong is a GrafanaError whose sentence names what was being
done.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import assert_never

from schemas.errors import GrafanaDenied, GrafanaError
from services.provisioner.grafana.client import GrafanaClient, face
from services.provisioner.grafana.kinds.annotation import Annotations
from services.provisioner.grafana.kinds.board import Boards
from services.provisioner.grafana.kinds.data_source import DataSources
from services.provisioner.grafana.kinds.folder import Folders
from services.provisioner.grafana.kinds.keeper import Keeper
from services.provisioner.grafana.kinds.permissions import Permissions
from services.provisioner.grafana.kinds.rule import Rules
from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Change, Desired, Found, Kind, Verb, Wanted
from services.provisioner.grafana.planning import ORDER


class Gateway:
    """Over one client; closing it is the caller's."""

    def __init__(self, client: GrafanaClient) -> None:
        reached = face(client)
        self._keepers: Mapping[Kind, Keeper] = {
            "folder": Folders(reached),
            "permissions": Permissions(reached),
            "data source": DataSources(reached),
            "board": Boards(reached),
            "annotation": Annotations(reached),
            "rule": Rules(reached),
        }

    def observe(self, desired: Desired) -> list[Found]:
        """What is there of it, and what is ours beside it; changes nothing."""
        found: list[Found] = []
        for kind in ORDER:
            if kind in desired.kinds:
                found += self._found(kind, desired)
            elif kind in desired.where_allowed:
                with suppress(GrafanaDenied):
                    found += self._found(kind, desired)
        return found

    def _found(self, kind: Kind, desired: Desired) -> list[Found]:
        with _doing(f"reading {_all(kind)}"):
            return self._keepers[kind].find([one for one in desired.things if one.kind == kind])

    def do(self, change: Change, owner: str) -> None:
        """One request that is done whole or not at all, a read before it apart; nothing for what is blocked."""
        keeper = self._keepers[change.kind]
        with _doing(f"{change.verb} {change.kind} {change.identity}"):
            match change:
                case Change(verb=Verb.CREATE, wanted=Wanted() as wanted):
                    keeper.create(wanted, _mark(wanted, owner))
                case Change(verb=Verb.UPDATE | Verb.OVERWRITE, wanted=Wanted() as wanted, found=Found() as found):
                    keeper.update(wanted, found, _mark(wanted, owner))
                case Change(verb=Verb.DELETE, found=Found() as found):
                    keeper.delete(found)
                case Change(verb=Verb.BLOCKED):
                    pass
                case _:
                    message = f"a change that lacks what it is about: {change.verb} {change.kind} {change.identity}"
                    raise ValueError(message)


def _mark(wanted: Wanted, owner: str) -> Mark:
    return Mark(owner=owner, content=wanted.digest)


def _all(kind: Kind) -> str:
    match kind:
        case "permissions":
            return kind
        case "folder" | "data source" | "board" | "annotation" | "rule":
            return f"{kind}s"
    assert_never(kind)


@contextmanager
def _doing(what: str) -> Iterator[None]:
    try:
        yield
    except GrafanaError as error:
        raise type(error)(f"{what}: {error}", error.status) from error.__cause__
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # an answer that is JSON, but not the one that this call has; its text may hold anything
        raise GrafanaError(f"{what}: the answer is not that of a Grafana ({type(error).__name__})") from None
