"""Times: the column and the single reading give the same integers, and those of the standard library."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.timestamps import LATEST, _column, instant, parsed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 12, 30))  # noqa: DTZ001  # zones follow
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def floor_ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T00:00:00Z", 1772323200000),
        ("2026-03-01t00:00:00z", 1772323200000),
        ("2026-03-01 00:00:00Z", 1772323200000),
        ("2026-03-01T05:45:00+05:45", 1772323200000),
        ("2026-03-01T05:45:00+0545", 1772323200000),
        ("2026-02-28T19:00-05:00", 1772323200000),
        ("2026-03-01T00:00:00.1Z", 1772323200100),
        ("2026-03-01T00:00:00,25Z", 1772323200250),
        ("2026-03-01T00:00:00.999999999Z", 1772323200999),
        ("2026-03-01T00:00:00.0019+00:00", 1772323200001),
        ("2026-03-01T00:00:00-00:00", 1772323200000),
        ("1970-01-01T00:00:00Z", 0),
        ("2024-02-29T00:00:00Z", 1709164800000),
        ("9999-12-31T23:59:59.999Z", LATEST),
        (1772323200000, 1772323200000),
        (0, 0),
    ],
)
def test_a_time_with_an_offset_is_whole_milliseconds_rounded_down(text: str | int, expected: int) -> None:
    assert instant(text) == expected
    assert parsed([text])[0].tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-03-01",
        "2026-03-01T00:00:00",  # whose midnight?
        "2026-03-01T00:00:00.000",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-03-00T00:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T00:60:00Z",
        "2026-06-30T23:59:60Z",
        "2026-03-01T00:00:00+24:00",
        "2026-03-01T00:00:00+01:60",
        "2026-03-01T00:00:00.Z",
        "2026-03-01T00:00:00.1234567890Z",
        "10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "+2026-03-01T00:00:00Z",
        "2026-W10-1T00:00:00Z",
        "20260301T000000Z",
        "2026-03-01T00:00:00Z ",
        "2026-03-01T00:00:00Z\n",
        "٢٠٢٦-03-01T00:00:00Z",  # digits, but not those of ISO 8601
        "9999-12-31T23:59:59-01:00",
        LATEST + 1,
        10**30,
    ],
)
def test_what_is_no_moment_is_a_bad_time_alone_and_in_a_column(text: str | int) -> None:
    wrong = instant(text)
    assert isinstance(wrong, tuple)
    assert wrong[0] == "bad_time"
    assert parsed([text])[1] == {0: wrong}
    assert parsed(["2026-03-01T00:00:00Z", text, 5])[1] == {1: wrong}


@pytest.mark.parametrize("text", ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00+00:01", "0001-01-01T00:00:00Z", -1])
def test_before_1970_is_absurd(text: str | int) -> None:
    wrong = instant(text)
    assert isinstance(wrong, tuple)
    assert wrong[0] == "absurd_time"
    assert parsed([text])[1] == {0: wrong}


@given(MOMENTS, OFFSETS, st.sampled_from(["auto", "seconds", "milliseconds", "microseconds"]))
def test_a_single_time_is_what_the_standard_library_says(moment: datetime, offset: timezone, spec: str) -> None:
    text = moment.replace(tzinfo=offset).isoformat(timespec=spec)
    assert instant(text) == floor_ms(datetime.fromisoformat(text))


@given(st.lists(MOMENTS, min_size=1), st.sampled_from(["seconds", "milliseconds", "microseconds"]), st.booleans())
def test_a_column_of_one_form_is_read_at_once_and_alike(moments: list[datetime], spec: str, z: bool) -> None:  # noqa: FBT001
    texts = [moment.isoformat(timespec=spec) + ("Z" if z else "+00:00") for moment in moments]
    column = _column(texts)
    assert column is not None
    assert column.tolist() == [instant(text) for text in texts]


GOOD = "2026-03-01T00:00:00.000Z"


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"), st.integers(0, 2))
def test_one_changed_character_is_judged_in_a_column_as_alone(at: int, character: str, place: int) -> None:
    texts: list[str | int] = [GOOD] * 3
    changed = GOOD[:at] + character + GOOD[at + 1 :]
    texts[place] = changed
    times, wrong = parsed(texts)
    expected = instant(changed)
    assert (wrong.get(place) or times[place]) == expected
    assert set(wrong) <= {place}


def test_lengths_that_only_add_up_do_not_pass_as_a_column() -> None:
    assert _column([GOOD, GOOD + GOOD[:1], GOOD[1:]]) is None
    assert _column([GOOD, GOOD + GOOD, ""]) is None
