"""Annotations of the whole organization, found by their tags: Grafana gives them numbers and no uid of ours."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from grafana_api.grafana_face import GrafanaFace

from schemas.errors import GrafanaAbsent
from services.provisioner.grafana.marks import OWNED, Mark, key_in, mark_in, tags_of, without_marks
from services.provisioner.grafana.model import Found, Wanted

INITIATIVE: Final = "nsm-initiative"
DEFINITION: Final = "nsm-definition"
"""What happened stays on the board, also when nobody speaks of it any longer."""

MOST: Final = 10_000


class Annotations:
    def __init__(self, face: GrafanaFace) -> None:
        self._face = face

    def find(self, wanted: Sequence[Wanted]) -> list[Found]:
        query = {"tags": OWNED, "type": "annotation", "limit": MOST}
        raw = self._face.api.GET("/annotations", params=query) or []
        found = [_found(one) for one in sorted(raw, key=lambda one: int(one["id"]))]
        return [one for one in found if one.identity]

    def create(self, wanted: Wanted, mark: Mark) -> None:
        body = wanted.content | {"tags": [*wanted.content["tags"], *tags_of(mark, wanted.identity)]}
        self._face.api.POST("/annotations", json=body)

    def update(self, wanted: Wanted, found: Found, mark: Mark) -> None:
        content = wanted.content
        self._face.annotations.update_annotation(
            found.raw["id"],
            time_from=content["time"],
            time_to=content["timeEnd"],
            tags=[*content["tags"], *tags_of(mark, wanted.identity)],
            text=content["text"],
        )

    def delete(self, found: Found) -> None:
        with suppress(GrafanaAbsent):
            self._face.annotations.delete_annotations_by_id(found.raw["id"])


def _found(raw: dict[str, Any]) -> Found:
    tags = [str(tag) for tag in raw.get("tags") or []]
    text = str(raw.get("text", ""))
    begin = int(raw.get("time") or 0)
    return Found(
        kind="annotation",
        identity=key_in(tags),
        title=text.partition("\n")[0],
        content={
            "time": begin,
            "timeEnd": int(raw.get("timeEnd") or begin),
            "text": text,
            "tags": without_marks(tags),
        },
        mark=mark_in(tags),
        lasting=DEFINITION in tags,
        raw={"id": raw["id"]},
    )
