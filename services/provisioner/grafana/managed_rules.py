"""Alert rules -> copies that Grafana judges itself: for a company that has no Alertmanager, or wants to see them there.

Prometheus's rules stay the source: they page when Grafana is down.  A rule there fires for every sample that its
expression has; here three parts say so: A is the expression, V its value, C whether there is any, a number or not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from services.provisioner.addresses import DATA_SOURCE_UID, Addresses
from services.provisioner.grafana.kinds.rule import comparable
from services.provisioner.grafana.marks import digest
from services.provisioner.grafana.model import Wanted
from services.provisioner.rules.model import Group, Rule

EXPRESSIONS: Final = "__expr__"
LOOK_BACK_S: Final = 600
LONGEST_UID: Final = 40
ELSEWHERE: Final = "The numbers stand on the board."
_QUERY: Final = re.compile(r'\{\{ with query "(?:[^"\\]|\\.)*" \}\}.*?\{\{ end \}\}', re.DOTALL)
_ASKED: Final = "\0"
_SENTENCE_END: Final = re.compile(r"(?<=\.) ")
_ACTION: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
"""Outside of it ``$value`` is a word of the definition."""
_VALUE: Final = re.compile(r"\$value\b")


def managed_rules(groups: Iterable[Group], addresses: Addresses) -> list[Wanted]:
    """One for each rule; those that share a name are numbered, so that a changed limit changes a rule in its place."""
    seen: Counter[str] = Counter()
    made = []
    for group in groups:
        for rule in group.rules:
            seen[rule.alert] += 1
            number = seen[rule.alert]
            made.append(_wanted(group.name, rule, addresses, rule.alert if number == 1 else f"{rule.alert} {number}"))
    return made


def _wanted(group: str, rule: Rule, addresses: Addresses, title: str) -> Wanted:
    said = rule.as_yaml(addresses)
    sent = {
        "title": title,
        "ruleGroup": group,
        "condition": "C",
        "data": _data(str(said["expr"])),
        "for": str(said["for"]),
        "keep_firing_for": str(said.get("keep_firing_for", "0s")),
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": {name: _text(text) for name, text in _texts(said["labels"])},
        "annotations": {name: _text(text) for name, text in _texts(said["annotations"])},
    }
    uid = _uid(title.replace(" ", "-"))
    return Wanted(kind="rule", identity=uid, title=title, content=comparable(sent), sent=sent)


def _texts(values: object) -> Iterator[tuple[str, str]]:
    if isinstance(values, dict):
        for name, text in values.items():
            yield str(name), str(text)


def _uid(name: str) -> str:
    """Grafana takes 40 characters; the rest of a longer name is told by its digest."""
    whole = f"nsm-{name}"
    return whole if len(whole) <= LONGEST_UID else f"{whole[: LONGEST_UID - 9]}-{digest(whole)[:8]}"


def _text(template: str) -> str:
    """Grafana's templates know the value by another name, and cannot ask for further ones: what would is left out."""
    sentences = _SENTENCE_END.split(_QUERY.sub(_ASKED, template))
    kept = [sentence for sentence in sentences if _ASKED not in sentence]
    said = " ".join(kept if len(kept) == len(sentences) else [*kept, ELSEWHERE])
    return _ACTION.sub(lambda found: _VALUE.sub("$values.V.Value", found[0]), said)


def _data(expression: str) -> list[dict[str, Any]]:
    query = {"refId": "A", "expr": expression, "instant": True, "range": False, "editorMode": "code"}
    return [
        _part("A", DATA_SOURCE_UID, query | {"intervalMs": 1000, "maxDataPoints": 43200}, LOOK_BACK_S),
        _part("V", EXPRESSIONS, {"refId": "V", "type": "reduce", "expression": "A", "reducer": "last"}),
        _part(
            "C",
            EXPRESSIONS,
            {"refId": "C", "type": "math", "expression": "is_number($V) || is_nan($V) || is_inf($V)"},
        ),
    ]


def _part(name: str, source: str, model: dict[str, Any], look_back: int = 0) -> dict[str, Any]:
    return {
        "refId": name,
        "queryType": "",
        "relativeTimeRange": {"from": look_back, "to": 0},
        "datasourceUid": source,
        "model": model,
    }
