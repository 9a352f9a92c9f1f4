"""What should be and what is -> what to do.  Pure: no clock, no network.

                          no mark      another's mark     our mark, edited     our mark
    as wanted             adopt        blocked            mark anew            nothing
    otherwise             blocked      blocked            blocked              update
    not wanted any more   -            -                  blocked              delete (prune)

``force`` turns blocked into overwrite (delete), unless the thing is locked.  "Edited" is what a person changed since it
was written.  What is as wanted but bears no mark may be adopted: nothing of anybody's is lost.
"""

from collections.abc import Iterable

from services.provisioner.grafana.marks import digest
from services.provisioner.grafana.model import Change, Desired, Found, Key, Kind, Plan, Verb, Wanted

ORDER: tuple[Kind, ...] = ("folder", "permissions", "data source", "board", "annotation", "rule")
"""What later ones stand on comes first; after a death in the middle everything that is there is whole."""

MARKLESS: frozenset[Kind] = frozenset({"folder", "permissions"})
"""Grafana has no place in them for a mark."""


def plan(desired: Desired, found: Iterable[Found], *, force: bool = False) -> Plan:
    """The same plan for the same state, whatever order it was found in."""
    there: dict[Key, list[Found]] = {}
    for one in found:
        there.setdefault(one.key, []).append(one)
    first = {key: all_of_it[0] for key, all_of_it in there.items()}
    changes = [_change(one, first.get(one.key), desired.owner, force=force) for one in _sorted(desired.things)]
    wanted = {one.key for one in desired.things}
    rest = [one for key, all_of_it in there.items() if key not in wanted for one in all_of_it if not one.lasting]
    leftovers = [_leftover(one, force=force) for one in rest if _is_ours(one, desired)]
    doubles = [_double(one) for all_of_it in there.values() for one in all_of_it[1:] if _is_ours(one, desired)]
    needed = [one for one in changes if one is not None]
    return Plan(
        changes=(*needed, *_backwards(doubles)),
        leftovers=_backwards(leftovers),
        same=len(changes) - len(needed),
    )


def _backwards(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What stands on others goes before them."""
    return tuple(sorted(changes, key=lambda one: (-ORDER.index(one.kind), one.identity)))


def _sorted(things: Iterable[Wanted]) -> list[Wanted]:
    """By kind; within one as the definition has them."""
    return sorted(things, key=lambda one: ORDER.index(one.kind))


def _is_ours(one: Found, desired: Desired) -> bool:
    return (
        one.kind in desired.kinds | desired.where_allowed and one.mark is not None and one.mark.owner == desired.owner
    )


def _change(wanted: Wanted, found: Found | None, owner: str, *, force: bool) -> Change | None:
    """None where there is nothing to do."""
    if found is None:
        return _step(Verb.CREATE, wanted, None, "it is not there")
    alike = digest(found.content) == wanted.digest
    if found.locked:
        return None if alike else _step(Verb.BLOCKED, wanted, found, found.locked)
    if alike and (wanted.kind in MARKLESS or _marked(found, owner, wanted.digest)):
        return None
    why = _why_not(wanted, found, owner, alike=alike)
    if why:
        return _step(Verb.OVERWRITE if force else Verb.BLOCKED, wanted, found, why)
    if found.mark is not None and found.mark.content == wanted.digest and not found.edited:
        return None
    return _step(Verb.UPDATE, wanted, found, "its mark is missing or old" if alike else "the definition has changed it")


def _marked(found: Found, owner: str, content: str) -> bool:
    return found.mark is not None and found.mark.owner == owner and found.mark.content == content


def _why_not(wanted: Wanted, found: Found, owner: str, *, alike: bool) -> str:
    """Why it may not simply be written; empty where it may."""
    if found.mark is not None and found.mark.owner != owner:
        return "it was provisioned for another company"
    if alike or found.pristine:
        return ""
    if found.mark is None and wanted.kind in MARKLESS:
        return "somebody has changed it"
    if found.mark is None:
        return "somebody else made it, or took the mark off it"
    return "somebody has changed it since it was provisioned" if found.edited else ""


def _leftover(found: Found, *, force: bool) -> Change:
    """Deleted by prune alone."""
    verb, why = Verb.DELETE, "the definition no longer has it"
    if found.locked or (found.edited and not force):
        verb = Verb.BLOCKED
        why = found.locked or "the definition no longer has it, but somebody has changed it since it was provisioned"
    return Change(verb=verb, kind=found.kind, identity=found.identity, title=found.title, why=why, found=found)


def _double(found: Found) -> Change:
    """Of what has no uid of ours, a write that was taken for lost may have been done after all, and then again."""
    why = "there are two of it"
    return Change(verb=Verb.DELETE, kind=found.kind, identity=found.identity, title=found.title, why=why, found=found)


def _step(verb: Verb, wanted: Wanted, found: Found | None, why: str) -> Change:
    return Change(
        verb=verb, kind=wanted.kind, identity=wanted.identity, title=wanted.title, why=why, wanted=wanted, found=found
    )
