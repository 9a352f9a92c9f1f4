"""The mark of ownership as tags."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provisioner.grafana.marks import OWNED, Mark, key_in, mark_in, owner_of, tags_of, without_marks

MARK = Mark(owner=owner_of("Versvork"), content="0123456789abcdef", version=12)
TEXTS = st.text(st.characters(categories=["L", "N"]), min_size=1)


@given(st.lists(TEXTS), st.integers(0, 10**9), st.randoms())
def test_a_mark_is_found_among_other_tags_in_any_order(others: list[str], version: int, chance: Any) -> None:
    mark = Mark(owner=MARK.owner, content=MARK.content, version=version)
    tags = [*others, *tags_of(mark, "abc")]
    chance.shuffle(tags)
    assert mark_in(tags) == mark
    assert key_in(tags) == "abc"
    assert sorted(without_marks(tags)) == sorted(others)


def test_a_tag_fits_into_grafanas_fifty_characters() -> None:
    assert max(map(len, tags_of(MARK, "f" * 16))) <= 50


@pytest.mark.parametrize("missing", range(3))
def test_half_a_mark_is_nobodys(missing: int) -> None:
    tags = tags_of(MARK)
    del tags[missing]
    assert mark_in(tags) is None


def test_two_marks_are_nobodys() -> None:
    assert mark_in([*tags_of(MARK), "nsm-content-ffff"]) is None


def test_a_version_that_is_no_number_is_none() -> None:
    tags = [tag for tag in tags_of(MARK) if "version" not in tag]
    found = mark_in([*tags, "nsm-version-x"])
    assert found is not None
    assert found.version == 0


def test_the_tag_of_a_persons_own_is_no_mark() -> None:
    assert mark_in(["nsm", OWNED]) is None
    assert without_marks(["nsm", OWNED]) == ["nsm"]
