"""Why a record is no event, asked once it is known not to be one.  A detail never holds what the event held."""

from typing import Any, Final

import msgspec

from schemas.events.needs import Reason
from streams.events.structs import Role
from streams.events.wording import worded

Fault = tuple[Reason, str]

FAULTS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding raises."""

_SPACE: Final = b" \t\r\n"
_NUMBER: Final = b"-0123456789"
_MISSING: Final[dict[Role, Reason]] = {
    "specversion": "bad_envelope",
    "id": "no_id",
    "source": "bad_envelope",
    "type": "no_type",
    "time": "no_time",
}
_WRONG: Final[dict[Role, Reason]] = {"specversion": "bad_envelope", "source": "bad_envelope", "time": "bad_time"}
_json = msgspec.json.Decoder(msgspec.Raw).decode
_text = msgspec.json.Decoder(str).decode
_whole = msgspec.json.Decoder(int).decode


class Diagnosis:
    """For the events of one format, whose frame says where their id, type and time stand."""

    def __init__(self, frame: dict[Role, tuple[str, ...]]) -> None:
        self._parts = {role: (_part_decoder(path), ".".join(path)) for role, path in frame.items()}

    def of(self, value: bytes, error: Exception) -> Fault:
        """The first that is true: no UTF-8, no JSON, no object, a fault of the frame, of a property (``error``)."""
        return _of_bytes(value) or self._of_frame(value) or _of_property(error)

    def _of_frame(self, value: bytes) -> Fault | None:
        for role, (decoder, name) in self._parts.items():
            try:
                part: Any = decoder.decode(value)
            except FAULTS as error:
                return "wrong_type", worded(str(error))
            while isinstance(part, msgspec.Struct):
                part = part.value  # type: ignore[attr-defined]  # as generated below
            fault = _of_part(role, name, b"null" if part is None else bytes(part))
            if fault is not None:
                return fault
        return None


def _of_bytes(value: bytes) -> Fault | None:
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return "bad_bytes", f"no UTF-8 at byte {error.start}"
    try:
        _json(value)
    except RecursionError:
        return "bad_json", "nested too deeply"
    except msgspec.DecodeError as error:
        return "bad_json", str(error)
    return None if value.lstrip(_SPACE).startswith(b"{") else ("no_object", "JSON, but no object")


def _of_part(role: Role, name: str, text: bytes) -> Fault | None:
    if text in (b"null", b'""'):
        return _MISSING[role], f"no {name}"
    if text.startswith(b'"'):
        try:
            _text(text)
        except FAULTS:
            return "bad_json", f"{name} is no text"
        return None
    if role in ("id", "time") and text[0] in _NUMBER:
        try:
            _whole(text)
        except FAULTS:
            return ("bad_time" if role == "time" else "wrong_type"), f"{name} is no whole number"
        return None
    return _WRONG.get(role, "wrong_type"), f"{name} is of another type"


def _of_property(error: Exception) -> Fault:
    detail = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
    return ("bad_number" if "out of range" in detail else "wrong_type"), worded(detail)


def _part_decoder(path: tuple[str, ...]) -> msgspec.json.Decoder[msgspec.Struct]:
    """The bytes of one value; null where it is absent."""
    type_: Any = msgspec.Raw
    for key in reversed(path):
        field = msgspec.field(name=key, default=None)
        type_ = msgspec.defstruct("Event", [("value", type_ if type_ is msgspec.Raw else type_ | None, field)])
    return msgspec.json.Decoder(type_)
