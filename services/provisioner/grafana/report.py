"""A plan and what became of it, in sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.provisioner.grafana.applying import Applied
from services.provisioner.grafana.difference import difference
from services.provisioner.grafana.model import Change, Plan, Verb

DONE = {Verb.CREATE: "created", Verb.UPDATE: "updated", Verb.OVERWRITE: "overwritten", Verb.DELETE: "deleted"}


def planned(plan: Plan) -> Iterator[str]:
    """One line for each thing that is not as it should be, then the sum."""
    for change in plan.changes:
        yield _line(str(change.verb), change)
    for change in plan.leftovers:
        yield _line("left over", change)
    yield from _blocked(plan.changes)
    yield _sum(plan)


def differences(changes: Iterable[Change]) -> Iterator[str]:
    """What each would change, line by line."""
    for change in changes:
        yield _line(str(change.verb), change)
        yield difference(change)


def applied(result: Applied) -> Iterator[str]:
    """What was done, what was not, and why."""
    for change in result.done:
        yield _done(change)
    for failed in result.failed:
        yield f"not done    {failed.why}"
    blocked = [one for one in result.plan.changes if one.verb is Verb.BLOCKED]
    yield from differences(blocked)
    yield from _blocked(blocked)
    if not result.done and result.whole:
        yield f"nothing to do: {_things(result.plan.same)} as the definition has it"
    if result.plan.leftovers:
        yield f"{_things(len(result.plan.leftovers))} left over from earlier; nsm grafana prune deletes what is ours"


def pruned(result: Applied) -> Iterator[str]:
    for change in result.done:
        yield _done(change)
    for failed in result.failed:
        yield f"not done    {failed.why}"
    blocked = [one for one in result.plan.leftovers if one.verb is Verb.BLOCKED]
    for change in blocked:
        yield _line("left alone", change)
    if blocked:
        yield "what somebody changed is deleted with --force only"
    elif not result.done and not result.failed:
        yield "nothing to delete: there is nothing of ours that the definition no longer has"


def named(change: Change) -> str:
    """Kind, uid and title; an annotation has no uid that a person knows."""
    if change.kind == "annotation":
        return f"annotation {change.title}"
    title = "" if change.title in change.identity else f" ({change.title})"
    return f"{change.kind} {change.identity}{title}"


def _line(word: str, change: Change) -> str:
    return f"{word:<11} {named(change)}: {change.why}"


def _done(change: Change) -> str:
    why = "" if change.verb is Verb.CREATE else f": {change.why}"
    return f"{DONE[change.verb]:<11} {named(change)}{why}"


def _blocked(changes: Iterable[Change]) -> Iterator[str]:
    held = [one for one in changes if one.verb is Verb.BLOCKED]
    if any(one.found is not None and one.found.locked for one in held):
        yield "what comes from a file stays as it is: keep either the files or the API on one Grafana, never both"
    if any(one.found is None or not one.found.locked for one in held):
        yield "what somebody else made or changed stays as it is: take it into the definition, or apply with --force"


def _sum(plan: Plan) -> str:
    counts = Counter(one.verb for one in plan.changes)
    said = [
        f"{counts[verb]} to {verb}" for verb in (Verb.CREATE, Verb.UPDATE, Verb.OVERWRITE, Verb.DELETE) if counts[verb]
    ]
    said += [f"{counts[Verb.BLOCKED]} blocked"] if counts[Verb.BLOCKED] else []
    said += [f"{len(plan.leftovers)} left over"] if plan.leftovers else []
    return ", ".join([*said, f"{plan.same} as wanted"])


def _things(count: int) -> str:
    return "1 thing is" if count == 1 else f"{count} things are"
