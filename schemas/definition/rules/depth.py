"""Metrics on metrics end somewhere that people can still follow."""

from collections.abc import Iterator
from graphlib import TopologicalSorter

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault
from schemas.definition.operands import DEEPEST
from schemas.definition.rules.cycles import cut_cycles, graph_of


def metrics_are_shallow(draft: Draft) -> Iterator[Fault]:
    """Told of the first metric that is too deep, not of those above it."""
    graph = graph_of(draft)
    cut_cycles(graph)
    depth: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        depth[name] = 1 + max((depth[under] for under in graph[name]), default=-1)
        if depth[name] == DEEPEST + 1:
            yield Fault(draft.declared["metric"][name], f"stands on metrics more than {DEEPEST} deep")
