"""A Prometheus alert rule as a value, and its text."""

from typing import Literal

import msgspec
import yaml

from services.provisioner.addresses import Addresses
from services.provisioner.expressions import span

Severity = Literal["page", "ticket"]
Concern = Literal["metric", "pipeline"]
"""What an alert is about.  A broken pipeline silences what compares values: they cannot be judged."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One alert.  Texts are Prometheus templates: ``$value``, ``$labels``.  ``hold`` and ``keep`` are seconds."""

    alert: str
    expression: str
    severity: Severity
    concern: Concern
    summary: str
    description: str
    hold: int
    keep: int = 0
    board: str
    """The uid of the board that shows what it speaks of."""
    owner: str = ""
    runbook: str = ""
    """The company's own page, beside ours."""
    labels: dict[str, str] = {}
    """Those that tell it from others of its name, as its expression gives them, and those that it does not give."""
    compares: bool = False
    """It sets values beside each other: while the pipeline is broken it means nothing."""
    blinds: bool = False
    """While it fires, values cannot be judged."""

    def as_yaml(self, addresses: Addresses) -> dict[str, object]:
        """As Prometheus reads it."""
        head: dict[str, object] = {"alert": self.alert, "expr": self.expression, "for": span(self.hold)}
        if self.keep:
            head["keep_firing_for"] = span(self.keep)
        owner = {"owner": template_free(self.owner)} if self.owner else {}
        own_page = {"own_runbook_url": template_free(self.runbook)} if self.runbook else {}
        return head | {
            "labels": {"severity": self.severity, "concern": self.concern, **owner, **self.labels},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": addresses.runbook(self.alert),
                **own_page,
                "dashboard": addresses.board_of(self.board),
            },
        }


def template_free(text: str) -> str:
    """Words of the definition, in which Prometheus shall find no template: ``{{`` stands for itself."""
    return text.replace("{{", '{{ "{{" }}')


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that are judged together, in order, every so many seconds."""

    name: str
    rules: tuple[Rule, ...]
    every: int


class _Dumper(yaml.SafeDumper):
    """Writes an expression of several lines as a block, so that a person can read it, and the same thing out twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 the base class asks with it
        """No ``&id001``: a person would look for it."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_text(content: object) -> str:
    """YAML of ours; the same bytes for the same content."""
    written: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return "# Written by `nsm rules render`. Change the definition, not this file.\n" + written


def to_yaml(groups: tuple[Group, ...], addresses: Addresses) -> str:
    """A rule file."""
    return as_text(
        {
            "groups": [
                {
                    "name": group.name,
                    "interval": span(group.every),
                    "rules": [rule.as_yaml(addresses) for rule in group.rules],
                }
                for group in groups
            ]
        }
    )
