"""Expressions evaluated over made-up series, with promtool's unit tests as the engine."""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import yaml


class Wanted(msgspec.Struct, frozen=True):
    """What an expression must give at so many seconds since 1970: labels as they are written -> value."""

    expression: str
    at: int
    samples: Mapping[str, float]


def evaluate(folder: Path, step: int, series: Mapping[str, Sequence[float | None]], wanted: Iterable[Wanted]) -> str:
    """What promtool says against it; empty where all is as wanted.  Each series begins in 1970, a value every step."""
    content = {
        "rule_files": [],
        "evaluation_interval": f"{step}s",
        "tests": [
            {
                "interval": f"{step}s",
                "input_series": [
                    {"series": name, "values": " ".join("_" if value is None else repr(value) for value in values)}
                    for name, values in series.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": one.expression,
                        "eval_time": f"{one.at}s",
                        "exp_samples": [{"labels": labels, "value": value} for labels, value in one.samples.items()],
                    }
                    for one in wanted
                ],
            }
        ],
    }
    file = folder / "test.yml"
    file.write_text(yaml.safe_dump(content, width=10_000_000), encoding="utf-8")
    command = ["promtool", "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
