"""What a replay counts, and what it says."""

import gzip
import io
import random
import re
from types import SimpleNamespace

import pytest

from tests.services.replay.replaying import DEFINITION, LINES, Replay, line


def test_periods_are_those_of_the_company_and_the_unfinished_is_marked(replay: Replay) -> None:
    assert replay(LINES, "--metric", "average_order_value").splitlines() == [
        "Versvork, Europe/Amsterdam: 4 events from 2027-01-31T23:30:00+01:00 to 2027-04-05T09:00:00+02:00",
        "",
        "north star: average_order_value, month, in EUR",
        "period   value  revenue  orders",
        "2027-01  10.10    10.10       1",
        "2027-02  20.00    20.00       1",
        "2027-03   0.90     0.90       1",
        "2027-04   5.00     5.00       1  so far",
        "",
        "4 events counted",
    ]


@pytest.mark.parametrize(
    ("window", "labels"),
    [
        ("week", ["2027-W04", "2027-W05", "2027-W14"]),
        ("quarter", ["2027-Q1", "2027-Q2"]),
        ("7d", ["2027-01-31", "2027-02-01", "2027-04-05"]),
        ("lifetime", ["all"]),
    ],
)
def test_every_kind_of_period_has_its_name(replay: Replay, window: str, labels: list[str]) -> None:
    said = replay(LINES, "--metric", "orders", "--window", window, "--last", "0")
    assert [label for label in labels if f"\n{label} " in said] == labels


@pytest.mark.parametrize(
    ("window", "label"),
    [("week", "9999-W52"), ("month", "10000-01"), ("quarter", "10000-Q1"), ("7d", "10000-01-01"), ("lifetime", "all")],
)
def test_a_time_that_means_never_is_a_time_like_any_other(replay: Replay, window: str, label: str) -> None:
    never = [line("z", "anna", "9999-12-31T23:59:59Z", "10.10", "Delft")]
    said = replay(never, "--metric", "orders", "--window", window)
    assert f"\n{label} " in said
    assert "from +10000-01-01T00:59:59+01:00 to" in said
    assert '"period":"' + label in replay(never, "--json", "--metric", "orders", "--window", window).replace(": ", ":")


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--at", "9999-12-31"]])
def test_events_that_lie_further_apart_than_a_company_lives_are_named(replay: Replay, arguments: list[str]) -> None:
    never = line("z", "anna", "9999-12-31T23:59:59Z", "10.10", "Delft")
    assert replay([*LINES[:3], b"\n", never, LINES[3]], *arguments) == ""
    end = "9999-12-30T23:59:59.999000+01:00 (as asked for)" if "--at" in arguments else "events.jsonl, line 5)"
    assert replay.code == 1
    for told in ("from 2027-01-31T23:30:00+01:00 (", "events.jsonl, line 1) to ", end, "more than 100 years"):
        assert told in replay.err
    assert "4 events counted" in replay([*LINES, never], "--at", "2027-05-01")


def test_people_are_told_the_north_star_first_and_machines_in_the_order_of_the_file(replay: Replay) -> None:
    heads = re.findall(r"^(?:north star: )?\w+, (?:week|month|quarter|7d|lifetime).*$", replay(LINES), re.MULTILINE)
    assert heads[:2] == ["north star: average_order_value, month, in EUR", "orders, week"]
    assert heads[-1] == "new_customers, month"
    readings: list[dict[str, str]] = replay.json(LINES)["readings"]  # type: ignore[assignment]
    assert [*dict.fromkeys(one["metric"] for one in readings)] == ["orders", "average_order_value", "new_customers"]
    assert [line for line in replay(LINES, "--metric", "orders").splitlines() if "north star" in line] == []


def test_of_a_window_of_hours_it_says_which_of_the_day_are_shown(replay: Replay) -> None:
    text = DEFINITION.replace("{rolling: 7d}", "{rolling: 2h}")
    (replay.folder / "nsm.yaml").write_text(text)
    assert "\norders, 2h to the end of each day\n" in replay(LINES)


def test_events_may_lie_decades_apart(replay: Replay) -> None:
    early = line("z", "anna", "1970-01-01T00:00:00Z", "10.10", "Delft")
    said = replay([*LINES, early], "--metric", "average_order_value", "--last", "3")
    assert "average_order_value, month" in said
    assert "2027-04" in said


