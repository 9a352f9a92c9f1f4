"""What a change would change, line by line."""

import difflib
import json
from typing import Any

from services.provisioner.grafana.model import Change

CONTEXT_LINES = 2


def difference(change: Change) -> str:
    """A unified difference from what is there to what is wanted; empty where they are the same."""
    there = _lines(change.found.content if change.found else None)
    wanted = _lines(change.wanted.content if change.wanted else None)
    named = f"{change.kind} {change.identity}"
    lines = difflib.unified_diff(there, wanted, f"{named} in Grafana", f"{named} wanted", lineterm="", n=CONTEXT_LINES)
    return "\n".join(lines)


def _lines(content: dict[str, Any] | None) -> list[str]:
    if content is None:
        return []
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    # what stands in another's board must not move the cursor of whoever reads it
    return ["".join(letter if letter.isprintable() else "?" for letter in line) for line in text.splitlines()]
