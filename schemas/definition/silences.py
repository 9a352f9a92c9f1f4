"""``check``: which advice the company has decided against, ``{silence: [{rule: open-target, because: "..."}]}``."""

from schemas.advice.rules import ERRORS, RULES
from schemas.definition.draft import Draft
from schemas.definition.faults import Faults, nearest, quoted
from schemas.definition.model import Silence
from schemas.definition.nodes import Node
from schemas.definition.reading import Fields, items, sentence, without_repeats, word


def read_silences(node: Node, draft: Draft, faults: Faults) -> None:
    """Each rule once, and each with its reason."""
    fields = Fields(node, faults, optional=("silence",))
    silence = fields.node("silence")
    if silence is None:
        return
    found = [_silence(item, faults) for item in items(silence, faults)]
    without_repeats(tuple(one.rule for one in found if one.rule), silence.place, faults)
    draft.silences = tuple(found)


def _silence(node: Node, faults: Faults) -> Silence:
    fields = Fields(node, faults, required=("rule", "because"))
    return Silence(fields.get_or("rule", _rule, ""), fields.get_or("because", sentence, ""))


def _rule(node: Node, faults: Faults) -> str | None:
    name = word(node, faults)
    known = [rule.id for rule in RULES]
    if name in {rule.id for rule in ERRORS}:
        faults.add(node.place, f"{quoted(name)} is an error, which cannot be silenced")
    elif name is not None and name not in known:
        hint = nearest(name, known) or "; nsm check --rules lists them"
        faults.add(node.place, f"there is no rule {quoted(name)}{hint}")
    return name
