"""Five weeks of series for ``promtool test rules``, and what fires at their end.

Long tales have a sample every hour and are judged every other hour, short ones every minute.
"""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from schemas import names
from schemas.definition.model import Definition, Metric, Ratio
from services.provisioner.addresses import Addresses
from services.provisioner.expressions import comparable_series, north_star
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import Limits, to_yaml

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
NOW = 4 * WEEK + 3 * DAY + 12 * HOUR
"""When the tale is judged: noon of a day in the fifth week."""

Shape = Callable[[int], float | None]
"""Second -> sample; None: no sample."""


class Tale(msgspec.Struct, kw_only=True):
    """What the exporter showed over five weeks."""

    value: Shape
    volume: Shape = lambda _: 1000.0
    as_of: Shape = float
    completeness: Shape = lambda _: 1.0
    state_up: Shape = lambda _: 1.0
    lag: Shape = lambda _: 0.0
    refused: Shape = lambda _: 0.0
    hold: str = "30m"


def _samples(shape: Shape, until: int, step: int) -> str:
    found = [shape(second) for second in range(0, until + step, step)]
    return " ".join("_" if sample is None else f"{sample:.10g}" for sample in found)


def _labelled(series: str, **labels: str) -> str:
    return series + "{" + ",".join(f'{key}="{text}"' for key, text in {**labels, "instance": "a:1"}.items()) + "}"


def _series(metric: Metric, tale: Tale, until: int, step: int) -> list[dict[str, str]]:
    whole = {"metric": metric.name, "window": metric.windows[0].label}
    shapes: dict[str, Shape] = {
        _labelled(names.METRIC_VALUE, **whole): tale.value,
        _labelled(names.METRIC_AS_OF, metric=metric.name): tale.as_of,
        _labelled(names.METRIC_COMPLETENESS, metric=metric.name): tale.completeness,
        _labelled(names.STATE_UP): tale.state_up,
        _labelled(names.POSITION_LAG, topic="t", partition="0"): tale.lag,
        _labelled(names.EVENTS, topic="t", outcome="counted"): lambda second: second / 10,
        _labelled(names.EVENTS, topic="t", outcome="refused"): tale.refused,
        _labelled(comparable_series(metric), **whole): tale.value,
    }
    if isinstance(metric.value, Ratio):
        shapes[_labelled(names.METRIC_DENOMINATOR, **whole)] = tale.volume
        shapes[_labelled(names.METRIC_NUMERATOR, **whole)] = lambda _: 1.0
    return [{"series": name, "values": _samples(shape, until, step)} for name, shape in shapes.items()]


def firing(folder: Path, definition: Definition, tale: Tale, *moments: int) -> set[str]:
    """The alerts that fire at any of the moments (at the end of five weeks), as promtool finds them."""
    at = moments or (NOW,)
    groups = rule_groups(definition, Limits(hold=tale.hold))
    step = HOUR if max(at) > DAY else MINUTE
    every = 2 * HOUR if all(moment % (2 * HOUR) == 0 and moment > DAY for moment in at) else step
    (folder / "rules.yml").write_text(to_yaml(groups, Addresses()), encoding="utf-8")
    alerts = [rule.alert for group in groups for rule in group.rules]
    expected = [{"eval_time": f"{moment}s", "alertname": alert} for moment in at for alert in alerts]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": f"{every}s",
        "group_eval_order": [group.name for group in groups],
        "tests": [
            {
                "interval": f"{step}s",
                "input_series": _series(north_star(definition), tale, max(at), step),
                "alert_rule_test": expected,
            }
        ],
    }
    (folder / "test.yml").write_text(json.dumps(test), encoding="utf-8")
    command: Sequence[str] = ["promtool", "test", "rules", str(folder / "test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    # with nothing expected, promtool names each alert that fires: "alertname: NorthStarDrop, time: ..."
    found = {alert for alert in alerts if f"alertname: {alert}, time:" in said}
    if done.returncode != 0 and not found:
        raise AssertionError(said)
    return found
