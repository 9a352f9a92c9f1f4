"""Definition -> alert rules, as values."""

from schemas.definition.model import Definition
from services.provisioner import expressions as promql
from services.provisioner.rules.absence import absent, steered_by
from services.provisioner.rules.drops import drop_rules
from services.provisioner.rules.impossible import impossible
from services.provisioner.rules.keys import key_rules
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.model import Group, Rule
from services.provisioner.rules.outcomes import outcome_rules
from services.provisioner.rules.pipeline import pipeline_rules
from services.provisioner.rules.series import series_left_out
from services.provisioner.rules.steering import steering_rules
from services.provisioner.rules.store import store_rules

SELDOM = 5
"""What moves from week to week need not be asked for as often."""


def rule_groups(definition: Definition, limits: Limits | None = None) -> tuple[Group, ...]:
    """Pipeline first: where both speak, it explains the other."""
    chosen = limits or Limits()
    often = chosen.evaluated_every_seconds
    pipeline = (
        *pipeline_rules(definition, chosen),
        *outcome_rules(chosen),
        *key_rules(chosen),
        *store_rules(chosen),
        series_left_out(chosen),
    )
    star = (
        *drop_rules(definition, chosen),
        absent(definition, promql.north_star(definition), chosen),
        impossible(definition, chosen),
    )
    vanished = (absent(definition, metric, chosen) for metric in steered_by(definition))
    steering = (*steering_rules(definition, chosen), *vanished)
    groups = (
        Group(name="nsm-pipeline", rules=pipeline, every=often),
        Group(name="nsm-north-star", rules=star, every=often),
        Group(name="nsm-steering", rules=steering, every=SELDOM * often),
    )
    return tuple(group for group in groups if group.rules)


def all_rules(definition: Definition, limits: Limits | None = None) -> tuple[Rule, ...]:
    """Those of every group, in order."""
    return tuple(rule for group in rule_groups(definition, limits) for rule in group.rules)
