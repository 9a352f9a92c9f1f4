"""The folder, by uid.  Grafana keeps no mark in it; it is never deleted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from grafana_api.grafana_face import GrafanaFace

from schemas.errors import GrafanaAbsent, GrafanaDenied, GrafanaRefused
from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Found, Wanted


class Folders:
    def __init__(self, face: GrafanaFace) -> None:
        self._face = face

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        found = []
        for one in wanted:
            with nothing_there(self._face, one.identity):
                found.append(_found(self._face.folder.get_folder(one.identity)))
        return found

    def create(self, wanted: Wanted, mark: Mark) -> None:
        self._face.folder.create_folder(wanted.content["title"], wanted.identity)

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        self._face.folder.update_folder(wanted.identity, wanted.content["title"], version=found.version)

    def delete(self, found: Found) -> None:
        raise GrafanaRefused("a folder is not deleted: what people put into it would go with it")


@contextmanager
def nothing_there(face: GrafanaFace, uid: str) -> Iterator[None]:
    """Passes over what cannot be read because there is no such folder.

    An Editor may be answered 403 for it: access is judged before the folder is looked for.  Whether it is there is then
    seen in the list of all that the token may see.
    """
    try:
        yield
    except GrafanaAbsent:
        pass
    except GrafanaDenied as error:
        if error.status != HTTPStatus.FORBIDDEN or any(
            one["uid"] == uid for one in face.folder.get_all_folders() or []
        ):
            raise


def _found(raw: dict[str, Any]) -> Found:
    return Found(
        kind="folder",
        identity=raw["uid"],
        title=raw["title"],
        content={"title": raw["title"]},
        version=int(raw.get("version") or 0),
    )
