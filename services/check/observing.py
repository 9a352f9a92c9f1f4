"""Files of events folded in memory, as ``nsm replay`` folds them, and what the definition would have made of them."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from schemas.advice.observed import Fed, Observed
from schemas.definition.model import Conversion, Count, Definition, Lifetime, Measure
from schemas.errors import CommandError
from services.check.behaving import Behaving
from services.check.watched import (
    carrying,
    entity_dimensions,
    led_to,
    left_unused,
    matching,
    metric_of,
    of_type,
    watched,
)
from services.replay.extent import extent
from services.replay.folding import JSON_LINES, Folded, files_by_topic, fold_files
from services.replay.tables import Tables
from services.replay.text import what_became
from streams.plan import Plan, compile_plan
from streams.readings import AsOf, Readings


class Seen(NamedTuple):
    """What was observed, and what became of the events."""

    plan: Plan
    folded: Folded
    observed: Observed


def observe(definition: Definition, files: Sequence[str], tables: Tables = JSON_LINES) -> Seen:
    """Of files given as for a replay; raises CommandError where one cannot be read, or no event counts."""
    plan = compile_plan(watched(definition))
    by_topic = files_by_topic(plan, files)
    folded = fold_files(plan, by_topic, tables=tables)
    if not folded.outcomes["counted"]:
        raise CommandError("\n".join(what_became(plan, folded)))
    reached = extent(plan, folded)
    readings = Readings(plan, folded.cells, AsOf(folded.last_ms, folded.last_ms))
    topics = {topic for topic, _ in by_topic}
    not_given = tuple(source.name for source in definition.sources if source.topic not in topics)
    known = [name for name, measure in definition.measures.items() if measure.source not in not_given]
    observed = Observed(
        events=folded.outcomes["counted"],
        first_ms=folded.first_ms,
        last_ms=folded.last_ms,
        behaviours=tuple(Behaving(definition, plan.calendar, readings, reached).of(known)),
        fed={name: _fed(definition.measures[name], readings, folded) for name in known},
        left_out=dict(folded.left_out),
        not_given=not_given,
        carried={
            one.name: _carried(carrying(definition, one), not_given, readings, folded)
            for one in entity_dimensions(definition)
        },
    )
    unused = Counter({key: number for key, number in folded.unused.items() if key[0] in definition.measures})
    return Seen(compile_plan(definition), msgspec.structs.replace(folded, unused=unused), observed)


def _carried(counts: Sequence[Count], not_given: Collection[str], readings: Readings, folded: Folded) -> dict[str, int]:
    """By value, without what carries none."""
    found = Counter[str]()
    for count in (one for one in counts if one.source not in not_given):
        for one in readings.segments(metric_of(count.name), Lifetime(), folded.last_ms):
            if one.segment is not None and one.segment != "none":
                found[one.segment] += int(one.numerator)
    return {value: number for value, number in found.items() if number}


def _fed(measure: Measure, readings: Readings, folded: Folded) -> Fed:
    def total(metric: str) -> int:
        return int(readings.running(metric, Lifetime(), folded.last_ms).numerator)

    meets = total(matching(measure.name))
    return Fed(
        of_type=total(of_type(measure.name)),
        matching=meets,
        used=meets - left_unused(measure, folded.unused),
        led_to=total(led_to(measure.name)) if isinstance(measure, Conversion) else None,
    )
