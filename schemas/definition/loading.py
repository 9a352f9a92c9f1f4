"""From the text of ``nsm.yaml`` to a Definition, or to all that is wrong with it.

text ─▶ nodes with lines ─▶ draft: what is sound, what is named ─▶ rules ─▶ Definition
                     └────────────────── faults ──────────────────┴──────▶ DefinitionError
"""

from pathlib import Path
from typing import Final, Literal, cast

from schemas.definition.company_calendar import read_company_calendar
from schemas.definition.departments import read_departments
from schemas.definition.dimensions import read_dimensions
from schemas.definition.draft import Draft
from schemas.definition.faults import Faults, Place
from schemas.definition.goals import read_guardrails, read_north_star
from schemas.definition.initiatives import read_initiatives
from schemas.definition.measures import read_measures
from schemas.definition.metrics import read_metrics
from schemas.definition.model import Definition
from schemas.definition.nodes import BIGGEST_FILE, Mapping, Node, Sequence, compose
from schemas.definition.okrs import read_okrs
from schemas.definition.owners import LONGEST_NAME, label
from schemas.definition.placed import Placed
from schemas.definition.reading import Fields, one_of
from schemas.definition.rules import RULES
from schemas.definition.silences import read_silences
from schemas.definition.sources import read_sources
from schemas.definition.steering import NorthStar
from schemas.definition.targets import read_targets
from schemas.definition.time_zones import time_zone
from schemas.errors import DefinitionError, in_words

_REQUIRED: Final = ("company", "time_zone", "events", "measures", "metrics", "north_star")
_OPTIONAL: Final = (
    "week_starts",
    "phase",
    "dimensions",
    "targets",
    "guardrails",
    "departments",
    "okrs",
    "initiatives",
    "calendar",
    "check",
)
# in the order that they lean on each other, whatever the order in the file
_SECTIONS: Final = (
    ("events", read_sources),
    ("dimensions", read_dimensions),
    ("measures", read_measures),
    ("metrics", read_metrics),
    ("north_star", read_north_star),
    ("targets", read_targets),
    ("guardrails", read_guardrails),
    ("departments", read_departments),
    ("okrs", read_okrs),
    ("initiatives", read_initiatives),
    ("calendar", read_company_calendar),
    ("check", read_silences),
)


def load(path: Path) -> Definition:
    """The definition in this file; raises DefinitionError, also where there is no such file or it is no text."""
    return load_placed(path).definition


def load_placed(path: Path) -> Placed:
    """As ``load``, with the lines of the file."""
    return parse_placed(_text(path), str(path))


def parse(text: str, file: str = "nsm.yaml") -> Definition:
    """The definition in this text; raises DefinitionError, whose faults name ``file``."""
    return parse_placed(text, file).definition


def parse_placed(text: str, file: str = "nsm.yaml") -> Placed:
    """As ``parse``, with the lines of the text."""
    faults = Faults(file)
    root = compose(text, faults)
    placed = None if root is None else _placed(root, faults)
    if placed is None or len(faults):
        raise DefinitionError(faults.lines(), faults.of_rules())
    return placed


def _placed(root: Node, faults: Faults) -> Placed:
    draft = Draft()
    _keep_places(root, draft)
    fields = Fields(root, faults, required=_REQUIRED, optional=_OPTIONAL)
    for name, read in _SECTIONS:
        node = fields.node(name)
        if node is not None:
            read(node, draft, faults)
    week_starts = fields.get_or("week_starts", one_of("monday", "sunday"), "monday")
    phase = fields.get("phase", one_of("start-up", "scale-up", "mature"))
    definition = Definition(
        company=fields.get_or("company", label(LONGEST_NAME), ""),
        time_zone=fields.get_or("time_zone", time_zone, "UTC"),
        week_starts=cast("Literal['monday', 'sunday']", week_starts),
        phase=cast("Literal['start-up', 'scale-up', 'mature'] | None", phase),
        sources=tuple(draft.sources.values()),
        dimensions=draft.dimensions,
        measures=draft.measures,
        metrics=draft.metrics,
        north_star=draft.north_star or NorthStar(metric=""),
        guardrails=draft.guardrails,
        departments=draft.departments,
        targets=draft.targets,
        okrs=draft.okrs,
        initiatives=draft.initiatives,
        calendar=draft.calendar,
        silences=draft.silences,
    )
    for rule in RULES:
        for fault in rule(draft):
            faults.add(fault.place, fault.text)
    return Placed(definition, draft.places)


def _keep_places(node: Node, draft: Draft) -> None:
    draft.places.setdefault(node.place.path, node.place)
    if isinstance(node, Mapping):
        for place in node.keys.values():
            draft.places.setdefault(place.path, place)
        for child in node.entries.values():
            _keep_places(child, draft)
    elif isinstance(node, Sequence):
        for child in node.items:
            _keep_places(child, draft)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(BIGGEST_FILE + 1)
    except FileNotFoundError as error:
        raise DefinitionError(
            (f"{path}: cannot be read: there is no such file; nsm init writes a first one",)
        ) from error
    except (OSError, ValueError) as error:
        raise DefinitionError((f"{path}: cannot be read: {in_words(error).lower()}",)) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults = Faults(str(path))
        faults.add(Place("", line), "is not UTF-8 text")
        raise DefinitionError(faults.lines()) from error
