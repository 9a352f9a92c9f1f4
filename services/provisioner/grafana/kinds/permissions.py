"""What the roles may do in the folder.  Grants to people and teams are none of ours and stay as they are."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from grafana_api.grafana_face import GrafanaFace

from schemas.errors import GrafanaRefused
from services.provisioner.grafana.kinds.folder import nothing_there
from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Found, Wanted

ROLES: Final = ("Viewer", "Editor")
LEVELS: Final = {"view": 1, "edit": 2, "admin": 4}
AS_GRAFANA_MAKES_IT: Final = {"Viewer": "view", "Editor": "edit"}
"""Of a new folder: nobody has decided anything yet."""


class Permissions:
    """``identity`` is the folder's uid."""

    def __init__(self, face: GrafanaFace) -> None:
        self._face = face

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        found = []
        for one in wanted:
            with nothing_there(self._face, one.identity):
                entries = self._entries(one.identity)
                content = _roles(entries)
                found.append(
                    Found(
                        kind="permissions",
                        identity=one.identity,
                        title=one.title,
                        content=content,
                        pristine=content == AS_GRAFANA_MAKES_IT,
                    )
                )
        return found

    def create(self, wanted: Wanted, mark: Mark) -> None:
        """The folder was made a moment ago, and with it who made it may do all in it: that stays."""
        entries = self._entries(wanted.identity)
        if _roles(entries) != wanted.content:
            self._face.folder.update_folder_permissions(wanted.identity, {"items": list(_items(wanted, entries))})

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        self.create(wanted, mark)

    def delete(self, found: Found) -> None:
        raise GrafanaRefused("the permissions of a folder are not deleted: they say who may see it")

    def _entries(self, uid: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._face.folder.get_folder_permissions(uid) or []
        return [one for one in entries if not one.get("inherited")]


def _roles(entries: list[dict[str, Any]]) -> dict[str, str]:
    words = {level: word for word, level in LEVELS.items()}
    return {
        one["role"]: words.get(one["permission"], str(one["permission"])) for one in entries if one.get("role") in ROLES
    }


def _items(wanted: Wanted, entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A save replaces all of them."""
    for role, word in wanted.content.items():
        yield {"role": role, "permission": LEVELS[word]}
    for one in entries:
        whom = {name: one[name] for name in ("userId", "teamId", "role") if one.get(name)}
        if whom and one.get("role") not in ROLES:
            yield whom | {"permission": one["permission"]}
