"""YAML as it stands in the file: text, lists and mappings with their lines, and no guess at what the text means.

YAML 1.1 takes ``no`` for false, ``1:30`` for ninety and an unquoted date for a date.  Here a scalar stays the text that
was written; what is read out of it is decided by whoever asks for a number, a date or a name.
"""

import re
import unicodedata
from typing import Final, NamedTuple

import yaml

from schemas.definition.faults import Faults, Place, quoted

BIGGEST_FILE: Final = 1 << 20
"""In characters (and bytes): a definition is no data file."""

_MOST_NODES: Final = 50_000  # aliases of aliases multiply
_DEEPEST: Final = 40
_SIMPLE: Final = re.compile(r"[\w-]{1,80}")
_MERGE: Final = "tag:yaml.org,2002:merge"
_PLAIN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
)
_OPENED: Final = ("while parsing a flow", "while scanning a quoted")
_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))


class Scalar(NamedTuple):
    """Text as it was written; ``quoted`` where it stood in quotes or as a block."""

    place: Place
    text: str
    quoted: bool

    @property
    def empty(self) -> bool:
        """Nothing was said: ``key:`` or ``key: null``."""
        return not self.quoted and self.text in _NULLS


class Sequence(NamedTuple):
    """A list."""

    place: Place
    items: "tuple[Node, ...]"


class Mapping(NamedTuple):
    """Keys and values; merge keys are merged."""

    place: Place
    entries: "dict[str, Node]"
    keys: dict[str, Place]


Node = Scalar | Sequence | Mapping


def compose(text: str, faults: Faults) -> Node | None:
    """The one document of the text; None, and a fault, where it is none."""
    if len(text) > BIGGEST_FILE:
        faults.add(Place("", 1), "is larger than a definition can be (1 MiB)")
        return None
    try:
        root = _syntax(text)
    except _NotYamlError as error:
        faults.add(Place("", error.line), error.text)
        return None
    if root is None:
        faults.add(Place("", 1), "is empty; nsm init writes a first definition")
        return None
    return _Walk(faults).node(root, Place("", root.start_mark.line + 1))


class _NotYamlError(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line, self.text = line, text


def _syntax(text: str) -> yaml.Node | None:
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        root: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _where(error, text) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _NotYamlError(
            line, f"holds a character that YAML does not allow: {quoted(text[error.position])}"
        ) from error
    except RecursionError as error:
        raise _NotYamlError(1, "is nested too deeply") from error
    except (yaml.YAMLError, ValueError, OverflowError, AttributeError) as error:  # a bad escape or directive
        raise _NotYamlError(
            loader.line + 1 if loader else 1, "is not YAML: an escape or directive is broken"
        ) from error
    return root


def _where(error: yaml.MarkedYAMLError, text: str) -> _NotYamlError:
    """What is not closed is noticed on a later line, often at the file's end: told where it was opened."""
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    line = mark.line + 1 if mark else 1
    if begun is not None and line > begun.line + 1 and str(error.context).startswith(_OPENED):
        opened = text[begun.index]
        comma = "" if opened in "\"'" else f", or a comma is missing before line {line}"
        told = f"the {opened} in column {begun.column + 1} is not closed{comma}"
        return _NotYamlError(begun.line + 1, f"is not YAML: {told}")
    told = " ".join(part for part in (error.context, error.problem) if part)
    return _NotYamlError(line, f"is not YAML: {told}")


class _Walk:
    """From yaml's nodes to ours, once over."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._count = 0
        self._within: list[yaml.Node] = []

    def node(self, node: yaml.Node, place: Place) -> Node:
        self._count += 1
        if fault := self._refusal(node):
            self._faults.add(place, fault)
            return Sequence(place, ())
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        self._within.append(node)
        try:
            if isinstance(node, yaml.SequenceNode):
                return self._sequence(node, place)
            return self._mapping(node, place) if isinstance(node, yaml.MappingNode) else Sequence(place, ())
        finally:
            self._within.pop()

    def _refusal(self, node: yaml.Node) -> str:
        if self._count > _MOST_NODES:
            return "" if self._count > _MOST_NODES + 1 else "the file grows too large through its aliases"
        if len(self._within) > _DEEPEST:
            return "is nested too deeply"
        if any(node is outer for outer in self._within):
            return "holds itself"
        return "" if node.tag in _PLAIN_TAGS else f"has the tag {quoted(node.tag)}; write it without"

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Scalar:
        line = node.start_mark.line + 1
        here = Place(place.path, max(line, place.line))
        bad = next((sign for sign in node.value if _unfit(sign)), None)
        if bad is not None:
            self._faults.add(here, f"holds a sign that cannot be shown: {quoted(bad)}")
            return Scalar(here, "".join(sign for sign in node.value if not _unfit(sign)), quoted=True)
        return Scalar(here, node.value, node.style is not None)

    def _sequence(self, node: yaml.SequenceNode, place: Place) -> Sequence:
        items = []
        for number, item in enumerate(node.value):
            if self._count > _MOST_NODES:
                break
            items.append(self.node(item, Place(f"{place.path}[{number}]", item.start_mark.line + 1)))
        return Sequence(place, tuple(items))

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Mapping:
        made, merged = Mapping(place, {}, {}), Mapping(place, {}, {})
        for key, value in node.value:
            at = Place(place.path, key.start_mark.line + 1)
            if self._count > _MOST_NODES:
                break
            if not isinstance(key, yaml.ScalarNode):
                self._faults.add(at, "has a key that is no text")
            elif key.tag == _MERGE:
                self._merge(value, at, merged)
            else:
                self._entry(made, key, value)
        return Mapping(place, merged.entries | made.entries, merged.keys | made.keys)

    def _entry(self, made: Mapping, key: yaml.ScalarNode, value: yaml.Node) -> None:
        name = "".join(sign for sign in key.value if not _unfit(sign))
        shown = name if _SIMPLE.fullmatch(name) else quoted(name)
        path = f"{made.place.path}.{shown}" if made.place.path else shown
        at = Place(path, key.start_mark.line + 1)
        if name != key.value:
            self._faults.add(at, "the key holds a sign that cannot be shown")
        if name in made.keys:
            self._faults.add(at, f"stands here twice; first on line {made.keys[name].line}")
            return
        made.keys[name] = at
        made.entries[name] = self.node(value, at)

    def _merge(self, value: yaml.Node, at: Place, merged: Mapping) -> None:
        """What was merged first wins, as YAML has it."""
        sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                self._faults.add(at, "<< merges mappings only")
                continue
            node = self.node(source, Place(at.path, at.line))
            if isinstance(node, Mapping):
                merged.entries.update({name: one for name, one in node.entries.items() if name not in merged.entries})
                merged.keys.update({name: one for name, one in node.keys.items() if name not in merged.keys})


def _unfit(sign: str) -> bool:
    """Control signs, save the white space of block text, what turns the direction of all that comes after it, and
    halves of surrogate pairs.
    """
    return (sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cs")) or sign in _TURNS
