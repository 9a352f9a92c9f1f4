"""What is told of the past, of which moments, and under which names."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from schemas import names
from schemas.definition.loading import load
from schemas.errors import CommandError
from services.cli.main import main
from services.history.asking import chosen, identity, moment, reach_of, step_of
from services.history.blocks import NOTE, fill, filled
from services.history.command import add_arguments, run
from services.local import install
from services.provisioner.rules.recording import recording_expression
from streams.plan import compile_plan
from tests.services.exporter.world import NOW
from tests.services.history.past import DAYS, SCRAPED, WINDOWS, of, plan, samples, told_by_events, told_by_exporter
from tests.streams.folding import DAY, HOUR

ROOT = Path(__file__).parents[3]
END = datetime.fromtimestamp(NOW / 1000, UTC)
TODAY = END.replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def past() -> str:
    return told_by_exporter()


def test_a_running_service_and_a_file_of_its_events_tell_the_same(past: str, tmp_path: Path) -> None:
    assert told_by_events(tmp_path) == past
    assert told_by_events(tmp_path) == told_by_events(tmp_path)


def test_every_day_has_its_value_at_each_of_its_hours_and_at_every_sixth_long_ago(past: str) -> None:
    lifetime = of(past, names.METRIC_VALUE, "lifetime")
    assert lifetime[TODAY] == DAYS
    assert [lifetime[TODAY - timedelta(days=2, hours=-hour)] for hour in range(24)] == [58.0] * 24
    assert lifetime[TODAY - timedelta(days=50, hours=-6)] == 10
    assert TODAY - timedelta(days=50, hours=-1) not in lifetime
    assert max(lifetime) <= END


def test_the_past_begins_with_the_first_event(past: str) -> None:
    first = (TODAY - timedelta(days=DAYS - 1)).date()
    for name in (names.METRIC_VALUE, names.METRIC_TARGET, names.GUARDRAIL_LIMIT):
        assert min(at for one, _, at, _ in samples(past) if one == name).date() >= first - timedelta(days=1)
    assert min(of(past, names.METRIC_VALUE, "month")).date() == first


def test_windows_of_hours_are_told_at_the_hour_that_they_end(past: str) -> None:
    spans = of(past, names.METRIC_VALUE, "2h")
    last = datetime.fromtimestamp(NOW // HOUR * HOUR / 1000, UTC)
    at_noon = {at: value for at, value in spans.items() if last - at < timedelta(days=3)}
    made = [datetime.fromtimestamp((NOW - n * DAY) / 1000, UTC) for n in range(4)]
    for at, value in at_noon.items():
        assert value == sum(at - timedelta(hours=2) <= one < at for one in made)
    assert sum(at_noon.values()) == 6  # three orders, each in two windows
    assert all(at.minute == 0 for at in spans)


def test_the_last_complete_period_is_that_before_the_days_own(past: str) -> None:
    assert END.date() == date(2026, 3, 30)
    months = of(past, names.METRIC_COMPLETE, "month")
    assert {at.month: value for at, value in months.items()} == {2: 2.0, 3: 28.0}  # in January the 30th and 31st
    assert min(months) == datetime(2026, 2, 1, tzinfo=UTC)
    assert of(past, names.METRIC_COMPLETE, "3d")[datetime(2026, 2, 1, tzinfo=UTC)] == 2
    assert not of(past, names.METRIC_COMPLETE, "lifetime")


def test_the_labels_are_those_of_a_scrape_and_of_what_is_recorded_those_of_its_rule(past: str) -> None:
    for name, labels, _, _ in samples(past):
        if name in names.RECORDED:
            assert set(labels) == {"metric", "window"}
            assert "max by (metric, window" in recording_expression(name)
        else:
            assert labels.items() >= SCRAPED.items()
            assert set(labels) - SCRAPED.keys() <= set(names.SERIES[name])
    for recorded, series in (
        (names.RECORDED_VALUE, names.METRIC_VALUE),
        (names.RECORDED_COMPLETE, names.METRIC_COMPLETE),
    ):
        assert of(past, recorded, "month") == of(past, series, "month")


def test_targets_and_paths_stand_since_they_hold(past: str) -> None:
    found = {
        name: {at: value for one, _, at, value in samples(past) if one == name}
        for name in (names.METRIC_TARGET, names.METRIC_PATH, names.GUARDRAIL_LIMIT)
    }
    assert min(found[names.METRIC_TARGET]) == datetime(2026, 3, 1, tzinfo=UTC)
    assert set(found[names.METRIC_TARGET].values()) == {20}
    assert found[names.METRIC_PATH][datetime(2026, 3, 11, tzinfo=UTC)] == 15
    assert set(found[names.GUARDRAIL_LIMIT].values()) == {100}


def test_a_span_and_a_step_that_were_asked_for_are_kept_to(tmp_path: Path) -> None:
    begin_ms = NOW - 50 * DAY
    text = told_by_events(tmp_path, begin_ms, 15 * 60_000)
    assert text == told_by_exporter(begin_ms, 15 * 60_000)
    for window in ("month", "2h"):
        moments = sorted(of(text, names.METRIC_VALUE, window))
        assert {b - a for a, b in pairwise(moments)} == {timedelta(minutes=15)}
        assert moments[0].timestamp() * 1000 >= begin_ms


def test_what_is_not_there_is_said() -> None:
    known = plan()
    with pytest.raises(CommandError, match="there is no metric m_order; did you mean m_orders"):
        chosen(known, ["m_order"], [])
    with pytest.raises(CommandError, match="none of these metrics is read over quarter"):
        chosen(known, [], ["quarter"])
    with pytest.raises(CommandError, match="--from must be a date or a time"):
        moment(known, "--from", "yesterday")
    with pytest.raises(CommandError, match="2h is cut in pieces of 5m: --step must be a multiple"):
        reach_of(WINDOWS[2], (0, NOW), 60_000)
    for text in ("7h", "0h", "h", "3x"):
        with pytest.raises(argparse.ArgumentTypeError, match="does not divide a day"):
            step_of(text)
    assert step_of("15m") == 15 * 60_000


def test_another_choice_is_another_past() -> None:
    known = plan()
    every, one = identity(known, chosen(known, [], [])), identity(known, chosen(known, [], ["month"]))
    assert every != one
    assert every == identity(plan(), chosen(known, [], []))


def test_blocks_take_the_place_of_those_made_before(past: str, tmp_path: Path) -> None:
    install.ensure(["promtool"])
    promtool, data = install.program("promtool"), tmp_path / "prometheus"
    first = fill([past], data, promtool, "a")
    (foreign := data / "01ARZ3NDEKTSV4RRFFQ69G5FAV").mkdir()
    before = filled(data)
    assert before is not None
    assert len(before.blocks) == first
    second = fill([past], data, promtool, "b")
    after = filled(data)
    assert after is not None
    assert after.of == "b"
    assert {path.name for path in data.iterdir()} == {*after.blocks, NOTE, foreign.name}
    assert len(after.blocks) == second == first
    assert not set(before.blocks) & set(after.blocks)


def nsm(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.cli", "history", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NSM_EXPORTER": "http://127.0.0.1:9"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


DEFINITION = """\
company: Versvork
time_zone: Europe/Amsterdam
events: {topic: product-events, keyed_by: user_id}
measures:
  orders: {count: order_completed}
