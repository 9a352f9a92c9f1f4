"""What the columns of a table are called in its events, held against what the definition reads before any row is."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

import msgspec

from schemas.definition.faults import either, nearest
from schemas.definition.model import Source
from schemas.errors import PublishError
from services.publisher.uncounted import Counted

OWN = ("id", "type", "time")
KEYLESS, UNREAD = "keyless", "unread"
_ATTRIBUTES = ("subject", "source")
"""Of CloudEvents."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """``mapped``: name -> column; ``constants``: name -> text; ``numbers``: names whose cells are numbers.

    ``delimiter`` cuts columns, ``decimal`` the whole of a number from its fraction.
    ``zone`` is where times without offset are from (None: those are faults; of an hour that comes twice the first).
    """

    mapped: dict[str, str] = {}
    constants: dict[str, str] = {}
    numbers: frozenset[str] = frozenset()
    zone: ZoneInfo | None = None
    delimiter: str = ","
    decimal: str = "."
    counted: Counted = Counted()
    """A column that this reads as a number must be declared one, and what it reads should be there."""
    allowed: frozenset[str] = frozenset()
    """KEYLESS: no column need be what the topic is keyed by; UNREAD: names may be given that nobody reads."""


def check_names(columns: Columns, source: Source, there: Collection[str], header: list[str]) -> None:
    """``there`` are the names that events will have something under.  Raises PublishError where they will not do."""
    missing = [name for name in OWN if name not in there]
    if missing:
        raise PublishError(
            f"nothing says what an event's {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'}: "
            f"--map {missing[0]}=COLUMN or --set {missing[0]}=TEXT; the table has {', '.join(header)}"
        )
    nowhere = sorted(columns.numbers - set(there))
    if nowhere:
        raise PublishError(f"--number {nowhere[0]}: the events have no {nowhere[0]}{nearest(nowhere[0], there)}")
    _check_unread(columns, source, there)
    texts = columns.counted.amounts_of(columns.constants.get("type")).intersection(there) - columns.numbers
    if texts:
        raise PublishError(
            f"the definition reads {' and '.join(sorted(texts))} as a number, and a table's cells are text: say "
            f"{' '.join(f'--number {name}' for name in sorted(texts))}"
        )
    if source.keyed_by not in there and KEYLESS not in columns.allowed:
        raise PublishError(
            f"no column is {source.keyed_by}, which the topic is keyed by: --map {source.keyed_by}=COLUMN; the table "
            f"has {', '.join(header)} (--allow keyless goes on without)"
        )


def _check_unread(columns: Columns, source: Source, there: Collection[str]) -> None:
    """A name that was given and that nobody reads is a misspelling where another one, that is read, is not there."""
    read = columns.counted.properties_of(columns.constants.get("type")) | {source.keyed_by}
    given = columns.mapped.keys() | columns.constants.keys()
    odd, absent = sorted(given - read - {*OWN, *_ATTRIBUTES}), sorted(read - set(there))
    if odd and absent and UNREAD not in columns.allowed:
        raise PublishError(
            f"the definition reads no {either(odd)}, and the table has no {either(absent)}, which it reads"
            f"{nearest(odd[0], absent)} (--allow unread goes on all the same)"
        )
