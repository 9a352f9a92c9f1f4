"""The exporter over HTTP."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import msgspec
from aiohttp import web

from schemas.definition.model import Window
from schemas.errors import StateError, in_words
from services.exporter.answers import about, all_metrics, all_readings, iso, reading_json, serving_json
from services.exporter.aside import aside
from services.exporter.asked import BadRequest, Moments, moments, nearest
from services.exporter.change import asked_of, change_json, spans_of
from services.exporter.followed import NothingToShow, Wanted
from services.exporter.freshness import Progress, as_of, completeness, topics_of
from services.exporter.objectives import all_steering
from services.exporter.shown import Moment, Trust
from services.exporter.version import Version
from streams.plan import Plan
from streams.readings import Readings
from streams.state.port import KeySpan
from streams.time.spans import longest_of
from streams.wanted import keys_between

log = logging.getLogger(__name__)

PAGES = {
    "/metrics": "for Prometheus",
    "/v1/readings": "every metric, as JSON",
    "/v1/steering": "targets, guardrails, key results and initiatives, and how far each has come, as JSON",
    "/v1/metrics": "which metrics there are, with windows and units; of one, ?at= reads to the end of that day",
    "/health/live": "the process runs",
    "/health/ready": "the state is read, and every partition has a position",
}
PATHS = ("/", *PAGES, "/v1/metrics/{name}", "/v1/metrics/{name}/change")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Answer(NamedTuple):
    """What a moment of the state says of one metric at the moments asked."""

    plan: Plan
    asked: Moments
    moment: Moment


def build_api(
    current: Callable[[], Version], faults: tuple[type[Exception], ...] = (OSError, StateError)
) -> web.Application:
    """``current`` names the version that is shown now; each answer is made from one.

    ``faults`` are those of the store: they mean that there is nothing to show.
    """

    @web.middleware
    async def telling(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except BadRequest as bad:
            return _json({"error": str(bad)}, 400)
        except web.HTTPNotFound:
            return _json({"error": f"there is no page {request.path}", "pages": PATHS}, 404)
        except web.HTTPMethodNotAllowed as other:
            allowed = sorted(other.allowed_methods)
            error = f"{request.path} is there to be read: {' or '.join(allowed)}, not {request.method}"
            return _json({"error": error}, 405, {"Allow": ", ".join(allowed)})
        except NothingToShow as nothing:
            return _json({"error": str(nothing)}, 503)
        except faults as fault:
            return _json({"error": f"the state does not answer: {in_words(fault)}"}, 503)

    pages = _Pages(current)
    app = web.Application(middlewares=[telling])
    app.add_routes(
        [
            web.get("/", pages.index),
            web.get("/metrics", pages.metrics),
            web.get("/v1/readings", pages.readings),
            web.get("/v1/steering", pages.steering),
            web.get("/v1/metrics", pages.listed),
            web.get("/v1/metrics/{name}", pages.metric),
            web.get("/v1/metrics/{name}/change", pages.change),
            web.get("/health/live", pages.live),
            web.get("/health/ready", pages.ready),
        ]
    )
    return app


class _Pages:
    """One method a page; each takes the version that is shown once."""

    def __init__(self, current: Callable[[], Version]) -> None:
        self._current = current

    async def index(self, _: web.Request) -> web.Response:
        definition = self._current().plan.definition
        links = list(PAGES.items())
        links += [(f"/v1/metrics/{name}", one.description) for name, one in definition.metrics.items()]
        items = "".join(f'<li><a href="{path}">{path}</a> {_escaped(words)}</li>' for path, words in links)
        title = f"{_escaped(definition.company)}: north star metric"
        page = f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><ul>{items}</ul></html>'
        return web.Response(text=page, content_type="text/html")

    async def metrics(self, request: web.Request) -> web.Response:
        body, content_type = await self._current().collector.encoded(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def readings(self, request: web.Request) -> web.Response:
        _of_now(request)
        version = self._current()
        shown, notice = version.snapshots.shown(), {"notice": version.notice or None}
        serving = {"serving": serving_json(version.plan, version.serving)}
        bands = version.expected.bands(shown)
        return await aside(lambda: _json(all_readings(version.plan, shown, bands) | notice | serving))

    async def steering(self, request: web.Request) -> web.Response:
        _of_now(request)
        version = self._current()
        return _json(all_steering(version.plan, version.snapshots.shown()) | {"notice": version.notice or None})

    async def listed(self, _: web.Request) -> web.Response:
        return _json(all_metrics(self._current().plan))

    async def metric(self, request: web.Request) -> web.Response:
        name, version = request.match_info["name"], self._current()
        plan, snapshots = version.plan, version.snapshots
        if name not in plan.definition.metrics:
            return _no_such(plan, name)
        asked = moments(plan, name, request.query, snapshots.now_ms())

        def wanted(_: Progress, __: int) -> Wanted:
            between = asked.at_ms[0], asked.at_ms[-1]
            return _keys(plan, (name, asked.window), between, segments=bool(asked.dimensions))

        answered = _history if asked.history else _at
        return _json(await snapshots.read(wanted, lambda moment: answered(Answer(plan, asked, moment))))

    async def change(self, request: web.Request) -> web.Response:
        name, version = request.match_info["name"], self._current()
        plan, snapshots = version.plan, version.snapshots
        if name not in plan.definition.metrics:
            return _no_such(plan, name)
        asked, topics = asked_of(plan, name, request.query, snapshots.now_ms()), topics_of(plan, name)

        def wanted(progress: Progress, _: int) -> Wanted:
            before, last = spans_of(plan, asked, as_of(progress, topics).watermark_ms)
            between = before.end_ms - 1, last.end_ms - 1
            return _keys(plan, (name, asked.window), between, segments=bool(asked.dimensions))

        def answered(moment: Moment) -> dict[str, object]:
            readings, trust = _read(plan, name, moment)
            return change_json(plan, asked, spans_of(plan, asked, trust.as_of.watermark_ms), readings, trust)

        return _json(await snapshots.read(wanted, answered))

    async def live(self, _: web.Request) -> web.Response:
        return _json({"status": "live"})

    async def ready(self, _: web.Request) -> web.Response:
        snapshots = self._current().snapshots
        if not snapshots.up():
            return _json({"status": "not ready", "reason": snapshots.reason()}, 503)
        return _json({"status": "ready"})


def _of_now(request: web.Request) -> None:
    """Whoever asks for another moment is not told of this one; raises BadRequest."""
    if request.query:
        asked = next(iter(request.query))
        raise BadRequest(
            f"{request.path} has no parameter {asked!r}: it tells of now; /v1/metrics/NAME may be asked at="
        )


def _no_such(plan: Plan, metric: str) -> web.Response:
    error = f"{plan.definition.company} has no metric {metric!r}"
    there = list(plan.definition.metrics)
    return _json({"error": error, "nearest": nearest(plan, metric), "metrics": there}, 404)


def _keys(plan: Plan, of: tuple[str, Window], between: tuple[int, int], *, segments: bool) -> dict[str, set[KeySpan]]:
    """Of a metric over a window from one moment to another; which segments are shown hangs on its longest window."""
    metric, window = of
    keys = keys_between(plan, metric, window, *between)
    if segments:
        longest = longest_of(plan.definition.metrics[metric].windows)
        for series, spans in keys_between(plan, metric, longest, *between).items():
            keys.setdefault(series, set()).update(spans)
    return keys


def _read(plan: Plan, metric: str, moment: Moment) -> tuple[Readings, Trust]:
    topics = topics_of(plan, metric)
    until = as_of(moment.progress, topics)
    trust = Trust(until, completeness(moment.progress, topics, moment.read_ms))
    return Readings(plan, moment.cells, until), trust


def _at(answer: Answer) -> dict[str, object]:
    plan, asked, moment = answer
    (readings, trust), at_ms = _read(plan, asked.metric, moment), asked.at_ms[0]
    whole = readings.running(asked.metric, asked.window, at_ms)
    segments = readings.segments(asked.metric, asked.window, at_ms, asked.dimensions or ())
    return about(plan) | {
        "at": iso(plan, at_ms),
        "description": plan.definition.metrics[asked.metric].description,
        **reading_json(plan, whole, trust),
        "segments": [reading_json(plan, one, trust) for one in segments],
    }


def _history(answer: Answer) -> dict[str, object]:
    """With ``segments`` in each reading where any were asked for, as a single moment has them."""
    plan, asked, moment = answer
    readings, trust = _read(plan, asked.metric, moment)

    def of(at_ms: int) -> dict[str, object]:
        whole = readings.running(asked.metric, asked.window, at_ms)
        told: dict[str, object] = {"at": iso(plan, at_ms), **reading_json(plan, whole, trust)}
        if asked.dimensions is None:
            return told
        segments = readings.segments(asked.metric, asked.window, at_ms, asked.dimensions)
        return told | {"segments": [reading_json(plan, one, trust) for one in segments]}

    return about(plan) | {
        "metric": asked.metric,
        "window": asked.window.label,
        "description": plan.definition.metrics[asked.metric].description,
        "readings": [of(at_ms) for at_ms in asked.at_ms],
    }


def _json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