def test_a_period_is_called_by_the_years_of_its_weeks_where_they_are_not_those_of_its_days(replay: Replay) -> None:
    days = ["2020-12-31", "2021-01-03", "2021-01-04", "2024-12-29", "2024-12-30", "2026-12-31", "2027-01-03"]
    lines = [line(day, "anna", f"{day}T12:00:00Z", "1", "Delft") for day in days]
    said = replay(lines, "--metric", "orders", "--window", "week", "--last", "0")
    counted = [row.split()[:2] for row in said.splitlines() if re.match(r"\d{4}-W\d\d +[1-9]", row)]
    assert counted == [
        ["2020-W53", "2"],
        ["2021-W01", "1"],
        ["2024-W52", "1"],
        ["2025-W01", "1"],
        ["2026-W53", "2"],
    ]


def test_a_date_that_was_left_out_has_no_row(replay: Replay) -> None:
    (replay.folder / "nsm.yaml").write_text(DEFINITION.replace("Europe/Amsterdam", "Pacific/Apia"))
    lines = [line(str(i), "anna", f"2011-12-30T{hour}:00:00Z", "1", "Delft") for i, hour in enumerate(("09", "10"))]
    said = replay(lines, "--metric", "orders", "--window", "7d")
    rows = [row.split()[:2] for row in said.splitlines() if row.startswith("2011-")]
    assert rows == [["2011-12-29", "1"], ["2011-12-31", "2"]]


def test_the_order_of_a_file_changes_nothing_and_nothing_in_it_is_late(replay: Replay) -> None:
    expected = replay(LINES, "--last", "0")
    assert "4 events counted" in expected
    for seed in range(5):
        shuffled = random.Random(seed).sample(LINES, len(LINES))
        assert replay(shuffled, "--last", "0") == expected


def test_an_id_counts_once_however_far_apart_it_comes_again(replay: Replay) -> None:
    said = replay([*LINES, line("a", "anna", "2027-04-04T00:00:00Z", "10.10", "Delft")], "--metric", "new_customers")
    assert "4 events counted\n1 with an id that had come before" in said


def test_one_event_is_one_event(replay: Replay) -> None:
    assert "\n1 event counted\n" in replay(LINES[:1]) + "\n"


def test_at_a_moment_only_what_came_before_it_counts_and_what_had_ended_is_finished(replay: Replay) -> None:
    said = replay(LINES, "--metric", "average_order_value", "--at", "2027-03-01")
    assert "2027-02  20.00    20.00       1\n\n2 events counted\n2 at or after that moment" in said
    assert "2027-03" in replay(LINES, "--metric", "average_order_value", "--at", "2027-03-02T08:00:00.001Z")
    assert "0.90" not in replay(LINES, "--metric", "average_order_value", "--at", "2027-03-02T08:00:00Z")


def test_what_is_refused_is_counted_and_named_with_its_line(replay: Replay) -> None:
    said = replay([LINES[0], b"\n", b"no json\n", b'{"event":"x","ts":"2027-01-01T00:00:00Z"}\n', *LINES[1:]])
    assert "4 events counted" in said
    assert "1 refused: bad_json" in said
    assert "1 refused: no_id" in said
    assert "events.jsonl, line 3: bad_json" in said
    assert replay.code == 0


def test_gzip_standard_input_and_several_files_are_one_history(replay: Replay) -> None:
    expected = replay(LINES, "--metric", "orders")
    assert replay(LINES, "--metric", "orders", name="events.jsonl.gz") == expected
    replay(LINES[2:], name="later.jsonl")
    replay.monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"".join(LINES[:2]))))
    assert replay.run([str(replay.folder / "later.jsonl"), "-", "--metric", "orders"]) == expected


def test_json_holds_every_period_exactly_with_its_segments(replay: Replay) -> None:
    said = replay.json(LINES)
    assert said["company"] == "Versvork"
    assert said["events"]["outcomes"] == {"counted": 4}  # type: ignore[index]
    readings: list[dict[str, object]] = said["readings"]  # type: ignore[assignment]
    average = [one["exact"] for one in readings if one["metric"] == "average_order_value"]
    assert average == ["10.1", "20", "0.9", "5"]
    (lifetime,) = [one for one in readings if one["window"] == "lifetime"]
    segments: list[dict[str, object]] = lifetime["segments"]  # type: ignore[assignment]
    assert {one["segment"]: one["value"] for one in segments} == {"Delft": 3, "Gouda": 1}
    assert len([one for one in readings if one["window"] == "7d"]) == 65


