"""Whether messages bear the key that their source declares.

What is remembered of an entity lives in one partition, and the key is what brings all that an entity does to the same
one.  An event under another key counts all the same, but may be one of an entity that is another partition's as well.
"""

from operator import attrgetter, ne

import numpy as np
from msgspec import UNSET

from schemas.names import Miskeyed
from streams.events.admission import Admitted
from streams.events.columns import Column
from streams.events.raws import Raws
from streams.plan import EVERY, SourcePlan
from streams.selection import Selections

_key = attrgetter("key")


class Keying:
    """Of one source; events of types that no measure asks for the entity of are not looked at."""

    def __init__(self, plan: SourcePlan) -> None:
        self._keyed_by, needs = plan.source.keyed_by, plan.needs
        self._of_all = self._keyed_by in needs.every.entities
        self._types = {of for of, one in needs.by_type.items() if self._keyed_by in one.entities}

    def miskeyed(self, raws: Raws, admitted: Admitted, selections: Selections) -> dict[Miskeyed, int]:
        """How many accepted events name an entity and have no key, or another one than its UTF-8 text."""
        if not (self._of_all or self._types):
            return {}
        entities, places = selections.of(EVERY).keys((self._keyed_by,))
        codes = entities.codes
        if not self._of_all:
            events = np.arange(len(codes)) if places is None else places
            asked = np.flatnonzero(np.isin(events, admitted.batch.types.places(self._types)))
            codes, places = codes[asked], events[asked]
        texts = [b"" if name is UNSET else name.encode() for name in entities.names]
        mine = list(map(texts.__getitem__, codes.tolist()))
        borne = _borne(raws, admitted, places)
        if borne == mine:  # nearly always, and cheaper than counting
            return {}
        wrong, none = sum(map(ne, borne, mine)), borne.count(None)
        return {"none": none, "other": wrong - none}


def _borne(raws: Raws, admitted: Admitted, places: Column | None) -> list[bytes | None]:
    """The keys of some of the accepted events (None: of all)."""
    keys = list(map(_key, raws.records))
    if places is None and len(admitted.batch.times) == len(keys):
        return keys
    at = admitted.places()
    return list(map(keys.__getitem__, (at if places is None else at[places]).tolist()))
