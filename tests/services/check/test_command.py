"""``nsm check`` says what is wrong, else what a good definition holds, and what might be chosen better."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.advice.rules import EVERY, RULES
from services.cli.init import first_definition, machine_time_zone
from services.cli.main import main
from tests.schemas.advice.sound import SOUND, changed
from tests.schemas.definition.texts import GOOD, STEERED

DEFINITIONS = Path(__file__).parents[3] / "deploy" / "definitions"
LOUD = changed(("guardrails: [{metric: order_value, min: 20}]\n", ""))
EVENT = b'{"event_id": "%d", "event": "order_completed", "time": %d, "user_id": "u", "amount": 3}\n'
EVENTS = b"".join(EVENT % (n, 1_767_225_600_000 + n * 86_400_000) for n in range(20))
FINDING = {"rule", "severity", "title", "line", "path", "text", "reason", "example"}

Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Check:
    """Of a text as nsm.yaml in the working folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *arguments: str) -> tuple[int, str, str]:
        Path("nsm.yaml").write_text(text, encoding="utf-8")
        code = main(["check", *arguments])
        return (code, *capsys.readouterr())

    return run


def asked(check: Check, text: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, err = check(text, "--json", *arguments)
    assert err == ""
    return code, json.loads(out)


def test_a_good_definition_is_summed_up(check: Check) -> None:
    code, out, err = check(GOOD)
    assert (code, err) == (0, "")
    assert "Versvork, Europe/Amsterdam" in out
    assert "8 measures, 5 metrics" in out
    assert "repeat_orders_per_customer (28d), target 1.8 by 2027-06-30, higher is better" in out
    assert "com.shop.listened (1 measure), order_completed (6 measures)" in out


def test_what_is_summed_up_is_told_to_machines_too(check: Check) -> None:
    summary = asked(check, STEERED)[1]["summary"]
    assert (summary["company"], summary["time_zone"], summary["metrics"]) == ("Versvork", "Europe/Amsterdam", 5)
    assert summary["types"] == {"com.shop.listened": 1, "order_completed": 6}
    assert summary["north_star"] == {
        "metric": "repeat_orders_per_customer",
        "window": "28d",
        "unit": "",
        "better": "higher",
        "target": 1.8,
        "base": None,
        "from": None,
        "by": "2027-06-30",
    }
    assert summary["steering"] == {
        "targets": 2,
        "guardrails": 2,
        "departments": 1,
        "objectives": 1,
        "key_results": 3,
        "initiatives": 2,
        "holidays": 1,
        "campaigns": 2,
    }


def test_faults_go_to_stderr_with_exit_code_1(check: Check) -> None:
    code, out, err = check(GOOD.replace("28d", "28").replace("1.8", "x"))
    assert (code, out) == (1, "")
    assert [line.split(":")[:2] for line in err.splitlines()] == [["nsm.yaml", "24"], ["nsm.yaml", "29"]]


def test_advice_is_told_with_file_and_line_why_and_what_would_be_better_and_is_no_error(check: Check) -> None:
    code, out, err = check(LOUD)
    assert (code, err) == (0, "")
    line = next(n for n, text in enumerate(LOUD.splitlines(), 1) if text.startswith("north_star:"))
    rule = next(rule for rule in RULES if rule.id == "no-guardrail")
    assert f"nsm.yaml:{line}: north_star: nothing is named that must not suffer on the way\n" in out
    told = " ".join(out.split())
    assert f"rule advice {rule.id}: {rule.title} why {rule.reason} better {rule.example}" in told
    assert out.splitlines()[-1].startswith("1 piece of advice; ")


def test_strict_makes_advice_an_error_unless_it_is_silenced(check: Check) -> None:
    silence = "check: {silence: [{rule: no-guardrail, because: nothing here could suffer}]}\n"
    assert check(LOUD, "--strict")[0] == 1
    assert check(SOUND, "--strict")[0] == 0
    code, out, _ = check(LOUD + silence, "--strict")
    assert code == 0
    assert "no-guardrail is silenced: nothing here could suffer" in out
    assert "piece of advice" not in out


def test_machines_get_findings_and_silences_with_their_lines(check: Check) -> None:
    code, said = asked(check, LOUD)
    assert code == 0
    assert list(said) == ["file", "good", "faults", "summary", "findings", "silenced", "idle_silences", "events"]
    assert (said["file"], said["good"], said["faults"], said["silenced"], said["events"]) == (
        "nsm.yaml",
        True,
        [],
        [],
        None,
    )
    (finding,) = said["findings"]
    assert set(finding) == FINDING
    assert (finding["rule"], finding["severity"], finding["path"]) == ("no-guardrail", "advice", "north_star")
    assert LOUD.splitlines()[finding["line"] - 1].startswith("north_star:")
    _, said = asked(check, f"{LOUD}check: {{silence: [{{rule: no-guardrail, because: we know}}]}}\n")
    (silenced,) = said["silenced"]
    assert set(silenced) == FINDING - {"reason", "example"} | {"because"}
    assert (said["findings"], silenced["because"]) == ([], "we know")
    assert asked(check, LOUD, "--strict")[0] == 1


def test_machines_get_faults_too(check: Check) -> None:
    code, said = asked(check, GOOD.replace("28d", "28"))
    assert code == 1
    assert list(said) == ["file", "good", "faults", "summary", "findings", "silenced", "idle_silences", "events"]
    assert (said["good"], said["findings"], said["silenced"], said["events"]) == (False, [], [], None)
    (fault,) = said["faults"]
    assert fault.startswith("nsm.yaml:24: ")


def test_machines_are_told_which_rule_a_fault_breaks(check: Check) -> None:
    code, said = asked(
        check,
        changed(
            ("logistics: [deliveries_per_order]", "logistics: [deliveries_per_order, orders, star, order_value]"),
            ("{rolling: 28d}", "{rolling: 28}"),  # breaks no rule that has a name
        ),
    )
    assert (code, len(said["faults"])) == (1, 2)
    (finding,) = said["findings"]
    assert set(finding) == FINDING
    assert (finding["rule"], finding["severity"]) == ("too-many-kpis", "error")
    assert said["faults"][1] == f"nsm.yaml:{finding['line']}: {finding['path']}: {finding['text']} (too-many-kpis)"


def test_events_show_how_each_metric_would_have_behaved(check: Check) -> None:
    Path("shop.jsonl.gz").write_bytes(gzip.compress(EVENTS + b"no json\n"))
    code, said = asked(check, SOUND, "--events", "shop=shop.jsonl.gz")
    events = said["events"]
    assert code == 0
    assert (events["counted"], events["refused"]) == (20, {"bad_json": 1})
    assert (events["first"], events["last"]) == ("2026-01-01T01:00:00+01:00", "2026-01-20T01:00:00+01:00")
    by_label = {(one["metric"], one["window"]): one for one in events["metrics"]}
    assert {metric for metric, _ in by_label} == {"star", "new_customers", "order_value", "orders"}
    assert by_label["order_value", "day"] == {
        "metric": "order_value",
        "window": "day",
        "unit": "EUR",
        "periods": 19,
        "level": 3.0,
        "noise": 0.0,
        "expected_error": 1.0,
        "zero_share": 0.0,
        "behind": 1.0,
    }
    assert {"measure": "orders", "of_type": 20, "matching": 20, "used": 20} in events["measures"]
    rules = {(one["rule"], one["path"]) for one in said["findings"]}
    assert ("unfed-measure", "measures.repeat_revenue") in rules
    assert ("window-too-short", "metrics.new_customers.window") in rules
    _, out, _ = check(SOUND, "--events", "shop=shop.jsonl.gz")
    assert "as it would have been from 2026-01-01T01:00:00+01:00" in out
    assert "  noise: how much readings spread; " in out
    assert "20 events counted" in out
    assert "1 refused: bad_json" in out
    assert 'measures.repeat_revenue: no event is of type "order_again"\n' in out
    assert check(SOUND, "--strict", "--events", "shop=shop.jsonl.gz")[0] == 1


def test_of_a_source_without_a_file_nothing_is_said(check: Check) -> None:
    Path("shop.jsonl").write_bytes(EVENTS)
    Path("carrier.jsonl").write_bytes(EVENTS.replace(b"order_completed", b"order_delivered"))
    _, said = asked(check, SOUND, "--events", "shop=shop.jsonl")
    assert said["events"]["sources_not_given"] == ["carrier"]
    assert "measures.deliveries" not in {one["path"] for one in said["findings"]}
    assert "deliveries" not in {one["measure"] for one in said["events"]["measures"]}
    assert "no file of carrier was given" in check(SOUND, "--events", "shop=shop.jsonl")[1]
    _, said = asked(check, SOUND, "--events", "shop=shop.jsonl", "--events", "carrier=carrier.jsonl")
    assert said["events"]["sources_not_given"] == []
    assert {"measure": "deliveries", "of_type": 20, "matching": 20, "used": 20} in said["events"]["measures"]
    assert len(said["events"]["metrics"]) == 6


def test_a_rule_that_speaks_twice_is_explained_once(check: Check) -> None:
    Path("shop.jsonl").write_bytes(EVENTS)
    _, out, _ = check(SOUND, "--events", "shop=shop.jsonl")
    assert out.count("warning unfed-measure:") == 3
    assert out.count("what it should count is not published") == 1


def test_every_rule_is_listed_with_its_reason(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = check("no definition at all", "--rules")
    told = " ".join(out.split())
    assert code == 0
    for rule in EVERY:
        assert f"{rule.id} {rule.severity} {rule.title} why {rule.reason} better {rule.example}" in told
    assert main(["check", "--rules", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in listed] == [rule.id for rule in EVERY]
    assert all(set(one) == {"rule", "severity", "title", "reason", "example"} for one in listed)


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--strict"]])
def test_what_is_no_definition_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    binary, empty, places = tmp_path / "binary", tmp_path / "empty", tmp_path / "places"
    binary.write_bytes(b"\xff\xfe\x00")
    empty.write_bytes(b"")
    contradicting = GOOD.replace("properties: properties", "properties: properties, amount: event_id.amount")
    places.write_text(contradicting.replace("order_completed.value", "order_completed.amount"), encoding="utf-8")
    for path in (tmp_path / "none.yaml", tmp_path, binary, empty, places):
        assert main(["check", str(path), *arguments]) == 1
        out, err = capsys.readouterr()
        faults = json.loads(out)["faults"] if "--json" in arguments else err.splitlines()
        assert len(faults) == 1
        assert "--json" not in arguments or err == ""


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_file_may_have_a_name_that_is_no_text(check: Check, arguments: list[str]) -> None:
    good, bad = (Path(os.fsdecode(name)) for name in (b"\xff.yaml", b"\xfe.yaml"))
    good.write_text(LOUD, encoding="utf-8")
    bad.write_text("company: a", encoding="utf-8")
    assert check(SOUND, *arguments, str(good))[0] == 0
    assert check(SOUND, "--json", str(bad))[0] == 1
    events = Path(os.fsdecode(b"\xff.jsonl"))
    events.write_bytes(EVENTS + b"no json\n")
    code, out, _ = check(SOUND, *arguments, "--events", f"shop={events}")
    assert (code, "bad_json" in out) == (0, True)


@pytest.mark.parametrize("columns", ["20", "80", "200"])
def test_names_are_whole_and_a_line_however_narrow_the_terminal_is(
    check: Check, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    long = "average_value_of_an_order_in_euros_and_in_cents_too"
    Path("events").write_bytes(EVENTS)
    code, out, _ = check(SOUND.replace("order_value", long), "--events", "shop=events")
    assert code == 0, out
    rows = [line.split() for line in out.splitlines() if line.startswith(f"  {long} ")]
    assert rows
    head = next(line for line in out.splitlines() if line.startswith("  metric "))
    assert {len(row) for row in rows} == {len(head.split())}


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_events_that_cannot_be_read_are_told_in_a_sentence(check: Check, tmp_path: Path, arguments: list[str]) -> None:
    Path("cut.gz").write_bytes(gzip.compress(EVENTS)[:-10])
    Path("empty").write_bytes(b"")
    Path("far").write_bytes(EVENTS + EVENT % (99, 253_402_300_000_000))
    Path("noise").write_bytes(b"\xff\x00[]\n{}\n")
    for name, sentence in {
        "shop=none": "none cannot be read: no such file",
        f"shop={tmp_path}": "cannot be read: is a directory",
        "shop=cut.gz": "cut.gz cannot be read",
        "shop=empty": "no event counted",
        "shop=noise": "no event counted",
        "shop=far": "are more than 100 years: is one of these times wrong?",
        "cut.gz": "say whose events cut.gz holds: SOURCE=FILE, with one of shop, carrier",
        "bakery=cut.gz": "with one of shop, carrier",
    }.items():
        code, out, err = check(SOUND, "--events", name, *arguments)
        assert (code, out) == (1, "")
        assert sentence in err


def test_the_definitions_that_come_along_get_no_advice(check: Check) -> None:
    for file in sorted(DEFINITIONS.glob("*.yaml")):
        code, out, _ = check(file.read_text(encoding="utf-8"), "--strict")
        assert (code, "advice" in out) == (0, False), out


def test_the_first_definition_gets_no_advice(check: Check) -> None:
    text = first_definition("Corner Shop", machine_time_zone(), "shop", date(2026, 11, 1))
    code, out, _ = check(text, "--strict")
    assert (code, "advice" in out) == (0, False), out
