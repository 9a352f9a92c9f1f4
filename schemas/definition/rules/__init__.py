"""What a definition must hold beyond its grammar: one rule a file, each asked even where others found faults."""

from collections.abc import Callable, Iterator
from typing import Final

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault
from schemas.definition.rules.amounts import amounts_agree
from schemas.definition.rules.clashes import units_go_together
from schemas.definition.rules.compared_periods import comparisons_have_periods
from schemas.definition.rules.cycles import no_cycles
from schemas.definition.rules.declared_units import units_follow
from schemas.definition.rules.depth import metrics_are_shallow
from schemas.definition.rules.dotted_types import sums_name_their_type
from schemas.definition.rules.growths import growths_look_back
from schemas.definition.rules.nested_sums import nested_sums_take_every_item
from schemas.definition.rules.places import places_are_meant
from schemas.definition.rules.quantiles import quantiles_are_of_distributions
from schemas.definition.rules.references import references_exist
from schemas.definition.rules.settled_dimensions import entities_settle_for_themselves
from schemas.definition.rules.shared_names import names_mean_one_thing
from schemas.definition.rules.shares import shares_have_a_whole
from schemas.definition.rules.split_entities import entities_are_split_by_declared_values
from schemas.definition.rules.topics import topics_stay_apart

Rule = Callable[[Draft], Iterator[Fault]]

RULES: Final[tuple[Rule, ...]] = (
    amounts_agree,
    entities_are_split_by_declared_values,
    entities_settle_for_themselves,
    growths_look_back,
    comparisons_have_periods,
    metrics_are_shallow,
    names_mean_one_thing,
    nested_sums_take_every_item,
    no_cycles,
    places_are_meant,
    quantiles_are_of_distributions,
    references_exist,
    shares_have_a_whole,
    sums_name_their_type,
    topics_stay_apart,
    units_follow,
    units_go_together,
)
