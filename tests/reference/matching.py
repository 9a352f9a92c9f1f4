"""The SQL of which events a measure is about, and how a property is read off an event."""

from schemas.definition import model
from schemas.definition.model import ANY, Condition, FlatFormat, Measure, Source

OPERATORS = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


def matching_sql(measure: Measure, source: Source, within: str | None, *carried: str) -> str:
    """An event counts for an entity once, and a ``where`` on a nested list is judged per item."""
    properties = [condition.property for condition in measure.where]
    entity = () if isinstance(measure, model.Count | model.Sum | model.Distribution) else measure.entity
    lists = {name.partition(".")[0] for name in (*properties, *entity) if "." in name}
    assert len(lists) <= 1, "this reference reads one nested list a measure"
    rows = "events"
    for name in lists:
        path = _path(source, name)
        rows = f"(select *, unnest(cast(json_extract(body, '{path}') as json[])) as item from events)"
    wheres = [f"source = '{source.name}'", *(_where(source, condition) for condition in measure.where)]
    if measure.of != ANY:
        wheres.append(f"type = '{measure.of}'")
    if within is not None:
        wheres.append(within)
    columns = ["id", "t", *carried]
    if entity:
        parts = [text_of(source, name) for name in entity]
        wheres += [f"{part} is not null" for part in parts]
        columns.append(f"[{', '.join(parts)}] as e")
    if isinstance(measure, model.Amount):
        amount = text_of(source, measure.property)
        wheres.append(f"{amount} is not null")
        columns.append(f"cast(cast({amount} as decimal(38, 12)) * {10**measure.decimals} as hugeint) as v")
    return f"select distinct {', '.join(columns)} from {rows} where {' and '.join(wheres)}"


def _path(source: Source, name: str) -> str:
    assert isinstance(source.format, FlatFormat)
    return "$." + ".".join(f'"{part}"' for part in source.format.path(name).split("."))


def text_of(source: Source, name: str) -> str:
    """A property as text, null where absent: of the event, or of the item where the name has a dot."""
    head, dot, rest = name.partition(".")
    return f"""(item ->> '$."{rest}"')""" if dot else f"(body ->> '{_path(source, head)}')"


def _where(source: Source, condition: Condition) -> str:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    text = text_of(source, condition.property)
    tests = []
    for value in values:
        operator = OPERATORS["=" if condition.operator == "in" else condition.operator]
        if isinstance(value, bool):
            tests.append(f"{text} {operator} '{str(value).lower()}'")
        elif isinstance(value, str):
            quoted = value.replace("'", "''")
            tests.append(f"{text} {operator} '{quoted}'")
        else:
            tests.append(f"try_cast({text} as decimal(38, 12)) {operator} {value}")
    return f"({' or '.join(tests)})"
