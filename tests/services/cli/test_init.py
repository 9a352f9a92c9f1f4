"""``nsm init`` writes a first definition that is good as it stands."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.advice.judging import judge
from schemas.definition.loading import load, load_placed, parse
from schemas.definition.model import FlatFormat
from services.check.observing import observe
from services.check.summary import unread
from services.cli.init import first_definition, folder_name, machine_time_zone
from services.cli.library import FOLDER, PHASES, Given, businesses, definition_for, sample_events
from services.cli.main import main


def test_what_it_writes_passes_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    given = ["--company", 'Ca$h & "Co": #1', "--time-zone", "Asia/Kathmandu", "--topic", "shop"]
    assert main(["init", str(path), *given]) == 0
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().err == ""
    definition = load(path)
    assert (definition.company, definition.time_zone) == ('Ca$h & "Co": #1', "Asia/Kathmandu")
    assert definition.sources[0].topic == "shop"
    assert definition.sources[0].format == FlatFormat()


def test_it_never_writes_over_a_file_unless_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    path.write_text("mine", encoding="utf-8")
    assert main(["init", str(path)]) == 1
    assert "--force" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"
    assert main(["init", str(path), "--force"]) == 0
    load(path)


def test_an_unfit_name_is_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    assert main(["init", str(path), "--time-zone", "Amsterdam"]) == 1
    assert 'did you mean "Europe/Amsterdam"?' in capsys.readouterr().err
    assert main(["init", str(path), "--topic", "a b"]) == 1
    assert not path.exists()


def test_the_folder_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "no" / "such" / "nsm.yaml")]) == 1
    assert capsys.readouterr().err.endswith(f"cannot be written: there is no folder {tmp_path / 'no'}\n")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("business", businesses())
def test_every_business_in_every_phase_gives_a_file_of_which_nothing_is_to_be_said(
    business: str, phase: str, tmp_path: Path
) -> None:
    path = tmp_path / "nsm.yaml"
    assert main(["init", str(path), "--business", business, "--phase", phase, "--company", "X & Y"]) == 0
    placed = load_placed(path)
    definition = placed.definition
    assert (definition.company, definition.phase) == ("X & Y", phase)
    assert definition.north_star.by == date(datetime.now(UTC).year + 1, 12, 31)
    seen = observe(definition, [str(sample_events(business))])
    judgement = judge(placed, seen.observed)
    assert (judgement.told, judgement.idle, unread(definition)) == ((), (), [])
    assert seen.folded.outcomes["counted"] > 2000


@pytest.mark.parametrize(
    ("business", "phase", "metric"),
    [
        ("fresh-food", "start-up", "new_customers"),
        ("fresh-food", "scale-up", "repeat_orders_per_customer"),
        ("marketplace", "mature", "more_transactions_per_buyer"),
        ("mature-company", "start-up", "customers"),
    ],
)
def test_the_phase_decides_which_number_is_the_north_star(business: str, phase: str, metric: str) -> None:
    text = definition_for(business, Given(company="x", time_zone="UTC", phase=phase), date(2026, 11, 1))
    assert parse(text).north_star.metric == metric


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("business", businesses())
def test_its_first_line_says_what_it_is_for_in_that_phase(business: str, phase: str) -> None:
    text = definition_for(business, Given(company="x", time_zone="UTC", phase=phase), date(2026, 11, 1))
    own = (FOLDER / business / "nsm.yaml").read_text(encoding="utf-8")
    same = parse(text).north_star.metric == parse(own).north_star.metric
    assert text.startswith("# ")
    assert (text.splitlines()[:2] == own.splitlines()[:2]) is same


def test_what_is_steered_by_lies_in_the_years_to_come() -> None:
    library = parse((FOLDER / "web-shop" / "nsm.yaml").read_text(encoding="utf-8"))
    text = definition_for("web-shop", Given(company="x", time_zone="UTC"), date(2031, 3, 1))
    first = parse(text)
    assert (first.north_star.since, first.north_star.by) == (date(2031, 3, 1), date(2032, 12, 31))
    for one, other in zip(library.initiatives, first.initiatives, strict=True):
        assert other.start == one.start.replace(year=one.start.year + 5)
    assert '"time": "2026-08-03T20:30:00+01:00"' in text  # an event of the sample


def test_comments_stay_where_they_were() -> None:
    text = definition_for("web-shop", Given(company="x", time_zone="Asia/Kathmandu"), date(2026, 11, 1))
    assert "time_zone: Asia/Kathmandu      # days, weeks and months begin here" in text
    long = "America/Argentina/ComodRivadavia"
    text = definition_for("web-shop", Given(company="x", time_zone=long), date(2026, 11, 1))
    assert f"time_zone: {long} # days" in text
    assert parse(text).time_zone == long


def test_the_company_is_called_as_the_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "corner-shop_and sons"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert main(["init"]) == 0
    assert load(Path("nsm.yaml")).company == "Corner Shop And Sons"
    assert main(["init", str(tmp_path / "nsm.yaml")]) == 0
    monkeypatch.chdir("/")
    assert folder_name(Path("nsm.yaml")) == "My company"


def test_an_unknown_business_is_told_the_nearest_and_all_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nsm.yaml"
    assert main(["init", str(path), "--business", "web shops"]) == 1
    assert 'there is no business "web shops"; did you mean "web-shop"?' in capsys.readouterr().err
    assert main(["init", str(path), "--business", "zzz"]) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in businesses())
    assert not path.exists()


def test_the_list_has_a_line_for_each_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(businesses())
    assert all(len(line.split()) > 5 for line in lines)
    assert not list(tmp_path.iterdir())


def test_the_list_of_a_phase_tells_what_each_business_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--list", "--phase", "start-up"]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told == businesses("start-up")
    for name, line in told.items():
        text = definition_for(name, Given(company="x", time_zone="UTC", phase="start-up"), date(2026, 11, 1))
        assert text.startswith(f"# {line}\n")
    assert told["web-shop"] == "A young web shop: how many customers complete their first order."


def test_it_says_which_number_the_phase_chose_and_that_the_numbers_are_examples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init", str(tmp_path / "nsm.yaml"), "--business", "fresh-food", "--phase", "start-up"])
    assert "its north star is new_customers; bases, targets, limits and owners are examples" in capsys.readouterr().out


def test_up_needs_no_name_of_the_usual_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert "next: nsm check nsm.yaml, then nsm up\n" in capsys.readouterr().out


def test_what_nobody_has_said_is_told_with_the_way_to_say_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "nsm.yaml"), "--company", "A", "--business", "web-shop"]) == 0
    first, second, third, *_ = capsys.readouterr().out.splitlines()
    assert f"nsm.yaml for A: events from the topic product-events, days of {machine_time_zone()}" in first
    assert second == "the time zone is this machine's; --time-zone says otherwise"
    assert third.startswith("its north star is")
    assert main(["init", str(tmp_path / "nsm.yaml"), "--time-zone", "UTC", "--force"]) == 0
    _, second, third, *_ = capsys.readouterr().out.splitlines()
    assert second == "the company is called as its folder is; --company says otherwise"
    assert third == "the business is a web-shop; nsm init --list shows the others, --business chooses"


def test_the_command_it_names_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nsm.yaml"
    assert main(["init", str(path), "--business", "fresh-food"]) == 0
    command = capsys.readouterr().out.splitlines()[-1].partition("nsm ")[2].split()
    assert main(command) == 0
    assert "repeat_orders_per_customer, 28d" in capsys.readouterr().out


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_any_company_name_is_written_as_it_is(company: str) -> None:
    assert parse(first_definition(company, "UTC", "null", date(2026, 2, 28))).company == company


def test_the_machine_has_a_time_zone_whatever_TZ_says(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: N802
    monkeypatch.setenv("TZ", "Europe/Lisbon")
    assert machine_time_zone() == "Europe/Lisbon"
    monkeypatch.setenv("TZ", ":/nonsense")
    assert machine_time_zone()


def test_a_folder_of_a_very_long_name_gives_a_company_that_boards_have_room_for() -> None:
    long = Path("corner-" * 30) / "nsm.yaml"
    company = folder_name(long)
    assert company.startswith("Corner Corner")
    assert parse(first_definition(company, "UTC", "events", date(2026, 9, 1))).company == company


@pytest.mark.parametrize(("name", "told"), [("a b.yaml", "'a b.yaml'"), ("-x.yaml", "./-x.yaml"), ("x.yaml", "x.yaml")])
def test_the_next_command_can_be_copied_whatever_the_file_is_called(
    name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--company", "A", "--", name]) == 0
    assert f"next: nsm check {told}, then nsm up {told}\n" in capsys.readouterr().out
