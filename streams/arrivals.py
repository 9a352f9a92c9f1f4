"""The events of a choice as what arrives at a place of a record: whose, when, and how much."""

from typing import NamedTuple

import numpy as np

from streams.events.columns import Column, Mask
from streams.measures.runs import Arrivals
from streams.plan import Choice, Placed, PlacedChain, PlacedConversion, PlacedRetention
from streams.selection import Selections
from streams.time.grains import Grain, Instants


class Arrived(NamedTuple):
    """``events`` are the places in the selection of the events that name each entity; ``amounts`` of a net retention
    alone.
    """

    arrivals: Arrivals
    events: Column
    amounts: Column

    def only(self, which: Mask | Column) -> "Arrived":
        """Some of them, by a mask or by their places."""
        return Arrived(self.arrivals.only(which), self.events[which], self.amounts[which])


def arrived(selections: Selections, entity: tuple[str, ...], choice: Choice, grain: Grain) -> Arrived:
    """Of one choice of events; the amounts are empty."""
    selection = selections.of(choice)
    entities, places = selection.keys(entity)
    points = selection.points(grain)
    events = np.arange(len(selection)) if places is None else places
    return Arrived(
        Arrivals(entities.names, entities.codes, points if places is None else points[places]),
        events,
        np.zeros_like(events),
    )


def arrived_at(selections: Selections, entity: tuple[str, ...], placed: Placed) -> tuple[Arrived, ...]:
    """What arrives at a place: of a conversion starts and ends, of a net retention what has an amount."""
    match placed:
        case PlacedChain():
            return (arrived(selections, entity, placed.choice, placed.chain.grain),)
        case PlacedRetention():
            there, units = selections.of(placed.choice).amounts(placed.amount)
            all_ = arrived(selections, entity, placed.choice, placed.days)
            paid = all_.only(there[all_.events])
            return (paid._replace(amounts=units[paid.events]),)
        case PlacedConversion():
            return tuple(arrived(selections, entity, one, Instants()) for one in (placed.choice, placed.to))
