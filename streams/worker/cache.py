"""The records of recent entities, in two generations: what was not used for a whole generation is dropped.

It belongs to one session, so it never outlives the moment up to which it is true.
"""

from collections.abc import Collection

from streams.fold import Records
from streams.measures.runs import Record


class RecordCache:
    """At most about ``size`` records a space."""

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self.records: Records = {}
        self._older: Records = {}

    def missing(self, wanted: dict[str, set[str]]) -> dict[str, Collection[str]]:
        """Brings what is known of these entities into ``records``, and names the others."""
        missing = {space: self._missing(space, entities) for space, entities in wanted.items()}
        return {space: entities for space, entities in missing.items() if entities}

    def _missing(self, space: str, entities: set[str]) -> list[str]:
        records = self.records.setdefault(space, {})
        if len(records) > self._half:
            self._older[space], self.records[space] = records, {}
            records = self.records[space]
        older: dict[str, Record] = self._older.get(space, {})
        missing = []
        for entity in entities.difference(records):
            record = older.get(entity)
            if record is None:
                missing.append(entity)
            else:
                records[entity] = record
        return missing
