"""What a company steers by, on the board: of a definition that says all there is to say."""

import msgspec
import pytest

from schemas.definition import steering
from services.board.drawn.marks import bar, course
from services.board.making import ELSEWHERE
from services.board.view import Kpi
from tests.services.board.steered import ago, of_all, row, show, steered
from tests.services.board.watching import company


def test_the_north_star_is_held_against_its_path() -> None:
    view, said = show(80)
    aim = view.star.aim
    assert aim is not None
    assert (aim.value, aim.path, aim.place, aim.progress, aim.course) == (5, 4, 0.5, 5 / 8, "ahead")
    assert f"target 8 by {ago(-50)} from 0" in said
    assert "█" * 16 + "│" + "█" * 3 + "░" * 12 + " 62.5% of the way, not reached" in said
    assert "» ahead  │ today's path 4" in said
    assert "m_orders  7d  Board" in said


@pytest.mark.parametrize(
    ("target", "words"), [(8, "» ahead"), (10, "= on course"), (12, "! behind")], ids=["ahead", "on course", "behind"]
)
def test_each_course_has_a_sign_and_a_word(target: int, words: str) -> None:
    star = msgspec.structs.replace(steered().north_star, target=target)
    _, said = show(80, of=msgspec.structs.replace(steered(), north_star=star))
    assert f"{words}  │ today's path {target // 2}" in said


def test_colour_ends_where_the_sign_ends() -> None:
    aim = of_all().star.aim
    assert aim is not None
    text = bar(aim, 32).append(" words").append_text(course(aim)).append(" words")
    assert not text.style
    coloured = {at for span in text.spans for at in range(span.start, span.end)}
    assert coloured == set(range(32)) | set(range(38, 38 + len("» ahead")))


def test_without_a_path_that_is_said() -> None:
    star = msgspec.structs.replace(steered().north_star, since=None)
    view, said = show(80, of=msgspec.structs.replace(steered(), north_star=star))
    assert view.star.aim is not None
    assert view.star.aim.course is None
    assert "no path: nothing says where it should be by now" in said
    assert "│" not in said.split("inputs ─")[0]


def test_key_results_are_bars_with_a_stroke_where_their_path_is() -> None:
    view, said = show(120)
    (objective,) = view.objectives
    reach, hold, change = (one.aim for one in objective.key_results)
    assert (reach.progress, reach.place, reach.course) == (0.25, 0.5, "behind")
    assert (change.progress, change.place, change.course) == (1, 0.5, "ahead")
    assert hold.place == (1 + 10 / 20) / 2  # reached long ago, half of the days to hold it are over
    assert "They come back  Olga" in said
    line = row(said, "twice the orders")
    assert "5  of 20" in line
    assert "█████░░░░░│░░░░░░░░░" in line or "██░░░│░░░░" in line
    assert "25.0%  ! behind" in line
    assert "held 2 of 20 days" in row(said, "three a week")
    assert "100.0%  » ahead" in row(said, "more customers")


def test_owners_are_told_but_an_objectives_once() -> None:
    view, said = show(200)
    assert [one.owner for one in view.objectives[0].key_results] == ["Olga", "Olga", "Ida"]
    assert said.count("Olga") == 1
    assert row(said, "more customers").rstrip().endswith("Ida")
    assert {kpi.line.owner for kpi in view.inputs} == {""}
    assert {one.name: one.owner for one in view.departments} == {"sales": "Sam", "care": "", ELSEWHERE: ""}


def test_guardrails_tell_the_room_that_is_left() -> None:
    rails = (
        steering.Guardrail(metric="m_customers", min=4, max=10, owner="Gus"),
        steering.Guardrail(metric="m_revenue", max=0),
    )
    view, said = show(120, of=msgspec.structs.replace(steered(), guardrails=rails))
    assert [one.broken for one in view.guardrails] == [False, True]
    rows = said.split("guardrails ─")[1].split("key results ─")[0]
    assert "min 4 max 10  kept, 25% left" in row(rows, "m_customers")
    assert "Gus" in row(rows, "m_customers")
    assert "! broken by 52.50" in row(rows, "m_revenue")  # of a limit of 0 no part can be told


def test_departments_show_their_kpis_and_targets_of_nobody_stand_below() -> None:
    view, said = show(120)

    def metrics(kpis: tuple[Kpi, ...]) -> list[str]:
        return [kpi.line.metric for kpi in kpis]

    assert [(one.name, metrics(one.kpis)) for one in view.departments] == [
        ("sales", ["m_orders"]),
        ("care", ["m_customers", "repeats_per_customer"]),
        (ELSEWHERE, ["m_revenue"]),
    ]
    assert "» ahead" in row(said, "sales")
    assert "100" in row(said, ELSEWHERE)


def test_initiatives_that_run_and_todays_days_are_told() -> None:
    view, said = show(120)
    assert [one.name for one in view.initiatives] == ["Letters"]
    assert f"{ago(3)} to {ago(-3)}  for m_orders +10%  Lea" in row(said, "Letters")
    assert "today: Founders' day, Spring sale" in said
    assert "Past" not in said


def test_a_definition_that_steers_by_nothing_has_no_empty_parts() -> None:
    bare = company(target=None, base=None, inputs=())
    bare = msgspec.structs.replace(bare, guardrails=())
    _, said = show(80, of=bare)
    assert "no target" in said
    for title in ("inputs", "guardrails", "key results", "departments", "initiatives", "alerts"):
        assert f"{title} ─" not in said
