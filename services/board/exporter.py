"""What the exporter says, asked over HTTP."""

import http.client
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from schemas import names

Json = dict[str, Any]

PATIENCE_S = 3.0
OK = 200


class NoAnswerError(Exception):
    """The exporter is not there, or has nothing to show; the text says which."""


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What the series of the pipeline say; ``lag`` is None while Kafka does not say how far the logs reach."""

    outcomes: dict[str, int]
    lag: int | None
    limits: dict[str, dict[str, float]]
    """metric -> min or max -> the guardrail's limit"""


class Exporter:
    """One exporter by its URL."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        self.url, self._patience_s = url.rstrip("/"), patience_s
        self._parts = urlsplit(self.url)

    def readings(self) -> Json:
        """Every metric as it stands, and the last complete."""
        return self._json("/v1/readings")

    def reading(self, metric: str, **asked: str) -> Json:
        """One metric: ``at``, ``window``; or its history: ``from``, ``to``, ``step``."""
        return self._json(f"/v1/metrics/{metric}?{urlencode(asked)}")

    def numbers(self) -> Numbers:
        """Outcomes, lag and limits."""
        families = {one.name: one for one in text_string_to_metric_families(self._get("/metrics").decode())}
        outcomes: dict[str, int] = dict.fromkeys(names.OUTCOMES, 0)
        for sample in _samples(families, names.EVENTS):
            outcomes[sample.labels["outcome"]] = outcomes.get(sample.labels["outcome"], 0) + int(sample.value)
        lags = [int(sample.value) for sample in _samples(families, names.POSITION_LAG)]
        positions = len(list(_samples(families, names.POSITION)))
        limits: dict[str, dict[str, float]] = {}
        for sample in _samples(families, names.GUARDRAIL_LIMIT):
            limits.setdefault(sample.labels["metric"], {})[sample.labels["bound"]] = sample.value
        return Numbers(outcomes=outcomes, lag=sum(lags) if lags and len(lags) == positions else None, limits=limits)

    def _json(self, path: str) -> Json:
        try:
            return msgspec.json.decode(self._get(path), type=Json)
        except msgspec.DecodeError as error:
            raise NoAnswerError(f"{self.url} answers, but is no exporter of ours") from error

    def _get(self, path: str) -> bytes:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._patience_s)
        try:
            connection.request("GET", self._parts.path + path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(f"no exporter answers at {self.url} ({_why(error)})") from error
        finally:
            connection.close()
        if answer.status != OK:
            raise NoAnswerError(f"the exporter at {self.url} has nothing to show: {_said(answer.status, body)}")
        return body


def _samples(families: dict[str, Metric], name: str) -> list[Any]:
    family = families.get(name.removesuffix("_total")) or families.get(name)
    return [] if family is None else [sample for sample in family.samples if sample.name == name]


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def _said(status: int, body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=Json)["error"])
    except (msgspec.DecodeError, KeyError):
        return f"status {status}"
