"""No metric stands on itself."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault

Graph = dict[str, dict[str, None]]
"""A metric and those it stands on."""

_MOST_SHOWN = 20


def no_cycles(draft: Draft) -> Iterator[Fault]:
    """Each cycle once, drawn from the metric that stands first in the file."""
    order = list(draft.declared["metric"])
    for cycle in cut_cycles(graph_of(draft)):
        begin = cycle.index(min(cycle, key=order.index))
        drawn = [*cycle[begin:], *cycle[:begin], cycle[begin]]
        yield Fault(draft.declared["metric"][cycle[begin]], f"stands on itself: {' -> '.join(drawn)}")


def graph_of(draft: Draft) -> Graph:
    """Which metrics stand on which, unsound ones included; a name that is also a measure means the measure."""
    graph: Graph = {name: {} for name in draft.declared["metric"]}
    for reference in draft.references:
        if reference.kind == "operand" and reference.name in graph and reference.name not in draft.declared["measure"]:
            graph[reference.owner][reference.name] = None
    return graph


def cut_cycles(graph: Graph) -> list[list[str]]:
    """The cycles, each as the metrics that it goes through; one edge of each is taken out of the graph."""
    found: list[list[str]] = []
    while cycle := _cycle(graph):
        del graph[cycle[0]][cycle[1 % len(cycle)]]
        if len(found) < _MOST_SHOWN:
            found.append(cycle)
    return found


def _cycle(graph: Graph) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        closed: list[str] = error.args[1]  # each stands under the next, the first again at the end
        return closed[:0:-1]
    return []
