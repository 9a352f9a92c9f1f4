"""A company may decide against advice, and says why."""

import pytest

from schemas.advice.rule import DefinitionRule
from schemas.advice.rules import RULES
from schemas.definition.loading import parse
from schemas.errors import DefinitionError
from tests.schemas.advice.sound import changed, judged

LOUD = changed(
    ("guardrails: [{metric: order_value, min: 20}]\n", ""),
    ("base: 1, ", ""),
    ("scale-up", "start-up"),
    ("ratio: [repeat_orders, customers]", "ratio: [revenue, customers]"),
)


def silenced(*entries: str) -> str:
    return f"{LOUD}check: {{silence: [{', '.join(entries)}]}}\n"


def test_exactly_the_rule_that_is_named_falls_silent() -> None:
    heard = {one.rule.id for one in judged(LOUD).told}
    assert heard == {"no-guardrail", "open-target", "phase-and-metric", "revenue-as-north-star"}
    for rule in heard:
        judgement = judged(silenced(f"{{rule: {rule}, because: we know}}"))
        assert {one.rule.id for one in judgement.told} == heard - {rule}
        assert [(one.rule.id, one.because) for one in judgement.silenced] == [(rule, "we know")]


def test_advice_comes_by_line_of_the_file() -> None:
    lines = [one.place.line for one in judged(LOUD).told]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_a_rule_may_be_silenced_before_it_finds_anything_which_is_told_if_it_was_asked() -> None:
    line = len(changed().splitlines()) + 1
    for rule in RULES:
        judgement = judged(f"{changed()}check: {{silence: [{{rule: {rule.id}, because: we know}}]}}\n")
        assert (judgement.told, judgement.silenced) == ((), ())
        idle = [(rule.id, line)] if isinstance(rule, DefinitionRule) else []
        assert [(one.rule, one.place.line) for one in judgement.idle] == idle


def test_a_silence_that_something_falls_under_is_not_idle() -> None:
    judgement = judged(silenced("{rule: no-guardrail, because: x}", "{rule: moved-by-anything, because: y}"))
    assert [one.rule for one in judgement.idle] == ["moved-by-anything"]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{rule: no-guardrail}", 'lacks "because"'),
        ("{rule: no-guardrail, because: ''}", "because: is empty"),
        ("{rule: no-guardrail, because: '  '}", "because: is empty"),
        ("{rule: no-guardrail, because: }", "because: is empty"),
        ("{because: we know}", 'lacks "rule"'),
        ("{rule: no-gardrail, because: x}", 'there is no rule "no-gardrail"; did you mean "no-guardrail"?'),
        ("{rule: zzz, because: x}", 'there is no rule "zzz"; nsm check --rules lists them'),
        ("{rule: too-many-kpis, because: x}", '"too-many-kpis" is an error, which cannot be silenced'),
        ("no-guardrail", "must be a mapping"),
        ("{rule: open-target, because: x}, {rule: open-target, because: y}", 'names "open-target" twice'),
    ],
)
def test_a_silence_without_a_reason_or_of_no_rule_is_a_fault(entry: str, fault: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(silenced(entry))
    (line,) = caught.value.faults
    assert line.startswith(f"nsm.yaml:{len(LOUD.splitlines()) + 1}: check.silence")
    assert fault in line
