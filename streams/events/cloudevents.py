"""CloudEvents 1.0: messages in binary mode are put into the structured form, and all is decoded as that.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from schemas.events.needs import Raw, Reason

_STRUCTURED: Final = "application/cloudevents"
_ATTRIBUTES: Final = tuple(
    (f"ce_{name}", f'"{name}":'.encode()) for name in ("specversion", "id", "source", "type", "time", "subject")
)
_quoted = msgspec.json.Encoder().encode
_check = msgspec.json.Decoder(msgspec.Raw).decode

Fault = tuple[Reason, str]


def structured(raws: Sequence[Raw]) -> tuple[list[bytes | None], dict[int, Fault]]:
    """Each message as one JSON object, and what is wrong with those that cannot be one."""
    values = [raw.value for raw in raws]
    faults: dict[int, Fault] = {}
    for i, raw in enumerate(raws):
        if raw.headers:
            made = _of_message(raw)
            if isinstance(made, tuple):
                values[i], faults[i] = None, made
            else:
                values[i] = made
    return values, faults


def _of_message(raw: Raw) -> bytes | Fault | None:
    headers = dict(raw.headers)
    kind = _media_type(headers.get("content-type") or b"")
    if kind.startswith(_STRUCTURED):
        return (
            raw.value if kind == f"{_STRUCTURED}+json" else ("bad_envelope", "of CloudEvents, only single JSON events")
        )
    parts = []
    try:
        for name, key in _ATTRIBUTES:
            attribute = headers.get(name)
            if attribute is not None:
                parts.append(key + _quoted(attribute.decode()))
    except UnicodeDecodeError:
        return "bad_bytes", "a header is no UTF-8"
    if not parts:
        return raw.value
    if raw.value and (not kind or kind in ("application/json", "text/json") or kind.endswith("+json")):
        fault = _fault(raw.value)
        if fault is not None:
            return fault
        parts.append(b'"data":' + raw.value)
    return b"{" + b",".join(parts) + b"}"


@lru_cache(maxsize=64)
def _media_type(header: bytes) -> str:
    return header.decode("latin-1").partition(";")[0].strip().lower()


def _fault(data: bytes) -> Fault | None:
    """Of the data alone: "{}, ..." would be an object's beginning in its new place."""
    try:
        _check(data)
    except UnicodeDecodeError:
        return "bad_bytes", "no UTF-8"
    except RecursionError:
        return "bad_json", "nested too deeply"
    except msgspec.DecodeError as error:
        return "bad_json", str(error)
    return None