metrics:
  daily_orders: {measure: orders, window: [{calendar: day}, {rolling: 2h}]}
north_star: {metric: daily_orders}
"""


def test_the_command_writes_the_past_of_a_file_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    events = [
        {"event_id": f"{n}", "event": "order_completed", "user_id": "u", "time": f"2026-03-{n:02}T10:00:00+00:00"}
        for n in range(1, 21)
    ]
    (tmp_path / "events.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    words = ("--events", "events.jsonl", "--window", "day", "--output", "past.txt", "--instance", "here:1")
    done = nsm(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    first = (tmp_path / "past.txt").read_text(encoding="utf-8")
    assert nsm(*words, folder=tmp_path).returncode == 0
    assert (tmp_path / "past.txt").read_text(encoding="utf-8") == first
    values = of(first, names.METRIC_VALUE, "day")
    assert set(values.values()) == {1.0}
    assert len(values) == 19 * 24 + 12  # from local midnight, an hour before that of UTC, to the last event
    assert {path.name for path in tmp_path.iterdir()} == {"nsm.yaml", "events.jsonl", "past.txt"}


def test_events_that_lie_further_apart_than_a_company_lives_are_named(tmp_path: Path) -> None:
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    events = [
        {"event_id": year, "event": "order_completed", "user_id": "u", "time": f"{year}-03-01T10:00:00+00:00"}
        for year in ("2026", "9999")
    ]
    (tmp_path / "events.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in events), encoding="utf-8")
    done = nsm("--events", "events.jsonl", "--window", "day", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "events.jsonl, line 2) are more than 100 years" in done.stderr
    assert nsm("--events", "events.jsonl", "--window", "day", "--to", "2026-04-01", folder=tmp_path).returncode == 0


@pytest.mark.parametrize(("step", "sparse"), [("1h", False), ("2h", False), ("3h", True), ("6h", True), ("1d", True)])
def test_a_step_that_leaves_alert_rules_nothing_to_see_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    step: str,
    sparse: bool,  # noqa: FBT001
) -> None:
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    order = {"event_id": "1", "event": "order_completed", "user_id": "u", "time": "2026-03-01T10:00:00+00:00"}
    (tmp_path / "events.jsonl").write_text(json.dumps(order), encoding="utf-8")
    files = [str(tmp_path / "nsm.yaml"), "--events", str(tmp_path / "events.jsonl")]
    assert main(["history", *files, "--window", "day", "--step", step]) == 0
    out, err = capsys.readouterr()
    assert "nsm_metric_value" in out
    assert ("too sparse for the alert rules: of earlier weeks they look at 2h" in err) == sparse


def test_a_past_that_is_asked_for_from_long_before_the_first_event_begins_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two thousand years of days and hours of nothing would be walked through."""
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    order = {"event_id": "1", "event": "order_completed", "user_id": "u", "time": "2026-03-01T10:00:00+00:00"}
    (tmp_path / "events.jsonl").write_text(json.dumps(order), encoding="utf-8")
    asked = ["history", str(tmp_path / "nsm.yaml"), "--events", str(tmp_path / "events.jsonl")]
    told = []
    for begin in (["--from", "0001-01-01"], ["--from", "2026-03-01"], []):
        assert main([*asked, *begin]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] == told[2]
    assert main([*asked, "--from", "0001-01-01", "--to", "0002-01-01"]) == 1
    assert "no event was counted in that span" in capsys.readouterr().err


