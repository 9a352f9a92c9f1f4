"""What cannot be shown is told before it is declared."""

from schemas.advice.judging import judge
from schemas.advice.size import Size
from schemas.definition.loading import parse_placed
from tests.schemas.advice.sound import SOUND


def told(size: Size | None) -> list[str]:
    """Of the line of the dimensions."""
    line = SOUND.splitlines().index("dimensions:") + 1
    found = judge(parse_placed(SOUND), None, size).told
    assert all((one.rule.id, one.place.line) == ("too-many-series", line) for one in found)
    return [one.text for one in found]


def test_what_an_exporter_shows_is_no_matter() -> None:
    assert told(Size(series=50_000, shown=50_000, seconds=1, patience=5)) == []
    assert told(None) == []


def test_what_it_leaves_out_is_told_with_both_numbers() -> None:
    assert told(Size(series=50_001, shown=50_000, seconds=5, patience=5)) == [
        "up to 50,001 series, and an exporter shows 50,000: what is past that is on no board"
    ]


def test_what_it_cannot_work_out_in_time_is_told_with_the_time() -> None:
    (text,) = told(Size(series=900_000, shown=50_000, seconds=18, patience=5))
    assert text.endswith("; it works some 18 s on all of them, and shows nothing after 5 s")
