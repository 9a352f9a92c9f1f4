"""What the exporter says, asked over HTTP."""

from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from schemas import names
from services.board.asking import OK, PATIENCE_S, Json, SilentError, ask
from streams.state.serving import NOTHING, Serving

BAD_QUESTION: Final = (400, 404)
NOT_OURS: Final = "answers, but is no exporter of ours"


class NoAnswerError(Exception):
    """The exporter is not there, or has nothing to show; the text says which."""


class RefusedError(NoAnswerError):
    """The exporter has something to show, but not what was asked for."""


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What the series say; ``lag`` is None while Kafka does not say how far the logs reach.

    ``definition`` is the version that they are of, ``miskeyed`` how many of the counted bear no key or another than
    declared, ``folded`` the sum of all positions: it moves as long as anything is folded.
    """

    definition: str
    outcomes: dict[str, int]
    miskeyed: int
    folded: int
    lag: int | None
    owners: dict[str, str]
    """metric -> who answers for it; without those that nobody answers for"""


class Exporter:
    """One exporter by its URL."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        self.url, self._patience_s = url.rstrip("/"), patience_s

    def readings(self) -> Json:
        """Every metric as it stands, and the last complete."""
        return self._json("/v1/readings")

    def steering(self) -> Json:
        """Targets, guardrails, departments, objectives and initiatives, and how far each has come."""
        return self._json("/v1/steering")

    def reading(self, metric: str, **asked: str) -> Json:
        """One metric: ``at``, ``window``; or its history: ``from``, ``to``, ``step``."""
        return self._json(f"/v1/metrics/{metric}?{urlencode(asked)}")

    def change(self, metric: str, **asked: str) -> Json:
        """What moved it: the last complete period beside the one before; ``at``, ``window``, ``dimension``."""
        return self._json(f"/v1/metrics/{quote(metric, safe='')}/change?{urlencode(asked)}")

    def numbers(self) -> Numbers:
        """Outcomes, positions, lag and owners."""
        families = self._families("/metrics")
        outcomes: dict[str, int] = dict.fromkeys(names.OUTCOMES, 0)
        for sample in _samples(families, names.EVENTS):
            outcomes[sample.labels["outcome"]] = outcomes.get(sample.labels["outcome"], 0) + int(sample.value)
        lags = [int(sample.value) for sample in _samples(families, names.POSITION_LAG)]
        positions = [int(sample.value) for sample in _samples(families, names.POSITION)]
        owners = {sample.labels["metric"]: sample.labels["owner"] for sample in _samples(families, names.METRIC_INFO)}
        definitions = [sample.labels["definition"] for sample in _samples(families, names.BUILD_INFO)]
        return Numbers(
            definition=definitions[0] if definitions else "",
            outcomes=outcomes,
            miskeyed=sum(int(sample.value) for sample in _samples(families, names.EVENTS_MISKEYED)),
            folded=sum(positions),
            lag=sum(lags) if lags and len(lags) == len(positions) else None,
            owners={metric: owner for metric, owner in owners.items() if owner},
        )

    def _families(self, path: str) -> dict[str, Metric]:
        body = self._get(path)
        try:
            return {one.name: one for one in text_string_to_metric_families(body.decode())}
        except ValueError as error:  # as of a page for people, or of bytes that are no text
            raise NoAnswerError(f"{self.url} {NOT_OURS}") from error

    def _json(self, path: str) -> Json:
        try:
            return msgspec.json.decode(self._get(path), type=Json)
        except msgspec.DecodeError as error:
            raise NoAnswerError(f"{self.url} {NOT_OURS}") from error

    def _get(self, path: str) -> bytes:
        try:
            status, body = ask(self.url, path, self._patience_s)
        except SilentError as error:
            raise NoAnswerError(f"no exporter answers at {self.url} ({error})") from error
        if status in BAD_QUESTION:
            raise RefusedError(f"{_said(status, body)} (the exporter at {self.url} was asked)")
        if status != OK:
            raise NoAnswerError(f"the exporter at {self.url} has nothing to show: {_said(status, body)}")
        return body


def serving_of(readings: Json) -> Serving:
    """What ``readings`` says of the versions of the company."""
    said = readings.get("serving")
    if said is None:
        return NOTHING
    return Serving(served=said["served"], before=said["before"] or "", next=said["next"] or "")


def _samples(families: dict[str, Metric], name: str) -> list[Any]:
    family = families.get(name.removesuffix("_total")) or families.get(name)
    return [] if family is None else [sample for sample in family.samples if sample.name == name]


def _said(status: int, body: bytes) -> str:
    """The error with the nearest right word, or with all that there are where none is near."""
    try:
        told = msgspec.json.decode(body, type=Json)
        error, near, there = str(told["error"]), told.get("nearest"), told.get("metrics")
        if near:
            return f"{error}; did you mean {near[0]}?"
        return f"{error}; there are {', '.join(there)}" if there else error
    except (msgspec.DecodeError, KeyError):
        return f"status {status}"
