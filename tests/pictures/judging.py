"""Which alerts the definition's own rules give for what an exporter showed, as promtool judges them.

promtool's clock begins at 0, so that series which hold moments are moved by as much.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.definition.model import Definition
from services.board.alerts import SEVERITIES, Alert
from services.provisioner.addresses import Addresses
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import to_yaml
from tests.pictures.demo_company import STEP, Sample

MOMENTS: Final = "_timestamp_seconds"
STEP_S: Final = int(STEP.total_seconds())
JOB: Final = {"job": "nsm", "instance": "exporter:9464"}
FAILED: Final = re.compile(r"^\s+alertname: (\w+), time: (\S+?),", re.MULTILINE)
FIRED: Final = re.compile(r"Labels:\{(.*)\}\n\s+Annotations:\{(.*)\}")
PAIR: Final = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*")')
SPAN: Final = re.compile(r"(\d+)([dhms])")
SECONDS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def firing(definition: Definition, samples: Sequence[list[Sample]], begin: datetime) -> tuple[Alert, ...]:
    """Those that fire at the last of the samples, which are ``STEP`` apart, the first at ``begin``.

    ``since`` is the first moment from which on they fired.
    """
    groups = rule_groups(definition)
    last = (len(samples) - 1) * STEP_S
    names = [rule.alert for group in groups for rule in group.rules]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": f"{STEP_S}s",
        "group_eval_order": [group.name for group in groups],
        "tests": [
            {
                "interval": f"{STEP_S}s",
                "input_series": _input(samples, begin),
                "alert_rule_test": [
                    {"eval_time": f"{at}s", "alertname": name}
                    for at in range(0, last + 1, STEP_S)
                    for name in dict.fromkeys(names)
                ],
            }
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rules.yml").write_text(to_yaml(groups, Addresses()), encoding="utf-8")
        Path(folder, "test.yml").write_text(json.dumps(test), encoding="utf-8")
        command = ["promtool", "test", "rules", str(Path(folder, "test.yml"))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if done.returncode != 0 and not FAILED.search(said):
        raise AssertionError(said)
    return _alerts(said, last, begin)


def _input(samples: Sequence[list[Sample]], begin: datetime) -> list[dict[str, str]]:
    series: dict[str, list[str]] = {}
    for number, shown in enumerate(samples):
        for one in shown:
            labels = ",".join(f"{name}={json.dumps(text)}" for name, text in (*one.labels, *JOB.items()))
            value = one.value - begin.timestamp() if one.series.endswith(MOMENTS) else one.value
            values = series.setdefault(f"{one.series}{{{labels}}}", ["_"] * len(samples))
            values[number] = f"{value:.15g}"
    return [{"series": name, "values": " ".join(values)} for name, values in series.items()]


def _alerts(said: str, last: int, begin: datetime) -> tuple[Alert, ...]:
    """Those that promtool, which was told to expect none, found firing."""
    fired: dict[str, dict[int, str]] = {}
    for name, at, text in zip(*[iter(FAILED.split(said)[1:])] * 3, strict=True):
        for labels, annotations in FIRED.findall(text):
            fired.setdefault(f"{name}{labels}", {})[_seconds(at)] = f"{labels}\n{annotations}"
    alerts = []
    for moments in fired.values():
        if last not in moments:
            continue
        since = last
        while since - STEP_S in moments:
            since -= STEP_S
        labels, annotations = (dict(PAIR.findall(part)) for part in moments[last].split("\n"))
        alerts.append(
            Alert(
                name=json.loads(labels["alertname"]),
                severity=json.loads(labels["severity"]),
                summary=json.loads(annotations["summary"]),
                since=begin + timedelta(seconds=since),
            )
        )
    return tuple(sorted(alerts, key=lambda one: (SEVERITIES.index(one.severity), one.since, one.name, one.summary)))


def _seconds(span: str) -> int:
    """``1h35m`` as seconds."""
    return sum(int(number) * SECONDS[unit] for number, unit in SPAN.findall(span))
