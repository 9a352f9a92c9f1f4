"""One spelling of all that is counted: definitions that differ only in how they say it are planned, and named, alike.

where: [plan = pro, country in [NL]]     ->  where: [country = NL, plan = pro]
where: [country = NL, plan = pro]        ->  the same
items.qty > 1.0                          ->  items.qty > 1
a dimension that splits nothing shown    ->  left out
"""

from collections.abc import Collection

import msgspec

from schemas.definition.model import Condition, Definition, Measure

Literal = str | int | bool | float


def canonical(definition: Definition, shown: Collection[str]) -> Definition:
    """The same definition in that spelling; ``shown`` are the measures that some metric shows."""
    measures = {name: _measure(measure) for name, measure in definition.measures.items()}
    splitting = {dimension for name in shown for dimension in measures[name].by_dimension}
    dimensions = {name: one for name, one in definition.dimensions.items() if name in splitting}
    return msgspec.structs.replace(definition, measures=measures, dimensions=dimensions)


def _measure(measure: Measure) -> Measure:
    conditions = {_key(one): one for one in map(_condition, measure.where)}
    where = tuple(conditions[key] for key in sorted(conditions))
    return measure if where == measure.where and repr(where) == repr(measure.where) else _with(measure, where)


def _with(measure: Measure, where: tuple[Condition, ...]) -> Measure:
    return msgspec.structs.replace(measure, where=where)


def _condition(condition: Condition) -> Condition:
    if not isinstance(condition.value, tuple):
        return Condition(condition.property, condition.operator, _literal(condition.value))
    values = {_text(one): one for one in map(_literal, condition.value)}
    if len(values) == 1:
        return Condition(condition.property, "=", *values.values())
    return Condition(condition.property, condition.operator, tuple(values[text] for text in sorted(values)))


def _literal(value: Literal) -> Literal:
    """Numbers are compared as numbers: 1.0 is 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _key(condition: Condition) -> tuple[str, str, str]:
    return condition.property, condition.operator, _text(condition.value)


def _text(value: object) -> str:
    """Tells apart what Python takes for equal, such as 1 and true."""
    return f"{type(value).__name__} {value!r}"
