"""A value at its limit or target itself is within it, as alerts and the terminal say."""

import pytest

from schemas.definition.steering import Better, Guardrail, Target
from services.provisioner.colours import BAD, GOOD, PLAIN, WATCH, Steps, beyond, toward, within


def colour(steps: Steps, value: float) -> str:
    """As Grafana chooses it: the last step that begins at the value or below it."""
    return [step.color for step in steps if step.value is None or step.value <= value][-1]


@pytest.mark.parametrize(
    ("better", "target", "colours"),
    [
        ("higher", 10.0, {8.9: BAD, 9.0: WATCH, 9.9: WATCH, 10.0: GOOD, 99.0: GOOD}),
        ("lower", 10.0, {9.0: GOOD, 10.0: GOOD, 10.1: WATCH, 11.0: WATCH, 11.1: BAD}),
        ("higher", 0.0, {-0.1: BAD, 0.0: GOOD, 1.0: GOOD}),
        ("lower", 0.0, {-1.0: GOOD, 0.0: GOOD, 0.001: BAD}),
        ("higher", -5.0, {-5.6: BAD, -5.5: WATCH, -5.0: GOOD, 0.0: GOOD}),
        ("lower", -5.0, {-6.0: GOOD, -5.0: GOOD, -4.9: WATCH, -4.5: WATCH, -4.4: BAD}),
    ],
)
def test_a_target_is_reached_at_the_target(better: Better, target: float, colours: dict[float, str]) -> None:
    steps = toward(Target(metric="m", target=target, better=better), target)
    assert {value: colour(steps, value) for value in colours} == colours


def test_a_guardrail_is_broken_past_its_limit_only() -> None:
    steps = within(Guardrail(metric="m", min=0, max=0))
    assert [colour(steps, value) for value in (-1, 0, 0.001)] == [BAD, GOOD, BAD]
    steps = within(Guardrail(metric="m", max=0.03))
    assert [colour(steps, value) for value in (-1, 0.03, 0.031)] == [GOOD, GOOD, BAD]


def test_a_key_result_is_reached_at_its_target() -> None:
    assert [colour(beyond("lower", 0.0), value) for value in (-1, 0, 1)] == [GOOD, GOOD, PLAIN]
    assert [colour(beyond("higher", 0.0), value) for value in (-1, 0, 1)] == [PLAIN, GOOD, GOOD]
