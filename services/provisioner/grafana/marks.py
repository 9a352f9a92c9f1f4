"""The mark of ownership that is kept in what we provision, and what tells whether a person has changed it since.

A mark names whose it is (one company in one Grafana may not take another's), and the content that was written.  Where
the server counts versions, the one that our save made stands there too: a server may write content down otherwise than
it was sent, and that is no person's change.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

import msgspec

OWNED: Final = "nsm-provisioned"
"""The tag by which everything of ours is found."""

_OF, _CONTENT, _VERSION, _KEY = "nsm-of-", "nsm-content-", "nsm-version-", "nsm-key-"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """``owner`` and ``content`` are digests; ``version`` is 0 where the server counts none."""

    owner: str
    content: str
    version: int = 0


def owner_of(company: str) -> str:
    """The company as a mark names it: a tag may hold 50 characters, a company's name anything."""
    return _digest(company)[:8]


def digest(content: Any) -> str:
    """The same for the same JSON, however it is written: order of keys and 1.0 for 1 make no difference."""
    return _digest(json.dumps(_plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":")))[:16]


def tags_of(mark: Mark, key: str = "") -> list[str]:
    """As tags, which every version of Grafana keeps and searches; ``key`` is for what has no uid."""
    tags = [OWNED, f"{_OF}{mark.owner}", f"{_CONTENT}{mark.content}"]
    tags += [f"{_VERSION}{mark.version}"] if mark.version else []
    return tags + ([f"{_KEY}{key}"] if key else [])


def mark_in(tags: Iterable[str]) -> Mark | None:
    """None where any part is missing: what is half a mark is nobody's."""
    found = list(tags)
    owner, content, version = _after(_OF, found), _after(_CONTENT, found), _after(_VERSION, found)
    if OWNED not in found or not owner or not content:
        return None
    return Mark(owner=owner, content=content, version=int(version) if version.isdigit() else 0)


def key_in(tags: Iterable[str]) -> str:
    return _after(_KEY, list(tags))


def without_marks(tags: Iterable[str]) -> list[str]:
    """The tags that are content."""
    return [tag for tag in tags if tag != OWNED and not tag.startswith((_OF, _CONTENT, _VERSION, _KEY))]


def _after(prefix: str, tags: list[str]) -> str:
    found = [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]
    return found[0] if len(found) == 1 else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value