def test_a_past_is_told_of_a_table_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    order = {"event_id": "1", "event": "order_completed", "user_id": "u", "time": "2026-03-01T10:00:00+00:00"}
    (tmp_path / "events.jsonl").write_text(json.dumps(order), encoding="utf-8")
    (tmp_path / "events.csv").write_text("order,user_id,time\n1,u,2026-03-01T10:00:00+00:00\n", encoding="utf-8")
    told = []
    for words in (["events.jsonl"], ["events.csv", "--map", "id=order", "--set", "type=order_completed"]):
        file, *flags = words
        assert main(["history", str(tmp_path / "nsm.yaml"), "--events", str(tmp_path / file), *flags]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_a_service_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    done = nsm(folder=tmp_path)
    assert done.returncode == 1
    assert "no exporter answers at http://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("where", "why"),
    [
        (("--output", "."), "is a directory"),
        (("--output", "none/past.txt"), "there is no folder "),
        (("--into", "nsm.yaml"), "file exists"),
    ],
)
def test_a_place_that_takes_no_past_is_told_in_a_sentence_and_left_as_it_was(
    tmp_path: Path, where: tuple[str, str], why: str
) -> None:
    (tmp_path / "nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    order = {"event_id": "1", "event": "order_completed", "user_id": "u", "time": "2026-03-01T10:00:00+00:00"}
    (tmp_path / "events.jsonl").write_text(json.dumps(order), encoding="utf-8")
    done = nsm("--events", "events.jsonl", *where, folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{where[1]} cannot be written: {why}")
    assert {path.name for path in tmp_path.iterdir()} == {"nsm.yaml", "events.jsonl"}


def test_a_past_that_is_there_is_not_asked_for_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nsm.yaml"
    file.write_text(DEFINITION, encoding="utf-8")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    arguments = parser.parse_args([str(file), "--into", str(tmp_path / "data"), "--once"])
    known = compile_plan(load(file))
    install.ensure(["promtool"])
    fill(["# EOF\n"], tmp_path / "data", install.program("promtool"), identity(known, chosen(known, [], [])))
    assert run(arguments) == 0
    assert "has this past already" in capsys.readouterr().err
