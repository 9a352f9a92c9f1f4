"""Structs generated from what is needed: one tree of JSON keys, built strict for speed or wide for everything allowed.

A key has the same attribute name in every Struct generated of one source, so one getter serves them all.  Nested
objects are nested Structs; one that may be a list (where the head of a dotted name leads to) is ``list[Item] | Item``.
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import force_setattr

from schemas.definition.model import CloudEventsFormat, Format
from schemas.errors import DefinitionError
from schemas.events.needs import EventNeeds

Role = Literal["id", "type", "time", "source", "specversion", "entity", "amount", "scalar"]

ABSENT: Final = float("nan")
"""Stands for an absent amount: no JSON number is NaN, so that a column of floats says what is absent."""

_ALLOWED: Final[dict[Role, frozenset[type]]] = {
    "id": frozenset((str, int)),
    "type": frozenset((str,)),
    "time": frozenset((str, int)),
    "source": frozenset((str,)),
    "specversion": frozenset((str,)),
    "entity": frozenset((str, int)),
    "amount": frozenset((int, float)),
    "scalar": frozenset((str, int, float, bool)),
}
_REQUIRED: Final[frozenset[Role]] = frozenset(("id", "type", "time", "source", "specversion"))
_TEXT: Final = Annotated[str, msgspec.Meta(min_length=1)]
_ATTRIBUTES: Final = ("subject", "source")


class Leaf(NamedTuple):
    """A value and everything that is asked of it."""

    roles: frozenset[Role]

    @property
    def allowed(self) -> frozenset[type]:
        """What meets every role; empty where nothing can."""
        return frozenset.intersection(*(_ALLOWED[role] for role in self.roles))


class Branch:
    """An object; ``listable`` where it may also be a list of them."""

    def __init__(self) -> None:
        self.children: dict[str, Branch | Leaf] = {}
        self.listable = True


class Place(NamedTuple):
    """Where a property stands: ``head`` leads to the value, or to the rows of a dotted name and ``rest`` on."""

    head: tuple[str, ...]
    rest: tuple[str, ...]


def place(form: Format, name: str) -> Place:
    """Where the format puts the property of this name."""
    head = name.partition(".")[0]
    if isinstance(form, CloudEventsFormat):
        whole: tuple[str, ...] = (name,) if name in _ATTRIBUTES else ("data", *name.split("."))
        steps = 2
    else:
        whole = tuple(form.path(name).split("."))
        steps = len(form.path(head).split("."))
    return Place(whole[:steps], whole[steps:]) if "." in name else Place(whole, ())


def frame(form: Format) -> dict[Role, tuple[str, ...]]:
    """Where every event has what makes it one."""
    if isinstance(form, CloudEventsFormat):
        return {role: (role,) for role in ("specversion", "id", "source", "type", "time")}
    return {"id": tuple(form.id.split(".")), "type": tuple(form.type.split(".")), "time": tuple(form.time.split("."))}


def grow(form: Format, wanted: Iterable[EventNeeds]) -> Branch:
    """The tree that holds all of this; raises DefinitionError."""
    root = Branch()
    for role, path in frame(form).items():
        _plant(root, path, role, None)
    for needs in wanted:
        for name, role in roles(needs):
            head, rest = place(form, name)
            _plant(root, head + rest, role, len(head) - 1 if rest else None)
    return root


def roles(needs: EventNeeds) -> Iterator[tuple[str, Role]]:
    """Each property with what it is needed as."""
    for name in sorted(needs.entities):
        yield name, "entity"
    for name in sorted(needs.amounts):
        yield name, "amount"
    for name in sorted(needs.scalars):
        yield name, "scalar"


def _plant(node: Branch, path: tuple[str, ...], role: Role, rows_at: int | None) -> None:
    for depth, key in enumerate(path[:-1]):
        child = node.children.setdefault(key, Branch())
        if isinstance(child, Leaf):
            raise DefinitionError((f"'{'.'.join(path)}': '{key}' is needed both as a value and as an object",))
        child.listable &= depth == rows_at
        node = child
    known = node.children.get(path[-1], Leaf(frozenset()))
    if isinstance(known, Branch):
        raise DefinitionError((f"'{'.'.join(path)}' is needed both as a value and as an object",))
    leaf = Leaf(known.roles | {role})
    node.children[path[-1]] = leaf
    if not leaf.allowed:
        raise DefinitionError((f"'{'.'.join(path)}' cannot be all of {', '.join(sorted(leaf.roles))}",))


class Shape:
    """The Structs of one tree.

    ``strict`` refuses what would have to be settled (null, whole numbers for text, empty text), and is the quickest;
    ``wide`` takes all that is allowed, after which ``settle`` makes both alike.  ``whole`` is the tree of the whole
    source: how an absent value is told must not depend on the type of the event.
    """

    def __init__(self, tree: Branch, whole: Branch) -> None:
        self._names: dict[str, str] = {}
        self._name(whole)
        self._tree, self._whole = tree, whole
        self.strict = msgspec.json.Decoder(self._struct(tree, whole, strict=True, nested=False))
        self.wide = msgspec.json.Decoder(self._struct(tree, whole, strict=False, nested=False))

    def attribute(self, path: tuple[str, ...]) -> str:
        """The dotted name of the attributes that lead there."""
        return ".".join(self._names[key] for key in path)

    def settle(self, events: list[Struct]) -> None:
        """Makes events decoded wide as if decoded strict: null is absent, an entity is text and not empty."""
        self._settle(events, self._tree, self._whole)

    def _name(self, node: Branch) -> None:
        for key, child in node.children.items():
            self._names.setdefault(key, f"f{len(self._names)}")
            if isinstance(child, Branch):
                self._name(child)

    def _struct(self, node: Branch, whole: Branch, *, strict: bool, nested: bool) -> type[Struct]:
        fields: list[tuple[str, Any, Any]] = []
        for key, child in node.children.items():
            over = whole.children[key]
            if isinstance(child, Branch) and isinstance(over, Branch):
                item = self._struct(child, over, strict=strict, nested=True)
                required = is_required(child)
                default = UNSET if over.listable or required else item()
                type_ = item if required else _branch_type(item, child, strict=strict)
            elif isinstance(child, Leaf) and isinstance(over, Leaf):
                required, default = is_required(child), self._absent(over)
                type_ = _leaf_type(child, over, strict=strict)
            else:
                raise DefinitionError((f"'{key}' is needed both as a value and as an object",))
            field = msgspec.field(name=key, default=msgspec.NODEFAULT if required else default)
            fields.append((self._names[key], type_, field))
        lacking = {
            self._names[key]: self._absent(one) for key, one in whole.children.items() if key not in node.children
        }
        # gc=False: values and other Structs of this kind only, nothing that could lead back
        return msgspec.defstruct("Event", fields, namespace=lacking, gc=False, frozen=nested, kw_only=True)

    def _absent(self, over: Branch | Leaf) -> Any:
        """What getters find on the events of a type that does not need this."""
        if isinstance(over, Leaf):
            return ABSENT if is_amount(over) else UNSET
        return UNSET if over.listable or is_required(over) else self._struct(over, over, strict=True, nested=True)()

    def _settle(self, rows: list[Any], node: Branch, whole: Branch) -> None:
        for key, child in node.children.items():
            attribute, over = self._names[key], whole.children[key]
            column = list(map(attrgetter(attribute), rows))
            if isinstance(child, Branch) and isinstance(over, Branch):
                default = UNSET if over.listable else rows and _default(type(rows[0]), attribute)
                self._settle(_settled_branches(rows, attribute, column, default), child, over)
            elif isinstance(over, Leaf):
                _settle_leaves(rows, attribute, column, over)


def is_text(leaf: Leaf) -> bool:
    """Whether the value is used as nothing but an entity or an id, and therefore held as its text."""
    return leaf.roles <= {"entity", "id"}


def is_required(node: Branch | Leaf) -> bool:
    """Whether an event without it is none."""
    if isinstance(node, Leaf):
        return bool(node.roles & _REQUIRED)
    return any(map(is_required, node.children.values()))


def is_amount(leaf: Leaf) -> bool:
    """Whether the value is used as nothing but an amount, and therefore held as a float, or ``ABSENT``."""
    return leaf.roles == {"amount"}


def _branch_type(item: Any, child: Branch, *, strict: bool) -> Any:
    if strict:
        return list[item] | item | UnsetType if child.listable else item | UnsetType
    return list[item | None] | item | UnsetType | None if child.listable else item | UnsetType | None


def _leaf_type(leaf: Leaf, over: Leaf, *, strict: bool) -> Any:
    """``over`` is the same leaf of the whole source: what is held as a float is so for every type of event."""
    if is_amount(over):
        return float if strict else float | None
    allowed = leaf.allowed
    if strict and str in allowed and allowed <= {str, int}:
        return _TEXT if is_required(leaf) else _TEXT | UnsetType
    required = is_required(leaf)
    type_: Any = UnsetType if not required else None
    for one in sorted(allowed, key=repr):
        exact: Any = _TEXT if one is str and required else one
        type_ = exact if type_ is None else type_ | exact
    return type_ if required or strict else type_ | None


def _default(struct: type[Struct], attribute: str) -> Any:
    return next(field.default for field in msgspec.structs.fields(struct) if field.name == attribute)


def _settled_branches(rows: list[Any], attribute: str, column: list[Any], default: Any) -> list[Any]:
    """Puts what stands for absent in place of nulls, and gives all objects below, of lists too."""
    below: list[Any] = []
    for row, value in zip(rows, column, strict=True):
        if isinstance(value, list):
            items = [item for item in value if item is not None]
            force_setattr(row, attribute, items)
            below.extend(items)
        elif value is None:
            force_setattr(row, attribute, default)
        elif value is not UNSET and value is not default:
            below.append(value)
    return below


def _settle_leaves(rows: list[Any], attribute: str, column: list[Any], leaf: Leaf) -> None:
    kinds = set(map(type, column))
    if type(None) in kinds:
        absent = ABSENT if is_amount(leaf) else UNSET
        for row, value in zip(rows, column, strict=True):
            if value is None:
                force_setattr(row, attribute, absent)
    if is_text(leaf) and (int in kinds or "" in column):
        for row, value in zip(rows, column, strict=True):
            if value == "":
                force_setattr(row, attribute, UNSET)
            elif type(value) is int:
                force_setattr(row, attribute, str(value))
