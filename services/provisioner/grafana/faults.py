"""What Grafana answered when it did not do it -> an error of ours that says what to do.  Pure."""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from schemas.errors import (
    GrafanaAbsent,
    GrafanaAway,
    GrafanaDenied,
    GrafanaError,
    GrafanaMoved,
    GrafanaRefused,
)
from services.provisioner.grafana.address import WHAT_OPENS_IT

LONGEST: Final = 300
"""Characters of another's words that stand in a sentence of ours."""

_NO_LOGIN: Final = "Grafana at {} does not take the token ({}): it is wrong or has expired"
_FORBIDDEN: Final = (
    "the token may not do this ({}): folders, boards and annotations need the role Editor, the data source and alert"
    " rules need Admin; give its service account that role. What comes from a file nobody may change"
)
_ABSENT: Final = "it is not there ({}); plan again, somebody may have removed it"
_NO_PAGE: Final = "there is no such page at {}: NSM_GRAFANA must be Grafana's root, with the sub-path where it has one"
_TAKEN: Final = "something else has this name or uid already ({}); rename or remove that one, then apply again"
_SAME_TITLE: Final = (
    "another board in the folder has this title ({}); rename one of the two, then apply again. Nothing was replaced"
)
_SAVED_SINCE: Final = "somebody saved it since it was read ({}); run again, nothing was overwritten"
_FROM_A_FILE: Final = (
    "it comes from a file of that Grafana ({}); keep either the files or the API on one instance, never both: remove"
    " what nsm grafana render wrote there, or do not apply"
)
_NOT_TAKEN: Final = "Grafana at {} does not take it ({}); nothing was written"

PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that say nothing about what was asked."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``body`` is what the JSON held, None where it was empty; ``is_json`` is False for a page of another kind."""

    status: int
    body: Any = None
    is_json: bool = True
    location: str = ""

    @property
    def words(self) -> str:
        """The server's own, on one line; empty where it has none."""
        said = self.body.get("message", "") if isinstance(self.body, dict) else ""
        line = "".join(letter if letter.isprintable() else " " for letter in str(said or ""))
        return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."

    @property
    def said(self) -> str:
        return f"{self.status}: {self.words}" if self.words else str(self.status)

    @property
    def reason(self) -> str:
        """The word for machines beside a 412."""
        return str(self.body.get("status", "")) if isinstance(self.body, dict) else ""


def fault(answer: Answer, where: str) -> GrafanaError | None:
    """None for an answer that is good; ``where`` is Grafana's address."""
    status = answer.status
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirected(answer, where)
    if status < HTTPStatus.BAD_REQUEST:
        return None if answer.is_json else GrafanaAway(_a_page(where), status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
        sentence = (
            f"Grafana at {where} failed ({answer.said}); try again, its own log says why. A token that was deleted is"
            " answered so as well"
        )
        return GrafanaAway(sentence, status)
    kind, sentence = _refused(answer, where)
    return kind(sentence, status)


def _a_page(where: str) -> str:
    return (
        f"what answers at {where} is no API of Grafana, but a page: NSM_GRAFANA names something else, or a proxy before"
        " it wants a login"
    )


def _redirected(answer: Answer, where: str) -> GrafanaError:
    """The place is told without its query, which may hold what opens it."""
    parts = urlsplit(answer.location)
    if parts.path.rstrip("/").endswith("/login"):
        sentence = f"Grafana at {where} asks for a login, so the token was not taken for one: {WHAT_OPENS_IT}"
        return GrafanaDenied(sentence, answer.status)
    to = f"{parts.scheme or 'http'}://{parts.hostname}" if parts.hostname else f"the path {parts.path or '/'}"
    sentence = (
        f"{where} sends everybody on to {to}; the token is not sent after it. Set NSM_GRAFANA to where Grafana answers"
        " itself, scheme and sub-path included"
    )
    return GrafanaRefused(sentence, answer.status)


def _refused(answer: Answer, where: str) -> tuple[type[GrafanaError], str]:
    """The kind of a 4xx, and its sentence."""
    said = answer.said
    match answer.status:
        case HTTPStatus.UNAUTHORIZED:
            found: tuple[type[GrafanaError], str] = GrafanaDenied, f"{_NO_LOGIN.format(where, said)}; {WHAT_OPENS_IT}"
        case HTTPStatus.FORBIDDEN:
            found = GrafanaDenied, _FORBIDDEN.format(said)
        case HTTPStatus.NOT_FOUND if answer.is_json:
            found = GrafanaAbsent, _ABSENT.format(said)
        case HTTPStatus.NOT_FOUND:
            found = GrafanaRefused, _NO_PAGE.format(where)
        case HTTPStatus.CONFLICT:
            found = GrafanaRefused, _TAKEN.format(said)
        case HTTPStatus.PRECONDITION_FAILED if answer.reason == "name-exists":
            found = GrafanaRefused, _SAME_TITLE.format(said)
        case HTTPStatus.PRECONDITION_FAILED:
            found = GrafanaMoved, _SAVED_SINCE.format(said)
        case HTTPStatus.BAD_REQUEST if "provisioned" in answer.words.lower():
            found = GrafanaRefused, _FROM_A_FILE.format(said)
        case _:
            found = GrafanaRefused, _NOT_TAKEN.format(where, said)
    return found
