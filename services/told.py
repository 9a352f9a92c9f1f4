"""Words out of events, as a terminal may show them: what they hold can be anything, also what moves its cursor."""

from schemas.definition.faults import quoted


def told(text: str) -> str:
    """As it is where all of it can be shown; else quoted and escaped."""
    return text if text.isprintable() else quoted(text)
