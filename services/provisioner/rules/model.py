"""A Prometheus alert rule as a value, and its text."""

from typing import Final, Literal

import msgspec
import yaml

from services.provisioner.addresses import BOARD_UID, PIPELINE_UID, Addresses
from services.provisioner.expressions import span
from services.provisioner.rules.owners import NOBODY, Answers

Severity = Literal["page", "ticket"]
Concern = Literal["metric", "pipeline"]
"""What an alert is about.  A broken pipeline silences what compares values: they cannot be judged."""
BOARDS: Final[dict[Concern, str]] = {"metric": BOARD_UID, "pipeline": PIPELINE_UID}
"""Which board shows what an alert speaks of, unless it says another."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One alert.  Texts are Prometheus templates: ``$value``, ``$labels``.

    ``hold`` is how many seconds it must be wrong before somebody is told, ``keep`` how many it must be right again
    (None: as many).
    """

    alert: str
    expression: str
    severity: Severity
    concern: Concern
    summary: str
    description: str
    hold: int
    keep: int | None = None
    board: str = ""
    """The uid of another board than that of its concern."""
    answers: Answers = NOBODY
    """Who answers for it, and the company's own page, beside ours."""
    labels: dict[str, str] = {}
    """Those that tell it from others of its name, as its expression gives them, and those that it does not give."""
    compares: bool = False
    """It sets values beside each other: while the pipeline is broken it means nothing."""
    blinds: bool = False
    """While it fires, values cannot be judged."""

    def as_yaml(self, addresses: Addresses) -> dict[str, object]:
        """As Prometheus reads it."""
        head: dict[str, object] = {"alert": self.alert, "expr": self.expression, "for": span(self.hold)}
        keep = self.hold if self.keep is None else self.keep
        if keep:
            head["keep_firing_for"] = span(keep)
        owner, page = map(template_free, self.answers)
        return head | {
            "labels": {"severity": self.severity, "concern": self.concern, **_said(owner=owner), **self.labels},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": addresses.runbook(self.alert),
                **_said(own_runbook_url=page),
                "dashboard": addresses.board_of(self.board or BOARDS[self.concern]),
            },
        }


def all_of(*conditions: str) -> str:
    """An expression, a line each; those after the first begin with their ``and`` or ``unless``."""
    return "\n".join(conditions)


def _said(**labels: str) -> dict[str, str]:
    """Those that are not empty."""
    return {name: text for name, text in labels.items() if text}


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
