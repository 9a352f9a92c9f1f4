"""Old events made to end now: every time moved by the same span, all else left byte for byte."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schemas.errors import PublishError
from services.publisher.lines import Reader


def span_to(now: datetime, lines: Iterable[bytes], path: str) -> timedelta:
    """From the latest time in the lines to ``now``; raises PublishError where no line has a time."""
    read = Reader(path)
    latest: datetime | None = None
    for line in lines:
        try:
            moment = _moment(read(line)[0])
        except (msgspec.DecodeError, ValueError):
            continue
        latest = moment if latest is None else max(latest, moment)
    if latest is None:
        raise PublishError(f"no line has a time with offset at {path}, so nothing can be moved to now")
    return now - latest


def shifted(lines: Iterable[bytes], path: str, span: timedelta) -> Iterator[bytes]:
    """The lines with their times moved; those without a time, or with one that cannot be moved as far, as they are."""
    parts = tuple(path.split("."))
    for line in lines:
        try:
            yield _shift(line, parts, span)
        except (msgspec.DecodeError, RecursionError, KeyError, ValueError, OverflowError):
            yield line


def _shift(document: bytes | msgspec.Raw, parts: tuple[str, ...], span: timedelta) -> bytes:
    fields = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    name, *rest = parts
    inner = fields[name]
    fields[name] = msgspec.Raw(_shift(inner, tuple(rest), span) if rest else _moved(inner, span))
    return msgspec.json.encode(fields)


def _moved(time: msgspec.Raw, span: timedelta) -> bytes:
    value = msgspec.json.decode(time)
    moment = _moment(value) + span
    if isinstance(value, str):
        return msgspec.json.encode(moment.isoformat())
    return str(round(moment.timestamp() * 1000)).encode()


def _moment(value: Any) -> datetime:
    """Of ISO 8601 with offset, or whole milliseconds; raises ValueError for anything else."""
    match value:
        case str():
            moment = datetime.fromisoformat(value)
            if moment.utcoffset() is None:
                raise ValueError("no offset")
            return moment
        case int() if not isinstance(value, bool):
            try:
                return datetime.fromtimestamp(value / 1000, UTC)
            except (OverflowError, OSError):
                raise ValueError("no year of the calendar") from None
        case _:
            raise ValueError("no time")
