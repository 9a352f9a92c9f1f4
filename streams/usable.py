"""Of the events chosen for one place of a record: which name the entity, and what the others lack."""

import numpy as np

from streams.events.columns import Column
from streams.plan import Choice, Placed, PlacedConversion, PlacedRetention, Space, choices_of
from streams.selection import Selections


def used(selections: Selections, space: Space, placed: Placed) -> Column:
    """Places in the batch of the events that come to something; rising within each choice."""
    return np.concatenate([_used(selections, space, placed, choice) for choice in choices_of(placed)])


def unused(selections: Selections, space: Space, placed: Placed) -> dict[str, int]:
    """Reason -> events; what lacks an amount is told of that alone."""
    nameless = f"no {space.name}"
    if isinstance(placed, PlacedRetention):
        there, _ = selections.of(placed.choice).amounts(placed.amount)
        both = len(_used(selections, space, placed, placed.choice))
        return {f"no {placed.amount}": int((~there).sum()), nameless: int(there.sum()) - both}
    absent = {nameless: _nameless(selections, space, placed.choice)}
    if isinstance(placed, PlacedConversion):
        absent[lacking(space.entity, placed.to.of)] = _nameless(selections, space, placed.to)
    return absent


def lacking(entity: tuple[str, ...], of: str) -> str:
    """Why an event that a conversion leads to is not used."""
    return f"no {'+'.join(entity)} in {of}"


def _used(selections: Selections, space: Space, placed: Placed, choice: Choice) -> Column:
    selection = selections.of(choice)
    chosen, named = selection.places(), selection.keys(space.entity).places
    there = np.ones(len(selection), np.bool_) if named is None else np.zeros(len(selection), np.bool_)
    if named is not None:
        there[named] = True
    if isinstance(placed, PlacedRetention):
        there &= selection.amounts(placed.amount).there
    places: Column = chosen[there]
    return places


def _nameless(selections: Selections, space: Space, choice: Choice) -> int:
    selection = selections.of(choice)
    places = selection.keys(space.entity).places
    return 0 if places is None else len(selection) - len(np.unique(places))
