"""What the events of a measure must be keyed by."""

from schemas.definition import model
from schemas.definition.model import Measure, Source


def rekeyed_by(measure: Measure, source: Source) -> str | None:
    """The property that a measure's events must be keyed by anew; None where they need not be.

    A pair with the topic's key in it lies in one partition already, whichever comes first.
    """
    if isinstance(measure, model.Count | model.Sum | model.Distribution) or source.keyed_by in measure.entity:
        return None
    return measure.entity[0]
