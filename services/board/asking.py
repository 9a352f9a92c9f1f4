"""One question over HTTP to whoever should answer it."""

import http.client
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from schemas.errors import in_words

Json = dict[str, Any]

PATIENCE_S = 3.0
OK = 200


class SilentError(Exception):
    """Nobody answers there; the text says why, in lower case."""


class Answer(NamedTuple):
    """Of whatever status."""

    status: int
    body: bytes


def ask(url: str, path: str, patience_s: float = PATIENCE_S) -> Answer:
    """GET of a path below a URL.  Raises SilentError."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=patience_s)
    except ValueError as error:  # a port that is no number
        raise SilentError(str(error).lower()) from error
    try:
        connection.request("GET", parts.path.rstrip("/") + path)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise SilentError(in_words(error).lower()) from error
    finally:
        connection.close()


def place(url: str) -> str:
    """Host and port of a URL, without any password in it."""
    return urlsplit(url).netloc.rpartition("@")[2] or url
