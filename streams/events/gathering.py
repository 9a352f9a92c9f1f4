"""The columns of a batch while its events are decoded, piece by piece.

Whatever is asked of events is read off each piece at once, while the caches hold it, and the events are forgotten: the
next piece is decoded into the memory of the last one.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from streams.events.columns import Coded, Coding, Getter, Values
from streams.events.faults import Fault
from streams.events.structs import Role
from streams.events.timestamps import Times, parsed


class Gathering:
    """``frame`` reads what makes an event one; the others whatever else is needed, by column.

    ``entities`` read what is text or UNSET.
    """

    def __init__(
        self, frame: Mapping[Role, Getter], entities: Mapping[str, Getter], others: Mapping[str, Getter]
    ) -> None:
        self._frame, self._entity_getters, self._getters = frame, entities, others
        self._roles: dict[Role, Values] = {role: [] for role in frame if role not in ("type", "time")}
        self._types, self._times, self._number = Coding(), list[Times](), 0
        self._entities = {name: Coding() for name in entities}
        self.columns: dict[str, Values] = {name: [] for name in others}
        self.wrong: dict[int, Fault] = {}

    def add(self, events: list[Any]) -> None:
        """The next events of the batch."""
        for role, column in self._roles.items():
            column.extend(map(self._frame[role], events))
        self._types.extend(list(map(self._frame["type"], events)))
        for name, get in self._entity_getters.items():
            self._entities[name].extend(list(map(get, events)))
        for name, get in self._getters.items():
            self.columns[name].extend(map(get, events))
        times, wrong = parsed(list(map(self._frame["time"], events)))
        self._times.append(times)
        self.wrong |= {self._number + i: fault for i, fault in wrong.items()}
        self._number += len(events)

    def times(self) -> Times:
        """Those in ``wrong`` mean nothing."""
        return np.concatenate(self._times) if self._times else np.zeros(0, np.int64)

    def types(self) -> Coded:
        """The type of each event."""
        return self._types.coded()

    def entities(self) -> dict[str, Coded]:
        """By name, UNSET where absent."""
        return {name: coding.coded() for name, coding in self._entities.items()}

    def ids(self, *, are_text: bool) -> list[str]:
        """The identity of each event; of a CloudEvent its source and id."""
        ids: list[str] = self._roles["id"] if are_text else list(map(str, self._roles["id"]))
        sources = self._roles.get("source")
        if sources is None:
            return ids
        return [f"{len(source)}:{source}{id_}" for source, id_ in zip(sources, ids, strict=True)]

    def check_versions(self) -> None:
        """Notes as wrong what is no CloudEvent 1.x."""
        versions = self._roles.get("specversion", [])
        if not all(version.startswith("1.") for version in set(versions)):
            fault: Fault = ("bad_envelope", "specversion is not 1.x")
            self.wrong |= {i: fault for i, version in enumerate(versions) if not version.startswith("1.")}
