"""A definition, compiled once: what each source's events are folded into.

    measures, each in its windows ──▶ series (a measure cut at one grain) ──▶ additives (no record)
                                                                        └──▶ judges ─▶ chains ─▶ spaces (records)
                                                                                     └─ by dimension ─▶ splits

Measures of an entity without what the source is keyed by are *re-keyed*: a *stage*, one for each first property, has a
plan of its own and an internal topic that is keyed by that property.

A *space* is one kind of entity (``user_id``, or ``user_id`` with ``items.sku``); all chains of a space share one
record an entity.  A *chain* is the judges over one choice of events at one grain; a net retention and a conversion have
a place of their own in the record, as flat as a chain's.  A *split* has the chains of measures by dimension again, and
a record for each entity and segment.  The version names everything that decides what is counted:
two definitions of one version fold alike, and anything else has keys of its own.

parts       the values that a plan is made of
series      which measures are read in which windows
additives   what is remembered of nobody
places      what is remembered of entities
settling    what is counted by what is remembered of them
keys        which measures are re-keyed, and by what
needs       what is read of the events
version     the name of all that decides what is counted
compiling   the whole
"""

from streams.plan.compiling import Plan, compile_plan
from streams.plan.keys import keys_of, rekeyed_by
from streams.plan.needs import types_of
from streams.plan.parts import (
    EVERY,
    NOTHING_CARRIED,
    Additive,
    Carried,
    Choice,
    Generation,
    Judged,
    Nameless,
    Placed,
    PlacedChain,
    PlacedConversion,
    PlacedRetention,
    Remembering,
    Series,
    Settled,
    SourcePlan,
    Space,
    Split,
    Stage,
    choices_of,
    series_of_place,
)
from streams.plan.series import measures_of, waits
from streams.plan.version import INTERNAL_PARTITIONS

__all__ = [
    "EVERY",
    "INTERNAL_PARTITIONS",
    "NOTHING_CARRIED",
    "Additive",
    "Carried",
    "Choice",
    "Generation",
    "Judged",
    "Nameless",
    "Placed",
    "PlacedChain",
    "PlacedConversion",
    "PlacedRetention",
    "Plan",
    "Remembering",
    "Series",
    "Settled",
    "SourcePlan",
    "Space",
    "Split",
    "Stage",
    "choices_of",
    "compile_plan",
    "keys_of",
    "measures_of",
    "rekeyed_by",
    "series_of_place",
    "types_of",
    "waits",
]