def test_the_last_period_that_is_shown_is_told_by_its_segments(replay: Replay) -> None:
    said = replay(LINES, "--metric", "orders", "--window", "month")
    assert said.endswith(
        "2027-04      1  so far\nby city in 2027-04:\ncity   value\nDelft      1\nGouda      0\n\n4 events counted\n"
    )
    assert "by city in all:\ncity   value\nDelft      3\nGouda      1\n" in replay(LINES, "--window", "lifetime")
    assert "by " not in replay(LINES, "--metric", "average_order_value")
    evil = line("e", "dirk", "2027-04-05T10:00:00+02:00", "5", "\\u001b[2J")
    said = replay([*LINES, evil], "--metric", "orders", "--window", "lifetime")
    assert "\x1b" not in said
    assert '"\\u001b[2J"      1' in said


def test_a_quantile_has_no_more_digits_than_on_a_board(replay: Replay) -> None:
    """It is known to one in a hundred."""
    spent = "  spent: {distribution: order_completed.amount, unit: EUR, decimals: 2}\n"
    p95 = "  p95: {quantile: 0.95, of: spent, window: {calendar: month}}\n"
    measured = DEFINITION.replace("metrics:\n", f"{spent}metrics:\n{p95}")
    (replay.folder / "nsm.yaml").write_text(measured)
    said = replay(LINES, "--metric", "p95")
    assert "2027-02  19.84\n2027-03   0.90\n" in said


def test_files_of_several_sources_say_which_and_an_id_counts_once_in_each(replay: Replay) -> None:
    two = DEFINITION.replace(
        "events:\n  topic: orders\n",
        "events:\n- {name: shop, topic: shop, keyed_by: user_id, format: {time: ts}}\n- name: web\n  topic: orders\n",
    ).replace("count: order_completed,", "count: order_completed, from: shop,")
    (replay.folder / "nsm.yaml").write_text(re.sub(r"(sum|of|first): (order_\S+?)([,}])", r"\1: \2, from: web\3", two))
    for name in ("shop", "web"):
        (replay.folder / f"{name}.jsonl").write_bytes(b"".join(LINES[: 1 if name == "shop" else 4]))
    files = [f"{name}={replay.folder / name}.jsonl" for name in ("shop", "web")]
    said = replay.run([*files, "--window", "month", "--at", "2027-02-01"])
    assert "2027-01  10.10    10.10       1\n\n" in said, replay.err
    assert "2 events counted" in said
    replay.run([str(replay.folder / "web.jsonl")])
    assert "SOURCE=FILE, with one of shop, web" in replay.err
    for twice in (["shop=-", "web=-"], ["web=-", "web=-"]):
        assert replay.run(twice) == ""
        assert (replay.code, replay.err) == (1, "standard input can be read once only\n")


def test_what_is_asked_wrongly_is_said_in_a_sentence(replay: Replay) -> None:
    cases = {
        ("--metric", "revenu"): "there is no metric revenu",
        ("--metric", "new_customer"): "did you mean new_customers?",
        ("--window", "year"): "no metric is read over year; there are week, month",
        ("--at", "yesterday"): "yesterday is no moment",
    }
    for arguments, sentence in cases.items():
        assert replay(LINES, *arguments) == ""
        assert (replay.code, sentence in replay.err) == (1, True), replay.err
    replay.run([str(replay.folder / "nowhere.jsonl")])
    assert (replay.code, "nowhere.jsonl cannot be read: no such file" in replay.err) == (1, True)
    damaged = replay.folder / "damaged.jsonl.gz"
    damaged.write_bytes(gzip.compress(b"".join(LINES))[:-10])
    replay.run([str(damaged)])
    assert (replay.code, "damaged.jsonl.gz cannot be read" in replay.err) == (1, True)


def test_a_file_without_a_single_event_is_an_error(replay: Replay) -> None:
    assert replay([b"[]\n"]) == ""
    assert replay.code == 1
    assert replay.err.startswith("no event counted\n")
    assert "1 refused: no_object" in replay.err


def test_a_file_may_begin_with_the_mark_that_says_it_is_utf_8(replay: Replay) -> None:
    assert "4 events counted" in replay([b"\xef\xbb\xbf" + LINES[0], *LINES[1:]])
    assert "refused" not in replay([b"\xef\xbb\xbf" + LINES[0], *LINES[1:]], name="events.jsonl.gz")
    assert ": 1 event from" in replay([b"\xef\xbb\xbf" + LINES[0]])


def test_a_type_that_would_move_the_cursor_is_told_escaped(replay: Replay) -> None:
    evil = b'{"event_id":"z","event":"\\u001b[2Jx","ts":"2027-01-01T00:00:00Z"}\n'
    said = replay([evil, *LINES])
    assert "\x1b" not in said
    assert '1 of type "\\u001b[2Jx", which no measure counts' in said
