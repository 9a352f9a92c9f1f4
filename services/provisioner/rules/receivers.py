"""Who is told, and by what: the company's own file, since addresses and keys are no part of a definition.

    receivers:
      page:                              # whoever's page
        webhook_configs: [{url_file: /run/secrets/on-call}]
      pipeline:                          # all of the pipeline
        slack_configs: [{channel: "#data", api_url_file: /run/secrets/slack}]
      Ada/ticket:                        # of one owner, one severity
        email_configs: [{to: ada@example.com}]
    global: {smtp_smarthost: "mail.example.com:587"}

The most exact name serves: ``WHO/SEVERITY``, ``WHO``, ``SEVERITY``, ``default``.  WHO is ``pipeline``, ``product``
(what nobody owns) or an owner that the definition names.  Where no name serves, the alert shows on Alertmanager's own
page and nowhere else.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
import yaml

from schemas.errors import CommandError, in_words
from services.provisioner.rules.model import Severity

PIPELINE: Final = "pipeline"
PRODUCT: Final = "product"
DEFAULT: Final = "default"
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
PASSED_ON: Final = ("global", "templates")


class Receivers(msgspec.Struct, frozen=True):
    """Name -> what Alertmanager calls a receiver, without its name; and what else of its settings the company gives."""

    named: Mapping[str, Mapping[str, Any]] = {}
    settings: Mapping[str, Any] = {}

    def of(self, who: str, severity: Severity) -> Mapping[str, Any]:
        """The most exact that there is; empty where none serves."""
        names = (f"{who}/{severity}", who, severity, DEFAULT)
        return next((self.named[name] for name in names if name in self.named), {})


def names_for(owners: tuple[str, ...]) -> list[str]:
    """Every name that can serve somebody."""
    who = (PIPELINE, PRODUCT, *owners)
    return [*(f"{one}/{severity}" for one in who for severity in SEVERITIES), *who, *SEVERITIES, DEFAULT]


def read_receivers(file: Path, owners: tuple[str, ...]) -> Receivers:
    """Raises CommandError for what cannot be read, and for a name that would serve nobody."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {in_words(error).lower()}") from error
    except RecursionError as error:
        raise CommandError(f"{file} is nested too deeply") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
    if content is None:
        return Receivers()
    if not isinstance(content, dict):
        raise CommandError(f"{file} must hold receivers, by name")
    _check_names(file, content, ("receivers", *PASSED_ON), "key")
    named = content.get("receivers") or {}
    if not isinstance(named, dict) or not all(isinstance(body, dict) or body is None for body in named.values()):
        raise CommandError(f"{file}: receivers must map each name to what Alertmanager calls a receiver, without name")
    _check_names(file, named, names_for(owners), "receiver")
    if nameless := [name for name, body in named.items() if "name" in (body or {})]:
        raise CommandError(f"{file}: receiver {nameless[0]!r} has a name of its own; leave it out")
    settings = {key: content[key] for key in PASSED_ON if key in content}
    return Receivers({name: body or {} for name, body in named.items()}, settings)


def _check_names(file: Path, given: Mapping[str, object], known: list[str] | tuple[str, ...], what: str) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise CommandError(f"{file}: no alert goes to the {what} {name!r}{hint}")
