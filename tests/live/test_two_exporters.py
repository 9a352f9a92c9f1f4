"""Two exporters side by side say what one says: every expression of boards and rules, asked of a real Prometheus."""

import itertools
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from schemas import names
from schemas.definition.model import Definition
from tests.live.prometheus import ask, prometheus_over
from tests.services.provisioner.example import shop
from tests.services.provisioner.placed import Placed, all_expressions

HOUR, WEEK = 3600, 7 * 24 * 3600
NOW = int(time.time()) // HOUR * HOUR
MOMENTS = [*range(NOW - 5 * WEEK, NOW - HOUR, HOUR), *range(NOW - HOUR, NOW + 1, 60)]
ONE, OTHER = "exporter-0:9464", "exporter-1:9464"

Shown = Callable[[str, int], bool]
"""Whether an exporter was there at a moment."""


def values(definition: Definition) -> dict[str, list[str]]:
    """What each label may hold."""
    metrics = list(definition.metrics.values())
    results = [(one.name, result.name) for one in definition.okrs for result in one.key_results]
    return {
        "metric": list(definition.metrics),
        "window": sorted({window.label for one in metrics for window in one.windows}),
        "dimension": ["", *definition.dimensions],
        "segment": ["", "Delft", "other"],
        "topic": [source.topic for source in definition.sources],
        "partition": ["0", "1"],
        "outcome": list(names.OUTCOMES),
        "measure": list(definition.measures),
        "reason": ["no amount"],
        "bound": ["min", "max", "lower", "middle", "upper"],
        "better": ["higher"],
        "course": ["ahead", "on_course", "behind"],
        "objective": [objective for objective, _ in results] or ["none"],
        "key_result": [result for _, result in results] or ["none"],
        "initiative": [one.name for one in definition.initiatives] or ["none"],
        "owner": ["team"],
        "unit": [""],
        "version": ["0.1.0"],
        "definition": ["abc"],
    }


def rows(definition: Definition, name: str) -> Iterator[dict[str, str]]:
    """Every combination of labels of a series that goes together."""
    known = values(definition)
    for combination in itertools.product(*(known.get(label, ["some"]) for label in names.SERIES[name])):
        row = dict(zip(names.SERIES[name], combination, strict=True))
        windows = [window.label for window in definition.metrics[row["metric"]].windows] if "metric" in row else []
        if row.get("window", next(iter(windows), "")) not in [*windows, ""]:
            continue
        if bool(row.get("dimension")) == bool(row.get("segment")):
            yield {label: value for label, value in row.items() if value}


def sample(name: str, row: dict[str, str], moment: int) -> float:
    """Another for each series, and for each hour; never falling where it counts."""
    chance = zlib.crc32(f"{name}{sorted(row.items())}".encode())
    if name.endswith("_total"):
        return float(1000 + (moment - MOMENTS[0]) * (1 + chance % 7) // 60)
    if "timestamp" in name:
        return moment - 5.0
    if name.endswith("_info") or name == names.STATE_UP:
        return 1.0
    return 10.0 + chance % 90 + zlib.crc32(f"{chance}{moment // HOUR}".encode()) % 10


def exposition(definition: Definition, instances: tuple[str, ...], there: Shown) -> str:
    """What these exporters showed, one beside the other, and whether they were scraped."""
    lines = []
    for name in names.SERIES:
        kind = "counter" if name.endswith("_total") else "gauge"
        lines.append(f"# TYPE {name.removesuffix('_total') if kind == 'counter' else name} {kind}")
        for row, instance in itertools.product(rows(definition, name), instances):
            told = ",".join(
                f'{label}="{value}"' for label, value in {**row, "instance": instance, "job": "nsm"}.items()
            )
            lines += [f"{name}{{{told}}} {sample(name, row, at)!r} {at}" for at in MOMENTS if there(instance, at)]
    lines.append("# TYPE up gauge")
    for instance in instances:
        lines += [f'up{{instance="{instance}",job="nsm"}} {int(there(instance, at))} {at}' for at in MOMENTS]
    return "\n".join([*lines, "# EOF", ""])


def always(_: str, __: int) -> bool:
    return True


def one_at_a_time_away(instance: str, at: int) -> bool:
    """Each is away for hours, never both, and both are there in the last half hour."""
    return NOW - at < HOUR // 2 or (at // (6 * HOUR)) % 3 != (0 if instance == ONE else 1)


def told(found: list[Any]) -> dict[tuple[tuple[str, str], ...], float]:
    """Labels -> value."""
    return {tuple(sorted(one["metric"].items())): float(one["value"][1]) for one in found}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder: Path = tmp_path_factory.mktemp("two")
    kinds = {
        "one": exposition(shop(), (ONE,), always),
        "two": exposition(shop(), (ONE, OTHER), always),
        "two, each away at times": exposition(shop(), (ONE, OTHER), one_at_a_time_away),
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(prometheus_over(text, folder / str(number)))
            for number, (name, text) in enumerate(kinds.items())
        }


EXPRESSIONS = [placed for placed in all_expressions(shop()) if "(up)" not in placed.text]
"""But what lists the very processes that are scraped."""


@pytest.mark.parametrize("placed", EXPRESSIONS, ids=lambda placed: f"{placed.kind} {placed.place}")
def test_every_expression_comes_to_the_same(placed: Placed, addresses: dict[str, str]) -> None:
    moments = (NOW, NOW - 60, NOW - 2 * WEEK)
    for at in moments if placed.kind == "panel" else moments[:2]:
        alone = told(ask(addresses["one"], placed.text, at))
        assert told(ask(addresses["two"], placed.text, at)) == pytest.approx(alone, nan_ok=True), placed.text
        if at > NOW - HOUR // 2:
            away = told(ask(addresses["two, each away at times"], placed.text, at))
            assert away.keys() == alone.keys(), placed.text


def test_most_panels_show_something(addresses: dict[str, str]) -> None:
    panels = [placed for placed in EXPRESSIONS if placed.kind == "panel"]
    shown = [placed for placed in panels if ask(addresses["two"], placed.text, NOW)]
    assert len(shown) > len(panels) * 0.8
