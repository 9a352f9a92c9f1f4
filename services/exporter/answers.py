"""Readings as JSON.

``value``, ``numerator`` and ``denominator`` are numbers, as near as a float comes; ``exact`` is the value as a decimal
where it ends, else as a fraction.  Moments are ISO 8601 in the company's zone; one that does not exist is null.
"""

from datetime import date
from fractions import Fraction
from typing import Any

from schemas.definition.units import unit_of
from schemas.readings import Pace, Reading, Restated
from services.expected.band import Band
from services.expected.expected import Bands
from services.exporter.restatements import restatements
from services.exporter.shown import Shown, Trust
from streams.plan import Plan
from streams.state.port import NEVER
from streams.state.serving import Serving
from streams.steering.standing import Stand
from streams.time.clocks import written
from streams.values import LARGEST

Json = dict[str, Any]


def all_readings(plan: Plan, shown: Shown, bands: Bands) -> Json:
    """Everything that one snapshot says; each running reading holds its last complete one.

    ``expected`` is of the last complete period of calendar windows, of others of the value now.
    """
    complete = {(one.metric, one.window, one.dimension, one.segment): one for one in shown.complete}
    readings = []
    for one in shown.running:
        last = complete.get((one.metric, one.window, one.dimension, one.segment))
        trust = shown.trust[one.metric]
        last_json = None if last is None else reading_json(plan, last, trust) | _restatements(plan, shown, last)
        band = None if one.dimension else bands.get((one.metric, one.window))
        beside = {
            "last_complete": last_json,
            "expected": None if band is None else _band_json(band),
            "steering": _steering(plan, shown, one),
        }
        readings.append(reading_json(plan, one, trust) | beside)
    star = plan.definition.north_star
    return about(plan) | {
        "read_at": iso(plan, shown.read_ms),
        "north_star": {
            "metric": star.metric,
            "window": plan.definition.metrics[star.metric].windows[0].label,
            "target": star.target,
            "base": star.base,
            "from": star.since.isoformat() if star.since else None,
            "by": star.by.isoformat() if star.by else None,
            "better": star.better,
            "inputs": list(star.inputs),
        },
        "readings": readings,
    }


def _steering(plan: Plan, shown: Shown, reading: Reading) -> Json | None:
    """How a metric stands to its target, beside its reading over the window that the target speaks of."""
    stand = shown.steering.targets.get(reading.metric)
    of_target = reading.window == plan.definition.metrics[reading.metric].windows[0].label and not reading.dimension
    return stand_json(stand) if stand is not None and of_target else None


def stand_json(stand: Stand) -> Json:
    """``value`` is that of no unfinished period, and holds up to the end of ``value_day``."""
    return {
        "target": number(stand.target),
        "path": number(stand.path),
        "value": number(stand.value),
        "value_day": None if stand.value_day is None else day_json(stand.value_day),
        "progress": number(stand.progress),
        "course": stand.course,
    }


def day_json(day: int) -> str:
    """A local day by its number."""
    return date.fromordinal(day).isoformat()


def all_metrics(plan: Plan) -> Json:
    """What can be asked for; the first window of each is what targets speak of, and what is read where none is said."""
    return about(plan) | {
        "metrics": [
            {
                "name": name,
                "description": one.description,
                "unit": unit_of(plan.definition, name),
                "windows": [window.label for window in one.windows],
            }
            for name, one in plan.definition.metrics.items()
        ]
    }


def about(plan: Plan) -> Json:
    """What every answer begins with."""
    return {
        "company": plan.definition.company,
        "time_zone": plan.definition.time_zone,
        "definition": plan.version,
    }


def serving_json(plan: Plan, serving: Serving) -> Json | None:
    """What part each version of the company has; null while no worker has named one."""
    if not serving.served:
        return None
    return {
        "served": serving.served,
        "since": iso(plan, serving.since_ms),
        "before": serving.before or None,
        "next": serving.next or None,
    }


def reading_json(plan: Plan, reading: Reading, trust: Trust) -> Json:
    """One reading, with all that is needed to judge it."""
    return {
        "metric": reading.metric,
        "window": reading.window,
        "dimension": reading.dimension,
        "segment": reading.segment,
        "value": number(reading.value),
        "exact": None if reading.value is None else exact(reading.value),
        "numerator": number(reading.numerator),
        "denominator": number(reading.denominator),
        "unit": unit_of(plan.definition, reading.metric),
        "start": None if reading.start_ms is None else iso(plan, reading.start_ms),
        "end": iso(plan, reading.end_ms),
        "as_of": None if reading.as_of_ms == NEVER else iso(plan, reading.as_of_ms),
        "complete": reading.complete,
        "final": reading.final,
        "pace": None if reading.pace is None else _pace_json(plan, reading.pace),
        "restated": None if reading.restated is None else _restated_json(reading.restated),
        "completeness": trust.completeness,
        "definition": plan.version,
    }


def _band_json(band: Band) -> Json:
    return {"lower": band.lower, "middle": band.middle, "upper": band.upper}


def _pace_json(plan: Plan, pace: Pace) -> Json:
    return {
        "value": number(pace.value),
        "exact": exact(pace.value),
        "numerator": number(pace.numerator),
        "denominator": number(pace.denominator),
        "start": iso(plan, pace.start_ms),
        "end": iso(plan, pace.end_ms),
    }


def _restated_json(restated: Restated) -> Json:
    first = restated.value
    return {
        "by": number(restated.by),
        "at_first": number(first),
        "exact": None if first is None else exact(first),
    }


def _restatements(plan: Plan, shown: Shown, last: Reading) -> Json:
    """Of any period of the window, since the version began; none where none is ever over."""
    window = next(one for one in plan.definition.metrics[last.metric].windows if one.label == last.window)
    found = restatements(plan.definition, shown.partitions.values(), last.metric, window)
    if found is None:
        return {"restatements": None}
    at = None if found.last_ms is None else iso(plan, found.last_ms)
    return {"restatements": {"events": found.events, "last_at": at}}


def number(value: Fraction | None) -> int | float | None:
    """As JSON has it; None also of what no float could show, as a growth of next to nothing may be."""
    if value is None or abs(value) >= LARGEST:
        return None
    return value.numerator if value.denominator == 1 else float(value)


def exact(value: Fraction) -> str:
    """``12.5``, or ``1/3`` where the decimals would never end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def iso(plan: Plan, t: int) -> str:
    """The moment in the company's zone."""
    return written(plan.calendar.zone, t)
