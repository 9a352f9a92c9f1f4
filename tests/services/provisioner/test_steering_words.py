"""Steering, in sentences."""

from datetime import date

import msgspec
import pytest

from schemas.definition.loading import parse
from schemas.definition.steering import (
    Change,
    Expected,
    Guardrail,
    Hold,
    Initiative,
    KeyResult,
    Milestone,
    Reach,
    Target,
)
from services.provisioner import steering_words, words
from tests.schemas.definition.texts import STEERED

SINCE, BY = date(2026, 1, 1), date(2026, 12, 31)
WHOLE = Target(metric="m", target=2.4, base=1.5, since=SINCE, by=BY)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(metric="m"), "No target yet."),
        (Target(metric="m", target=2, better="lower"), "To 2; lower is better."),
        (Target(metric="m", target=2, by=BY), "To 2 by 2026-12-31; higher is better."),
        (Target(metric="m", target=2, base=1, by=BY), "From 1 to 2 by 2026-12-31; higher is better."),
        (WHOLE, "From 1.5 on 2026-01-01 evenly to 2.4 by 2026-12-31; higher is better."),
        (
            msgspec.structs.replace(
                WHOLE, path=(Milestone(by=SINCE, value=1.9), Milestone(by=BY, value=2.4)), owner="Ada"
            ),
            "From 1.5 on 2026-01-01: 1.9 by 2026-01-01, then 2.4 by 2026-12-31; higher is better. Answers for it: Ada.",
        ),
    ],
)
def test_a_target_is_told_with_its_way(target: Target, said: str) -> None:
    assert steering_words.target(target) == said


@pytest.mark.parametrize(
    ("guardrail", "said"),
    [
        (Guardrail(metric="m", min=0.5, max=3), "At least 0.5 and at most 3."),
        (Guardrail(metric="m", max=3, owner="Lin"), "At most 3. Answers for it: Lin."),
    ],
)
def test_a_guardrail_is_told_with_its_limits(guardrail: Guardrail, said: str) -> None:
    assert steering_words.guardrail(guardrail) == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            KeyResult(name="k", metric="new_users", aim=Change(15), base=1.2, since=SINCE, by=BY),
            "New users: +15 % against 1.2 on 2026-01-01, to 1.38, by 2026-12-31; higher is better.",
        ),
        (
            KeyResult(name="k", metric="new_users", aim=Reach(5), base=9, by=BY, better="lower", owner="Ada"),
            "New users: reach 5, from 9, by 2026-12-31; lower is better. Answers for it: Ada.",
        ),
        (
            KeyResult(name="k", metric="new_users", aim=Hold(5, 28)),
            "New users: reach 5 and then hold it for 28 days of complete periods; higher is better.",
        ),
    ],
)
def test_a_key_result_is_told_with_its_aim(result: KeyResult, said: str) -> None:
    assert steering_words.key_result(result) == said


def test_an_initiative_is_told_with_what_is_expected_of_it() -> None:
    plain = Initiative(name="A", start=SINCE, end=BY)
    assert steering_words.initiative(plain) == "2026-01-01 to 2026-12-31."
    for percent, said in ((None, "new users"), (-5.0, "new users by -5 %")):
        moving = msgspec.structs.replace(plain, expects=Expected(metric="new_users", percent=percent))
        assert steering_words.initiative(moving) == f"2026-01-01 to 2026-12-31, to move {said}."


def test_the_whole_definition_in_words_names_all_that_is_steered_by() -> None:
    text = words.as_markdown(parse(STEERED))
    for said in (
        "**Repeat orders per customer**, target: To 1.8 by 2027-06-30; higher is better. Answers for it: Board.",
        "**Hours per active**, guardrail: At least 0.5 and at most 3. Answers for it: Lin.",
        "**Shop** steers by orders. Answers for it: Shop.",
        "**Whoever bought once comes back** Answers for it: Ada.\n- Repeat orders per customer: +15 % against 1.2",
        "**New checkout**: 2026-03-01 to 2026-05-31, to move orders by +5 %. Answers for it: Ada.",
        "Days that are not like others: Christmas (2026-12-25), Black Friday (2026-11-27 to 2026-11-30)",
    ):
        assert said in text


def test_what_is_not_compared_and_what_may_not_be_late_is_told_as_that() -> None:
    for given, said in (
        ({}, "each id counts once within 1 hour, events may be 7 days late; later ones"),
        ({"dedupe: 1h": "dedupe: off"}, "ids are not compared, events may be 7 days late; later ones"),
        ({"lateness: 7d": "lateness: 0s"}, "each id counts once within 1 hour, none may be late; later ones"),
    ):
        text = STEERED
        for old, new in given.items():
            assert old in text
            text = text.replace(old, new)
        assert f"Events of product-events: {said}" in words.as_markdown(parse(text))
