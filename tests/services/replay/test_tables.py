"""A table is read by ``nsm replay`` and ``nsm check --events`` as ``nsm publish`` would send it."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.cli.main import main
from tests.services.replay.replaying import DEFINITION, LINES, ORDERS, Replay

NAMES = ("id=nummer", "user_id=kunde", "time=zeit", "city=Stadt", "amount=Betrag")
FLAGS = [word for name in NAMES for word in ("--map", name)] + ["--set", "type=order_completed"]
EUROPEAN = [*FLAGS, "--number", "amount", "--delimiter", ";", "--decimal", ","]


def table(*rows: str) -> list[bytes]:
    """As an export of a European spreadsheet."""
    orders = [f"{id_};{user};{ts};{amount.replace('.', ',')};{city}" for id_, user, ts, amount, city in ORDERS]
    return ["\ufeffnummer;kunde;zeit;Betrag;Stadt\r\n".encode(), *(f"{row}\r\n".encode() for row in (*orders, *rows))]


@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz"])
def test_a_table_is_answered_as_the_same_events_in_json_lines_are(replay: Replay, name: str) -> None:
    expected = replay(LINES)
    assert replay(table(), *EUROPEAN, name=name) == expected
    assert replay.code == 0


def test_a_table_comes_through_standard_input_where_that_is_said(replay: Replay) -> None:
    expected = replay(LINES)
    replay.monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"".join(table()))))
    assert replay.run(["-", "--csv", *EUROPEAN]) == expected


def test_rows_that_are_no_events_are_named_with_their_lines(replay: Replay) -> None:
    said = replay(table("e;eva;2027-04-05T09:00:00Z;1.234,50;Delft", "f;eva"), *EUROPEAN, name="b.csv")
    assert "4 events counted" in said
    assert "2 refused: bad_row" in said
    assert "b.csv, line 6: bad_row: amount is no number, as 1000 and -12,50 are" in said
    assert "b.csv, line 7: bad_row: 2 cells, the header has 5" in said


def test_a_misspelt_name_is_said_before_any_row_is_read(replay: Replay) -> None:
    replay(table(), *(flag.replace("city=", "citi=") for flag in EUROPEAN), name="b.csv")
    assert replay.code == 1
    assert 'the definition reads no citi, and the table has no city, which it reads; did you mean "city"?' in replay.err


def test_flags_of_tables_without_a_table_are_told(replay: Replay) -> None:
    replay(LINES, *EUROPEAN)
    assert (replay.code, replay.err) == (
        1,
        "--map, --set, --number and their like are for tables; these files are read as JSON lines\n",
    )


def test_a_check_reads_a_table_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nsm.yaml").write_text(DEFINITION, encoding="utf-8")
    Path("b.csv").write_bytes(b"".join(table()))
    assert main(["check", "--events", "b.csv", *EUROPEAN]) == 0
    assert "4 events counted" in capsys.readouterr().out


def test_epoch_seconds_are_told(replay: Replay) -> None:
    seconds = LINES[0].replace(b'"2027-01-31T22:30:00Z"', b"1801434600")
    assert "1 with a whole number as time that lies before March 1973: seconds?" in replay([seconds])
