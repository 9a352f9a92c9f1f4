"""Definition -> alert rules, as values."""

from schemas.definition.model import Definition
from services.provisioner.metric_rules import metric_rules
from services.provisioner.pipeline_rules import pipeline_rules
from services.provisioner.rule_model import Group, Limits


def rule_groups(definition: Definition, limits: Limits | None = None) -> tuple[Group, ...]:
    """Pipeline first: where both speak, it explains the other."""
    chosen = limits or Limits()
    return (
        Group(name="nsm-pipeline", rules=pipeline_rules(definition, chosen)),
        Group(name="nsm-north-star", rules=metric_rules(definition, chosen)),
    )
