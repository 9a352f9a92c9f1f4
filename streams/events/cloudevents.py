"""CloudEvents 1.0: messages in binary mode are put into the structured form, and all is decoded as that.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from schemas.events.needs import Raw, Reason

_STRUCTURED: Final = "application/cloudevents"
_PREFIX: Final = "ce_"
_ATTRIBUTES: Final = ("specversion", "id", "source", "type", "time", "subject")
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
    try:
        headers = {name: value.decode() for name, value in raw.headers if _is_ours(name) and value is not None}
    except UnicodeDecodeError:
        return "bad_bytes", "a header is no UTF-8"
    kind = _media_type(headers.get("content-type", ""))
    if kind.startswith(_STRUCTURED):
        return (
            raw.value if kind == f"{_STRUCTURED}+json" else ("bad_envelope", "of CloudEvents, only single JSON events")
        )
    if not any(name.startswith(_PREFIX) for name in headers):
        return raw.value
    return _of_binary(headers, raw.value, kind)


def _is_ours(name: str) -> bool:
    return name == "content-type" or name.startswith(_PREFIX)


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _of_binary(headers: Mapping[str, str], value: bytes | None, kind: str) -> bytes | Fault:
    """The attributes after the data, as the last of two keys of one name is the one that counts."""
    parts = []
    if value and (kind in ("", "application/json", "text/json") or kind.endswith("+json")):
        try:
            _check(value)  # alone: "{}, ..." would be an object's beginning in its new place
        except UnicodeDecodeError:
            return "bad_bytes", "no UTF-8"
        except RecursionError:
            return "bad_json", "nested too deeply"
        except msgspec.DecodeError as error:
            return "bad_json", str(error)
        parts.append(b'"data":' + value)
    for name in _ATTRIBUTES:
        text = headers.get(_PREFIX + name)
        if text is not None:
            parts.append(b'"%b":%b' % (name.encode(), _quoted(text)))
    return b"{" + b",".join(parts) + b"}"
