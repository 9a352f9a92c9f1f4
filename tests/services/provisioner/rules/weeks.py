"""Five weeks of series for ``promtool test rules``, and what fires at their end.

Long tales have a sample every hour and, on their last day, every five minutes; they are judged at midnight and at noon.
Short ones have a sample every minute and are judged as often.  The clock begins with the year 1970, on a Thursday.
"""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from schemas import names
from schemas.definition.model import Definition, Metric
from services.provisioner.addresses import Addresses
from services.provisioner.expressions import comparable_series, span
from services.provisioner.rules.groups import all_rules, rule_groups
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import to_yaml

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
NOW = 4 * WEEK + 3 * DAY + 12 * HOUR
"""When a long tale is judged: noon of a day in the fifth week."""
SOON = 2 * HOUR
"""When a short one is."""
DENSE = 25 * HOUR
LATELY = NOW - 13 * HOUR
"""Since when something is wrong in a long tale: it is so the last two times that it is judged."""

Shape = Callable[[int], float | None]
"""Second -> sample; None: no sample."""


def flat(value: float | None) -> Shape:
    """The same at any time."""
    return lambda _: value


def growing(a_second: float) -> Shape:
    """A counter."""
    return lambda second: second * a_second


class Tale(msgspec.Struct, kw_only=True):
    """What the exporters showed.  Of metrics that are not told of, nothing changes.

    ``value`` is the comparable value of the north star, ``running`` that of its unfinished period where it has one;
    ``cities`` its segments, ``others`` the comparable values of other metrics.
    """

    value: Shape = flat(1200.0)
    running: Shape | None = None
    volume: Shape = flat(1000.0)
    cities: dict[str, Shape] = {}
    city_volume: Shape = flat(1000.0)
    band: tuple[Shape, Shape, Shape] | None = None
    """Lower, middle, upper."""
    path: Shape = flat(1000.0)
    behind: Shape = flat(0.0)
    others: Shape = flat(1200.0)
    """The values of metrics other than the north star."""
    headroom: Shape = flat(0.5)
    result_behind: Shape = flat(0.0)
    as_of: Shape = float
    completeness: Shape = flat(1.0)
    state_up: Shape = flat(1.0)
    lag: tuple[Shape, Shape] = (flat(0.0), flat(0.0))
    """Of two partitions, as their positions are."""
    position: tuple[Shape, Shape] = (growing(0.1), growing(0.1))
    counted: Shape = growing(0.2)
    refused: Shape = flat(0.0)
    late: Shape = flat(0.0)
    miskeyed: Shape = flat(0.0)
    store_used: Shape = flat(1e9)
    store_limit: Shape = flat(None)
    left_out: Shape = flat(0.0)
    limits: Limits = Limits()
    exporters: int = 1
    past_the_hour: int = 0
    """How far from the full hour, and so from the moments at which it is judged, the samples of a long past stand."""


AT_ONCE = Limits(hold_seconds=0)
"""Without patience: whoever is silent even so is not so by luck."""


def since(moment: int, before: float, after: float | None) -> Shape:
    """One value until a moment, another from then on."""
    return lambda second: before if second < moment else after


def mended(tale: Tale, moment: int) -> Tale:
    """The same tale until that moment; afterwards all is well, and each city as it was in the beginning."""
    healthy = Tale()

    def of(before: Shape, after: Shape) -> Shape:
        return lambda second: before(second) if second <= moment else after(second)

    def mend(name: str) -> object:
        before, after = getattr(tale, name), getattr(healthy, name)
        if callable(before):
            return of(before, after or before)
        if isinstance(before, dict):
            return {city: of(shape, flat(shape(0))) for city, shape in before.items()}
        if isinstance(before, tuple) and after:
            return tuple(of(one, other) for one, other in zip(before, after, strict=True))
        return before

    return msgspec.structs.replace(tale, **{name: mend(name) for name in Tale.__struct_fields__})


def _labelled(series: str, **labels: str) -> str:
    return series + "{" + ",".join(f"{key}={json.dumps(text)}" for key, text in labels.items()) + "}"


def _of_metric(metric: Metric, tale: Tale, *, star: bool) -> Iterator[tuple[str, Shape]]:
    """Those of the exporter, by its names alone; others than the north star are as healthy as can be."""
    whole = {"metric": metric.name, "window": metric.windows[0].label}
    of = tale if star else Tale(value=tale.others)
    yield _labelled(comparable_series(metric), **whole), of.value
    if comparable_series(metric) != names.METRIC_VALUE:
        yield _labelled(names.METRIC_VALUE, **whole), of.running or of.value
    yield _labelled(names.METRIC_AS_OF, metric=metric.name), tale.as_of
    yield _labelled(names.METRIC_COMPLETENESS, metric=metric.name), tale.completeness
    yield _labelled(names.METRIC_DENOMINATOR, **whole), of.volume
    yield _labelled(names.METRIC_VOLUME, **whole), of.volume
    yield _labelled(names.METRIC_NUMERATOR, **whole), flat(1.0)
    yield _labelled(names.METRIC_PATH, metric=metric.name), of.path
    yield _labelled(names.METRIC_COURSE, metric=metric.name, course="behind"), of.behind
    for bound, shape in zip(("lower", "middle", "upper"), of.band or (), strict=False):
        yield _labelled(names.METRIC_EXPECTED, **whole, bound=bound), shape
    for city, shape in of.cities.items():
        split = {**whole, "dimension": "city", "segment": city}
        yield _labelled(comparable_series(metric), **split), shape
        yield _labelled(names.METRIC_DENOMINATOR, **split), of.city_volume
        yield _labelled(names.METRIC_VOLUME, **split), of.city_volume


