"""Local days from ``start`` to ``end``, both included."""

from datetime import date

from schemas.definition.faults import Faults
from schemas.definition.reading import Fields, day


def stretch(fields: Fields, faults: Faults) -> tuple[date, date] | None:
    """None where one of the two is missing or unfit; that it ends before it starts is a fault."""
    start, end = fields.get("start", day), fields.get("end", day)
    if start is None or end is None:
        return None
    if end < start:
        faults.add(fields.at("end"), f"is {end}, before it starts, {start}")
    return start, end
