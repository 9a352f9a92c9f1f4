"""The Prometheus data source, by uid.

Its PUT has no lock and replaces all, so what is not ours (a login, certificates, being the default) is sent back as it
was found.  The mark stands in ``jsonData``, whose unknown keys Grafana keeps.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from grafana_api.grafana_face import GrafanaFace

from schemas.errors import GrafanaAbsent
from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Found, Wanted

MARK: Final = "nsmProvisioned"
FIELDS: Final = ("name", "type", "access", "url")
TOLD_ONLY: Final = frozenset({"readOnly", "accessControl", "typeLogoUrl", "typeName", "version", "apiVersion"})


class DataSources:
    def __init__(self, face: GrafanaFace) -> None:
        self._face = face

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        found = []
        for one in wanted:
            with suppress(GrafanaAbsent):
                found.append(_found(self._face.api.GET(_path(one.identity)), one))
        return found

    def create(self, wanted: Wanted, mark: Mark) -> None:
        self._face.datasource.create_datasource(_body(wanted, mark, {"isDefault": False}))

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        kept = {name: value for name, value in found.raw.items() if name not in TOLD_ONLY}
        self._face.api.PUT(_path(wanted.identity), json=_body(wanted, mark, kept))

    def delete(self, found: Found) -> None:
        with suppress(GrafanaAbsent):
            self._face.api.DELETE(_path(found.identity))


def _path(uid: str) -> str:
    return f"/datasources/uid/{quote(uid, safe='')}"


def _body(wanted: Wanted, mark: Mark, kept: dict[str, Any]) -> dict[str, Any]:
    ours = wanted.content["jsonData"]
    written = {"owner": mark.owner, "content": mark.content, "keys": sorted(ours)}
    options = (kept.get("jsonData") or {}) | ours | {MARK: written}
    return kept | wanted.content | {"uid": wanted.identity, "jsonData": options}


def _found(raw: dict[str, Any], wanted: Wanted) -> Found:
    """Only the keys that were written are compared: those that somebody added beside them are theirs."""
    options = raw.get("jsonData") or {}
    written = options.get(MARK) or {}
    keys = written.get("keys") or list(wanted.content["jsonData"])
    marked = bool(written.get("owner") and written.get("content"))
    return Found(
        kind="data source",
        identity=raw["uid"],
        title=raw["name"],
        content={name: raw.get(name) for name in FIELDS}
        | {"jsonData": {key: options[key] for key in keys if key in options}},
        mark=Mark(owner=str(written["owner"]), content=str(written["content"])) if marked else None,
        locked="it comes from a file of that Grafana, which the API may not change" if raw.get("readOnly") else "",
        raw=raw,
    )
