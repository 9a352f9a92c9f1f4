import json
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from schemas.definition.model import CloudEventsFormat, FlatFormat, Format
from schemas.errors import PublishError
from services.publisher.lines import Faults
from services.publisher.names import KEYLESS, Columns
from services.publisher.table import read_table
from tests.services.publisher.fakes import SOURCE

HEADER = "order_id,customer,created_at,value,note"
COLUMNS = Columns(
    mapped={"id": "order_id", "time": "created_at", "user_id": "customer"},
    constants={"type": "order_completed"},
    numbers=frozenset({"value"}),
)


def events(*rows: str, columns: Columns = COLUMNS) -> tuple[list[dict[str, Any]], Faults]:
    faults = Faults()
    messages = read_table([f"{row}\n" for row in (HEADER, *rows)], columns, SOURCE, faults)
    return [{"key": message.key, **json.loads(message.value, parse_float=str)} for message in messages], faults


def test_columns_become_what_they_are_mapped_to_and_else_properties_of_their_names() -> None:
    [event], faults = events('o1,c1,2027-03-28T14:30:00Z,11.770,"a, b"')
    assert event == {
        "key": b"c1",
        "event_id": "o1",
        "event": "order_completed",
        "ts": "2027-03-28T14:30:00Z",
        "user_id": "c1",
        "value": "11.770",
        "note": "a, b",
    }
    assert faults.count == 0


def test_text_stays_text_unless_declared_a_number() -> None:
    [event], _ = events("007,42,2027-03-28T14:30:00Z,5,12")
    assert (event["event_id"], event["user_id"], event["value"], event["note"]) == ("007", "42", 5, "12")


def test_an_empty_cell_is_no_value_so_that_a_guest_has_no_key() -> None:
    [event], _ = events("o1,,2027-03-28T14:30:00Z,,")
    assert event == {"key": None, "event_id": "o1", "event": "order_completed", "ts": "2027-03-28T14:30:00Z"}


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2027-03-28 01:59:00", "2027-03-28T01:59:00+01:00"),
        ("2027-03-28 03:00:00", "2027-03-28T03:00:00+02:00"),
        ("2027-10-31 02:30:00", "2027-10-31T02:30:00+02:00"),
        ("2027-03-28T03:00:00Z", "2027-03-28T03:00:00Z"),
    ],
)
def test_local_times_get_the_offset_of_their_day(local: str, moment: str) -> None:
    columns = Columns(mapped=COLUMNS.mapped, constants=COLUMNS.constants, zone=ZoneInfo("Europe/Amsterdam"))
    [event], _ = events(f"o1,c1,{local},,", columns=columns)
    assert event["ts"] == moment


def test_rows_that_are_no_events_are_left_out_and_named_by_line() -> None:
    found, faults = events(
        "o1,c1,2027-03-28T14:30:00,1,",
        "o2,c1,yesterday,1,",
        "o3,c1,2027-03-28T14:30:00Z,many,",
        "o4,c1,2027-03-28T14:30:00Z,nan,",
        ",c1,2027-03-28T14:30:00Z,1,",
        "o6,c1",
        "o7,c1,2027-03-28T14:30:00Z,1,\udcff",
        '"o8',
        ',c1",c1,2027-03-28T14:30:00Z,1,',
    )
    assert [event["event_id"] for event in found] == ["o8\n,c1"]
    assert faults.count == 7
    reasons = {bad.number: bad.reason for bad in faults.first}
    assert reasons == {
        2: "its time has no offset: say with --time-zone where it is from, as Europe/Amsterdam",
        3: "its time is not ISO 8601, as 2027-03-28T14:30:00+02:00",
        4: "value is no number, as 1000 and -12.50 are",
        5: "value is no number, as 1000 and -12.50 are",
        6: "an event needs an id and a type",
    }


@pytest.mark.parametrize(
    "cell", ["1_000", "1_000.5", '"1,000"', "1.000.000", "٣", "inf", "0x10", "1 000", "--1", ".", "e5"]
)
def test_what_only_a_programmer_would_call_a_number_is_none(cell: str) -> None:
    found, faults = events(f"o1,c1,2027-03-28T14:30:00Z,{cell},")
    assert (found, faults.count) == ([], 1)


