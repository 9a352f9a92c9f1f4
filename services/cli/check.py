"""``nsm check FILE``: judges a definition, and says in a few lines what a good one holds."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from schemas.definition.loading import load
from schemas.definition.model import ANY, Definition
from schemas.definition.units import unit_of
from streams.events.decoding import Decoder
from streams.plan import compile_plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, default=Path("nsm.yaml"), metavar="FILE", help="nsm.yaml")


def run(args: argparse.Namespace) -> int:
    """Raises DefinitionError, which holds every fault with its line."""
    definition = load(args.file)
    for plan in compile_plan(definition).sources.values():
        Decoder(plan.needs)  # places that contradict each other are told here, not by a worker
    print(f"{args.file} is good")
    for what, told in summary(definition):
        print(f"  {what:<11} {told}")
    return 0


def summary(definition: Definition) -> Iterator[tuple[str, str]]:
    """What it holds; the types of events are named, so that a misspelt one is seen."""
    types = Counter(measure.of for measure in definition.measures.values() if measure.of != ANY)
    topics = (f"{source.topic} keyed by {source.keyed_by}" for source in definition.sources)
    yield "company", f"{definition.company}, {definition.time_zone}"
    yield "events", ", ".join(topics)
    yield "types", ", ".join(f"{name} ({_plural(types[name], 'measure')})" for name in sorted(types)) or "any"
    yield "counts", f"{_plural(len(definition.measures), 'measure')}, {_plural(len(definition.metrics), 'metric')}"
    yield "north star", _north_star(definition)


def _north_star(definition: Definition) -> str:
    star = definition.north_star
    told = f"{star.metric} ({definition.metrics[star.metric].windows[0].label})"
    if star.target is None:
        return f"{told}, no target yet, {star.better} is better"
    unit = unit_of(definition, star.metric)
    amount = f"{star.target:g} {unit}".rstrip()
    return f"{told}, target {amount}{f' by {star.by}' if star.by else ''}, {star.better} is better"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
