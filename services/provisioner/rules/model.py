"""A Prometheus alert rule as a value, and its text."""

from typing import Literal

import msgspec
import yaml

from services.provisioner.addresses import Addresses

Severity = Literal["page", "ticket"]
Concern = Literal["metric", "pipeline"]
"""What an alert is about.  A pipeline that pages silences a falling metric: its value cannot be judged."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One alert.  Texts are Prometheus templates: ``$value``, ``$labels``."""

    alert: str
    expression: str
    severity: Severity
    concern: Concern
    summary: str
    description: str
    hold: str = "5m"
    keep: str = ""

    def as_yaml(self, addresses: Addresses) -> dict[str, object]:
        """As Prometheus reads it."""
        head: dict[str, object] = {"alert": self.alert, "expr": self.expression, "for": self.hold}
        if self.keep:
            head["keep_firing_for"] = self.keep
        return head | {
            "labels": {"severity": self.severity, "concern": self.concern},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": addresses.runbook(self.alert),
                "dashboard": addresses.board,
            },
        }


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that are judged together, in order."""

    name: str
    rules: tuple[Rule, ...]
    interval: str = "1m"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When something is worth a person's attention.

    A fall of a fifth, on at least 200 of what is counted: chance alone moves such a number by about 7 %.
    """

    drop: float = 0.2
    least_volume: int = 200
    stale_seconds: int = 900
    hold: str = "30m"
    keep: str = "30m"
    dead_letters_ticket: float = 0.01
    dead_letters_page: float = 0.1


class _Dumper(yaml.SafeDumper):
    """Writes an expression of several lines as a block, so that a person can read it."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(groups: tuple[Group, ...], addresses: Addresses) -> str:
    """A rule file; the same bytes for the same rules."""
    content = {
        "groups": [
            {"name": group.name, "interval": group.interval, "rules": [rule.as_yaml(addresses) for rule in group.rules]}
            for group in groups
        ]
    }
    written: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return "# Written by `nsm rules render`. Change the definition, not this file.\n" + written
