"""Published beside computed."""

from fractions import Fraction

import pytest
from rich.console import Console

from schemas.definition.loading import load
from services.demo.command import tell
from services.demo.figures import Compared, Figure, read_published
from services.demo.purchases import DEFINITION, FIGURES


def figure(value: str) -> Figure:
    return Figure("figure", "metric", "lifetime", "1998-06-30T23:59:59+00:00", value, "table")


@pytest.mark.parametrize(
    ("published", "computed", "equal"),
    [
        ("23570", Fraction(23570), True),
        ("23570", Fraction(23571), False),
        ("1.955409", Fraction(46089, 23570), True),
        ("1.955410", Fraction(46089, 23570), False),
        ("2500315.63", Fraction("2500315.63"), True),
        ("2500315.63", Fraction("2500315.64"), False),
        ("35.893648", Fraction(250031563, 6965900), True),
        ("1", None, False),
    ],
)
def test_figures_are_equal_to_the_last_published_decimal(
    published: str,
    computed: Fraction | None,
    equal: bool,  # noqa: FBT001
) -> None:
    assert Compared(figure(published), computed).equal is equal


def test_one_figure_that_differs_is_an_exit_code_of_1_and_a_no() -> None:
    right, wrong = Compared(figure("12"), Fraction(12)), Compared(figure("1.50"), Fraction(3, 4))
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        assert tell([right, right], console) == 0
        assert tell([right, wrong], console) == 1
    said = capture.get()
    assert "all 2 figures are equal" in said
    assert "1 of 2 figures differ" in said
    assert [line.split()[-3:] for line in said.splitlines() if line.endswith("NO")] == [["1.50", "0.75", "NO"]]


def test_every_published_figure_names_its_source_and_a_metric_that_there_is() -> None:
    published, definition = read_published(FIGURES), load(DEFINITION)
    assert len(published.figures) == 18
    for one in published.figures:
        assert one.source in published.sources
        assert one.window in [window.label for window in definition.metrics[one.metric].windows]