def _of_all(definition: Definition, tale: Tale) -> Iterator[tuple[str, Shape]]:
    for guardrail in definition.guardrails:
        for bound, _ in guardrail.limits:
            yield _labelled(names.GUARDRAIL_HEADROOM, metric=guardrail.metric, bound=bound), tale.headroom
    for objective in definition.okrs:
        for result in objective.key_results:
            key = {"objective": objective.name, "key_result": result.name}
            yield _labelled(names.KEY_RESULT_COURSE, **key, course="behind"), tale.result_behind
            yield _labelled(names.KEY_RESULT_VALUE, **key), flat(210.0)
            yield _labelled(names.KEY_RESULT_PATH, **key), flat(220.0)
            yield _labelled(names.KEY_RESULT_PROGRESS, **key), flat(0.3)
    yield _labelled(names.STATE_UP), tale.state_up
    yield _labelled(names.SNAPSHOT_AGE), float
    for number, (lag, position) in enumerate(zip(tale.lag, tale.position, strict=True)):
        at = {"topic": "orders", "partition": str(number)}
        yield _labelled(names.POSITION_LAG, **at), lag
        yield _labelled(names.POSITION, **at), position
    for outcome, shape in (("counted", tale.counted), ("refused", tale.refused), ("late", tale.late)):
        yield _labelled(names.EVENTS, topic="orders", outcome=outcome), shape
    yield _labelled(names.EVENTS_MISKEYED, topic="orders", key="none"), tale.miskeyed
    yield _labelled(names.STORE_USED), tale.store_used
    yield _labelled(names.STORE_LIMIT), tale.store_limit
    yield _labelled(names.SERIES_LEFT_OUT), tale.left_out
    yield _labelled(names.SERIES_LIMIT), flat(20_000.0)


def _moments(at: Sequence[int], step: int, past_the_hour: int) -> list[int]:
    """Every step of a short tale; of a long one every hour, and every step on the day before it is judged."""
    until = max(at)
    if until <= DAY:
        return list(range(0, until + step, step))
    dense = (moment for judged in at for moment in range(judged - DENSE, judged + step, step))
    return sorted({*range(past_the_hour, until + HOUR, HOUR), *dense})


def _samples(shape: Shape, moments: list[int], step: int) -> str:
    """As promtool reads them; ``_x3`` are three steps without a sample."""
    said: list[str] = []
    after = 0
    for moment in moments:
        sample = shape(moment)
        if sample is not None:
            said += [f"_x{(moment - after) // step}"] if moment > after else []
            said.append(f"{sample:.10g}")
            after = moment + step
    return " ".join(said or ["_"])


def _series(definition: Definition, tale: Tale, at: Sequence[int], step: int) -> list[dict[str, str]]:
    told, moments = dict(_of_all(definition, tale)), _moments(at, step, tale.past_the_hour)
    judged = {definition.north_star.metric, *definition.targets, *(one.metric for one in definition.guardrails)}
    judged |= {result.metric for objective in definition.okrs for result in objective.key_results}
    for name in sorted(judged):
        told |= dict(_of_metric(definition.metrics[name], tale, star=name == definition.north_star.metric))
    return [
        {"series": f'{name[:-1]}{"," if "=" in name else ""}instance="{number}:1"}}', "values": values}
        for name, shape in told.items()
        for values in [_samples(shape, moments, step)]
        for number in range(tale.exporters)
    ]


def firing(folder: Path, definition: Definition, tale: Tale, *moments: int) -> set[str]:
    """The alerts that fire at any of the moments (at the end of five weeks), as promtool finds them."""
    return set().union(*firing_at(folder, definition, tale, *(moments or (NOW,))).values())


def firing_at(folder: Path, definition: Definition, tale: Tale, *at: int) -> dict[int, set[str]]:
    """The same, moment by moment."""
    groups = rule_groups(definition, tale.limits)
    long = max(at) > DAY
    step = 5 * MINUTE if long else MINUTE
    every = 12 * HOUR if long else MINUTE
    (folder / "rules.yml").write_text(to_yaml(groups, Addresses()), encoding="utf-8")
    assert all(moment % every == 0 for moment in at), "judged at other times"
    alerts = list(dict.fromkeys(rule.alert for rule in all_rules(definition, tale.limits)))
    expected = [{"eval_time": f"{moment}s", "alertname": alert} for moment in at for alert in alerts]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": f"{every}s",
        "group_eval_order": [group.name for group in groups],
        "tests": [
            {
                "interval": f"{step}s",
                "input_series": _series(definition, tale, at, step),
                "alert_rule_test": expected,
            }
        ],
    }
    (folder / "test.yml").write_text(json.dumps(test), encoding="utf-8")
    command: Sequence[str] = ["promtool", "test", "rules", str(folder / "test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    # with nothing expected, promtool names each alert that fires: "alertname: NorthStarDrop, time: 31d12h,"
    found = {moment: {one for one in alerts if f"alertname: {one}, time: {span(moment)}," in said} for moment in at}
    if done.returncode != 0 and not any(found.values()):
        raise AssertionError(said)
    return found
