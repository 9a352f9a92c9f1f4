"""A topic is one source's own."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault, quoted
from schemas.names import dead_letter_topic


def topics_stay_apart(draft: Draft) -> Iterator[Fault]:
    """Not read twice, and not another source's dead letters."""
    seen: dict[str, str] = {}
    dead = {dead_letter_topic(source.topic): source.name for source in draft.sources.values()}
    for name, source in draft.sources.items():
        place = draft.declared["source"][name]
        place = draft.at(f"{place.path}.topic")
        if source.topic in seen:
            yield Fault(place, f"{quoted(source.topic)} is the topic of {seen[source.topic]} too")
        if source.topic in dead:
            yield Fault(place, f"{quoted(source.topic)} is where the dead letters of {dead[source.topic]} go")
        seen.setdefault(source.topic, name)
