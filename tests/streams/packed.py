"""Records as they are stored, in memory."""

from collections.abc import Iterable, Mapping

from streams.fold import Records, pack, unpack


class Packed(dict[str, dict[str, bytes]]):
    """Space -> entity -> packed record."""

    def of(self, wanted: Mapping[str, Iterable[str]]) -> Records:
        """Those of them that are known."""
        return {
            space: {entity: unpack(self[space][entity]) for entity in entities if entity in self.get(space, {})}
            for space, entities in wanted.items()
        }

    def keep(self, records: Records, changed: Mapping[str, Iterable[str]]) -> None:
        """Those that a fold has changed."""
        for space, entities in changed.items():
            self.setdefault(space, {}).update({entity: pack(records[space][entity]) for entity in entities})