@pytest.mark.parametrize(
    ("cell", "sent"), [(" 7 ", 7), ("-12.50", "-12.50"), ("+3", 3), (".5", "0.5"), ("1e3", "1E+3"), ("007", 7)]
)
def test_numbers_are_sent_as_exactly_as_they_are_written(cell: str, sent: object) -> None:
    [event], _ = events(f"o1,c1,2027-03-28T14:30:00Z,{cell},")
    assert event["value"] == sent


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (Columns(mapped={"id": "order"}), "the table has no column order; it has order_id, customer"),
        (Columns(), "nothing says what an event's id and type and time are: --map id=COLUMN or --set id=TEXT"),
    ],
)
def test_a_header_that_cannot_answer_is_refused_before_anything_is_sent(columns: Columns, text: str) -> None:
    with pytest.raises(PublishError, match=text):
        events("o1,c1,2027-03-28T14:30:00Z,1,", columns=columns)


@pytest.mark.parametrize(
    ("cell", "sent"),
    [("12,50", "12.50"), ("7", 7), ("-,5", "-0.5"), ("12.50", None), ("1.234,50", None)],
)
def test_columns_may_be_cut_by_another_sign_and_fractions_begin_with_a_comma(cell: str, sent: object) -> None:
    columns = msgspec.structs.replace(COLUMNS, delimiter=";", decimal=",")
    lines = [f"{HEADER}\n".replace(",", ";"), f"o1;c1;2027-03-28T14:30:00Z;{cell};a,b\n"]
    found = [json.loads(one.value, parse_float=str) for one in read_table(lines, columns, SOURCE, Faults())]
    assert [event["value"] for event in found] == ([] if sent is None else [sent])


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(PublishError, match="empty"):
        list(read_table([], COLUMNS, SOURCE, Faults()))


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("id;type;time", "one column, with a semicolon in it: --delimiter ';', if that"),
        ("id\ttype\ttime", "one column, with a tab in it: --delimiter tab, if that is what"),
        ("id,type,time,user_id,user_id", "two columns user_id: which of them is meant"),
        ('"id,type,time\n' + "x" * 200_000, "no header: field larger than field limit .*; is a quote not closed"),
        ("id,type,time,caf\udce9", "not UTF-8 text: its first line cannot be read"),
    ],
    ids=["semicolons", "tabs", "two alike", "an open quote", "latin-1"],
)
def test_a_first_line_that_is_no_header_is_told_what_is_amiss(header: str, text: str) -> None:
    with pytest.raises(PublishError, match=text):
        list(read_table([f"{header}\n"], Columns(), SOURCE, Faults()))


def test_blank_lines_before_the_header_are_passed_over_and_columns_without_a_name_may_be_several() -> None:
    lines = ["\n", ",,id,type,time\n", "0,x,e1,order,2027-03-28T14:30:00Z\n"]
    [message] = read_table(lines, Columns(allowed=frozenset({KEYLESS})), SOURCE, Faults())
    assert message.id == "e1"


def test_a_cell_that_is_no_utf_8_is_told_in_words() -> None:
    found, faults = events("o1,c1,2027-03-28T14:30:00Z,1,caf\udce9")
    assert (found, [bad.reason for bad in faults.first]) == ([], ["it is not UTF-8 text"])


@pytest.mark.parametrize("form", [FlatFormat(), CloudEventsFormat()])
def test_a_key_whose_name_has_a_dot_is_read_from_the_column_of_that_name(form: Format) -> None:
    source = msgspec.structs.replace(SOURCE, keyed_by="account.id", format=form)
    columns = Columns(mapped={"account.id": "customer"}, constants={"type": "order_completed"})
    lines = ["id,time,customer\n", "o1,2027-03-28T14:30:00Z,c1\n"]
    [message] = read_table(lines, columns, source, Faults())
    event = json.loads(message.value)
    assert (message.key, event.get("data", event)["account"]) == (b"c1", {"id": "c1"})


def test_a_row_that_kafka_does_not_take_is_named_by_its_line() -> None:
    cells = ",".join("x" * 100_000 for _ in range(11))
    header = "id,type,time,user_id," + ",".join(f"c{n}" for n in range(11))
    rows = [
        f"e1,order_completed,2027-03-28T14:30:00Z,u,{cells}",
        "e2,order_completed,2027-03-28T14:30:00Z,u" + "," * 11,
    ]
    faults = Faults()
    [message] = read_table([f"{row}\n" for row in (header, *rows)], Columns(), SOURCE, faults)
    assert message.id == "e2"
    assert [(bad.number, "larger than Kafka takes" in bad.reason) for bad in faults.first] == [(2, True)]
