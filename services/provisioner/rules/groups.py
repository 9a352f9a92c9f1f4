"""Definition -> alert rules, as values."""

from schemas.definition.model import Definition
from services.provisioner.rules.metric import metric_rules
from services.provisioner.rules.model import Group, Limits
from services.provisioner.rules.pipeline import pipeline_rules


def rule_groups(definition: Definition, limits: Limits | None = None) -> tuple[Group, ...]:
    """Pipeline first: where both speak, it explains the other."""
    chosen = limits or Limits()
    return (
        Group(name="nsm-pipeline", rules=pipeline_rules(definition, chosen)),
        Group(name="nsm-north-star", rules=metric_rules(definition, chosen)),
    )
