"""The service that keeps a Grafana in step: what it logs, how long it waits, that it goes on and ends at once."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definition.model import Definition
from schemas.errors import GrafanaAway
from services.local.ports import free_port
from services.provisioner.grafana.applying import Applied
from services.provisioner.grafana.desired import desired
from services.provisioner.grafana.watch import LONGEST_PAUSE_S, LatestDefinition, Watch, pause_s
from tests.grafana.faults import Fault
from tests.grafana.provisioned import FEWER, apply
from tests.grafana.stand_in import ADMIN, StandIn
from tests.services.provisioner.golden import ROOT

SOURCE = ROOT / "deploy/definitions/cdnow.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "nsm.yaml"
    made.write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    return made


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="services.provisioner.grafana.watch")
    return caplog


def watch(file: Path, grafana: StandIn) -> Watch:
    def provision(definition: Definition) -> Iterator[Applied]:
        yield apply(grafana.url, desired(definition, FEWER))

    return Watch(LatestDefinition(file), provision)


def lines(said: pytest.LogCaptureFixture) -> list[str]:
    """Since they were last asked for."""
    found = [record.getMessage() for record in said.records if record.name.endswith("grafana.watch")]
    said.clear()
    return found


def test_the_first_round_provisions_and_the_next_ones_are_silent(
    file: Path, grafana: StandIn, said: pytest.LogCaptureFixture
) -> None:
    watching = watch(file, grafana)
    watching.round()
    told = lines(said)
    assert "created board nsm" in " ".join(told)
    assert told[-1] == "in step with the definition"
    watching.round()
    assert lines(said) == []


def test_a_changed_definition_is_taken_up_and_a_broken_one_is_not(
    file: Path, grafana: StandIn, said: pytest.LogCaptureFixture
) -> None:
    watching = watch(file, grafana)
    watching.round()
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace("company: ", "company: New "), encoding="utf-8")
    lines(said)
    file.write_text("metrics: [", encoding="utf-8")
    for _ in range(2):
        watching.round()
    (told,) = lines(said)
    assert told.startswith("the definition is not good, the one before goes on: ")
    file.unlink()
    watching.round()
    assert len(lines(said)) == 1
    star = next(line for line in good.splitlines() if "target:" in line)
    file.write_text(good.replace(star, star.split(":")[0] + ": 987"), encoding="utf-8")
    watching.round()
    told_now = lines(said)
    assert "updated board nsm" in " ".join(told_now)
    assert told_now[-1] == "in step with the definition"


def test_a_grafana_that_is_away_is_told_once_and_waited_for(
    file: Path, grafana: StandIn, said: pytest.LogCaptureFixture
) -> None:
    watching = watch(file, grafana)
    grafana.faults = [Fault(how="html 502", times=6)]
    failures = []
    for _ in range(4):
        watching.round()
        failures.append(watching.failures)
    assert failures == [1, 2, 3, 0]
    told = lines(said)
    assert sum("failed (502)" in line for line in told) == 1
    assert told[-1] == "in step with the definition"


def test_an_edited_board_is_told_once_and_left(file: Path, grafana: StandIn, said: pytest.LogCaptureFixture) -> None:
    watching = watch(file, grafana)
    watching.round()
    lines(said)
    grafana.dashboards.boards["nsm"] |= {"title": "Mine", "version": 7}
    watching.round()
    watching.round()
    (told,) = lines(said)
    assert told.startswith("left board nsm")
    assert "somebody has changed it" in told
    assert grafana.dashboards.boards["nsm"]["title"] == "Mine"


def test_a_bug_is_not_swallowed(file: Path) -> None:
    def provision(_: Definition) -> Iterator[Applied]:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        Watch(LatestDefinition(file), provision).round()


@given(st.integers(1, 10_000), st.floats(1, 86_400), st.floats(0, 1))
def test_it_waits_longer_and_longer_and_never_forever(failures: int, period: float, chance: float) -> None:
    assert 0.5 <= pause_s(failures, period, chance) <= max(LONGEST_PAUSE_S, period)
    assert pause_s(failures, period, chance) <= pause_s(failures + 1, period, chance)
    assert pause_s(0, period, chance) == period


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_at_once_while_it_waits(file: Path, grafana: StandIn, number: signal.Signals) -> None:
    process = started(file, grafana.url)
    assert process.stderr is not None
    until(process, "in step with the definition")
    process.send_signal(number)
    assert process.wait(60) == 0
    process.stderr.close()
    assert "nsm" in grafana.dashboards.boards


def test_a_signal_ends_the_service_at_once_in_the_middle_of_a_request(file: Path, grafana: StandIn) -> None:
    grafana.faults = [Fault(how="silence", of="POST /dashboards/db", times=9)]
    process = started(file, grafana.url)
    assert process.stderr is not None
    until(process, "is kept in")
    while "POST /dashboards/db" not in grafana.log:
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert ADMIN not in process.stderr.read()
    process.stderr.close()
    grafana.faults = []
    with pytest.raises(GrafanaAway):
        apply("http://127.0.0.1:1", desired(LatestDefinition(file).read(), FEWER))
    assert apply(grafana.url, desired(LatestDefinition(file).read(), FEWER)).whole


def started(file: Path, url: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "services.cli", "grafana", "watch", "--definition", str(file), "--every", "3600"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NSM_")}
    environment |= {
        "PYTHONPATH": str(ROOT),
        "NSM_GRAFANA": url,
        "NSM_GRAFANA_TOKEN": ADMIN,
        "NSM_REDIS": f"redis://127.0.0.1:{free_port()}/0",
    }
    return subprocess.Popen(words, cwd=file.parent, env=environment, stderr=subprocess.PIPE, text=True)


def until(process: "subprocess.Popen[str]", words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        assert ADMIN not in line
        if words in line:
            return
    raise AssertionError(f"it ended without saying {words!r}")
