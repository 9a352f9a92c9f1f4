"""A lifecycle and a net retention are told from one calendar period to the next."""

from collections.abc import Iterator

from schemas.definition.draft import Draft
from schemas.definition.faults import Fault
from schemas.definition.model import Calendar, Lifecycle, NetRetention
from schemas.definition.operands import operands


def comparisons_have_periods(draft: Draft) -> Iterator[Fault]:
    """In every window that a metric is read in, also where one of them stands under it."""
    for name, part in _on_comparisons(draft).items():
        path = f"metrics.{name}"
        for window in draft.metrics[name].windows:
            if not isinstance(window, Calendar):
                yield Fault(
                    draft.at(f"{path}.window", path),
                    f"{part} compares a calendar period with the one before, so that it cannot be read over "
                    f"{window.label}; write {{calendar: month}}, or another period",
                )


def _on_comparisons(draft: Draft) -> dict[str, str]:
    """Each metric that stands on one, however deep, and on which part."""
    above: dict[str, list[str]] = {}
    for name, metric in draft.metrics.items():
        for operand in operands(metric.value):
            above.setdefault(operand, []).append(name)
    found: dict[str, str] = {}
    for part, measure in draft.measures.items():
        waiting = [part] if isinstance(measure, Lifecycle | NetRetention) else []
        while waiting:
            met = [name for name in above.get(waiting.pop(), ()) if name not in found]
            found |= dict.fromkeys(met, part)
            waiting += met
    return found
