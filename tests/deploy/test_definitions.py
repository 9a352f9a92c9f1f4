"""The library of definitions: each is good, answers its sample events as SQL does, and has a board and rules."""

import gzip
import json
import subprocess
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from schemas.advice.judging import judge
from schemas.definition import model
from schemas.definition.loading import load, load_placed
from schemas.definition.steering import Change, Hold, Reach
from services.check.observing import observe
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import to_yaml
from services.replay.folding import fold_files
from streams.plan import compile_plan
from streams.readings import AsOf, Readings
from tests.reference.measures import Reference
from tests.samples.library import BUSINESSES, FOLDER, sample
from tests.services.provisioner.placed import all_expressions

LARGEST = 100_000
README = (FOLDER / "README.md").read_text(encoding="utf-8")
EVERY_BUSINESS = pytest.mark.parametrize("business", BUSINESSES)


def file_of(business: str) -> Path:
    return FOLDER / business / "nsm.yaml"


def events_of(business: str) -> Path:
    return FOLDER / business / "events.jsonl.gz"


def lines_of(business: str) -> list[bytes]:
    with gzip.open(events_of(business)) as file:
        return list(file)


def test_every_folder_is_a_business_with_both_files() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(BUSINESSES)
    assert all(file_of(one).exists() and events_of(one).exists() for one in BUSINESSES)


@EVERY_BUSINESS
def test_the_readme_has_its_line_its_north_star_and_its_phases(business: str) -> None:
    [row] = [line for line in README.splitlines() if line.startswith(f"| [{business}]({business}/nsm.yaml) |")]
    text, definition = file_of(business).read_text(encoding="utf-8"), load(file_of(business))
    told = [text.splitlines()[0].strip("# ."), f"`{definition.north_star.metric}`", definition.phase]
    others = [f"[{one.stem}]({business}/{one.name})" for one in sorted((FOLDER / business).glob("*.yaml"))]
    phases = ", ".join(one for one in others if not one.startswith("[nsm]")) or "-"
    assert row.split(" | ")[1:] == [*told, f"{phases} |"]


@EVERY_BUSINESS
def test_nothing_is_to_be_said_of_it_nor_of_how_it_behaves_but_what_is_silenced_with_a_reason(business: str) -> None:
    placed = load_placed(file_of(business))
    seen = observe(placed.definition, [str(events_of(business))])
    judgement = judge(placed, seen.observed)
    assert judgement.told == ()
    assert {one.rule.id for one in judgement.silenced} == {one.rule for one in placed.definition.silences}
    assert all(fed.used for fed in seen.observed.fed.values())


@EVERY_BUSINESS
def test_it_is_a_whole_one(business: str) -> None:
    definition = load(file_of(business))
    star = definition.north_star
    assert None not in (star.target, star.base, star.since, star.by, definition.phase)
    assert star.inputs
    assert definition.guardrails
    assert definition.dimensions
    assert len(definition.departments) > 1
    assert all(1 <= len(one.metrics) <= 3 for one in definition.departments.values())
    assert star.owner
    assert any(one.owner for one in definition.departments.values())
    results = [one for objective in definition.okrs for one in objective.key_results]
    assert {type(one.aim) for one in results} == {Change, Reach, Hold}
    assert all(objective.owner for objective in definition.okrs)
    assert definition.initiatives
    assert definition.calendar.holidays
    assert definition.calendar.campaigns


@EVERY_BUSINESS
def test_every_metric_in_every_window_equals_sql_at_the_end_of_every_day(business: str) -> None:
    definition = load(file_of(business))
    plan, reference = compile_plan(definition), Reference(definition)
    (source,) = definition.sources
    reference.load(source.name, lines_of(business))
    folded = fold_files(plan, [(source.topic, str(events_of(business)))])
    readings = Readings(plan, folded.cells, AsOf(folded.last_ms, folded.last_ms))
    moments = reference.days()
    for metric in definition.metrics.values():
        for window in metric.windows:
            theirs = reference.metric(metric.name, window, moments, folded.last_ms)
            ours = [readings.running(metric.name, window, at).value for at in moments]
            assert ours == [other and other.exact for other in theirs], (metric.name, window.label)
            assert any(ours) or isinstance(window, model.RollingSpan), (metric.name, window.label)


@EVERY_BUSINESS
def test_board_and_rules_can_be_made_of_it(business: str, tmp_path: Path) -> None:
    definition = load(file_of(business))
    file = tmp_path / "rules.yml"
    file.write_text(to_yaml(rule_groups(definition), Addresses()), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    placed = all_expressions(definition)
    for one in placed:
        promql_parser.parse(one.text)
    told = " ".join(one.text for one in placed)
    assert all(f'metric="{one.metric}"' in told for one in definition.guardrails)
    boards = all_boards(definition, Addresses())
    assert all(definition.company in str(board.title) for board in boards)
    departments = [board for board in boards if str(board.uid).startswith("nsm-department-")]
    assert len(departments) == len(definition.departments)


@EVERY_BUSINESS
def test_the_sample_is_what_the_seed_gives_and_small(business: str) -> None:
    assert events_of(business).stat().st_size <= LARGEST
    assert lines_of(business) == sample(business)


@EVERY_BUSINESS
def test_the_sample_has_what_real_logs_have(business: str) -> None:
    definition = load(file_of(business))
    (source,) = definition.sources
    events: list[dict[str, Any]] = [json.loads(line) for line in lines_of(business)]
    times = [datetime.fromisoformat(event["time"]) for event in events]
    assert max(times) - min(times) > timedelta(days=105)
    assert len({moment.utcoffset() for moment in times}) == 2  # clocks were changed
    assert any(count > 1 for count in Counter(event["event_id"] for event in events).values())
    assert any(source.keyed_by not in event for event in events)
    latest, behind = times[0], timedelta()
    for moment in times:
        latest = max(latest, moment)
        behind = max(behind, latest - moment)
    assert timedelta(days=1) < behind < timedelta(milliseconds=source.lateness_ms)


def test_some_sample_gives_money_back() -> None:
    taken = [json.loads(line).get("amount", 0) for one in BUSINESSES for line in lines_of(one)]
    assert min(taken) < 0 < max(taken)
