"""How much a definition asks of an exporter is told by ``nsm check``, before one is started."""

from pathlib import Path

import msgspec
import pytest

from schemas.definition.loading import parse
from schemas.definition.model import Lifetime
from services.check.size import PATIENCE_S, size_of
from services.cli.main import main
from services.exporter.bound import SERIES_LIMIT, Bound
from services.exporter.snapshots import STALE_S
from tests.benchmarks.exporter import definition


def wide(metrics: int, dimensions: int) -> str:
    """So many counts by so many dimensions of twenty values, in four windows each."""
    split = ", ".join(f"d{n}" for n in range(dimensions))
    lines = ["company: Wide", "time_zone: UTC", "events: {topic: wide, keyed_by: user_id}", "dimensions:"]
    lines += [f"  d{n}: {{property: d{n}, limit: 20}}" for n in range(dimensions)]
    lines += ["measures:", *(f"  m{n}: {{count: kind{n}, by_dimension: [{split}]}}" for n in range(metrics))]
    windows = "[{calendar: day}, {calendar: week}, {calendar: month}, {rolling: 28d}]"
    lines += ["metrics:", *(f"  m{n}: {{measure: m{n}, window: {windows}}}" for n in range(metrics))]
    return "\n".join([*lines, "north_star: {metric: m0}", "guardrails: [{metric: m1, min: 1}]", ""])


def told(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    file = tmp_path / "nsm.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["check", str(file)]) == 0
    return capsys.readouterr().out


def test_two_hundred_metrics_by_ten_dimensions_are_more_than_an_exporter_works_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = " ".join(told(wide(200, 10), tmp_path, capsys).split())
    assert "dimensions: up to 839,800 series, and an exporter shows 50,000: what is past that is on no board; it" in out
    assert "shows nothing after 5 s" in out


def test_a_large_company_is_told_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "too-many-series" not in told(definition(50), tmp_path, capsys)


def test_what_is_told_is_what_the_exporter_leaves_out_by() -> None:
    whole = parse(wide(6, 3))
    most = size_of(whole).series
    assert not Bound(whole, most).left_out
    assert Bound(whole, most - 1).left_out


def test_a_window_less_is_as_many_series_less() -> None:
    whole = parse(wide(2, 1))
    metrics = {name: msgspec.structs.replace(one, windows=(Lifetime(),)) for name, one in whole.metrics.items()}
    assert size_of(msgspec.structs.replace(whole, metrics=metrics)).series == 2 * (1 + 22) * 3


def test_the_numbers_are_those_of_the_exporter() -> None:
    assert (SERIES_LIMIT, PATIENCE_S) == (50_000, STALE_S)
