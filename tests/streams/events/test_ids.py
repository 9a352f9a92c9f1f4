"""The window of ids remembers what it must, forgets what it may, and takes eight bytes an id."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.events.ids import IdWindow, hashed


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 30), max_size=12)), max_size=25), st.randoms())
def test_it_answers_as_a_set_of_recent_slots_would_also_from_what_was_stored(
    steps: list[tuple[int, list[int]]], rng: random.Random
) -> None:
    window, slot = IdWindow(40, {}), 0
    stored: dict[int, bytes] = {}
    model: dict[int, set[int]] = {}
    for later, numbers in steps:
        slot += later
        remembered = {n for old, ids in model.items() if old >= slot - 4 for n in ids}
        expected = []
        for number in numbers:
            expected.append(number not in remembered)
            remembered.add(number)
        new, blob = window.claim(hashed([f"id-{n}" for n in numbers]), slot)
        assert new.tolist() == expected
        assert len(blob) == 8 * sum(expected)
        model.setdefault(slot, set()).update(n for n, fresh in zip(numbers, expected, strict=True) if fresh)
        stored[slot] = stored.get(slot, b"") + blob
        for old in window.expire(slot):
            stored.pop(old, None)
        if rng.random() < 0.3:
            window = IdWindow(40, {s: b for s, b in stored.items() if b})
    assert len(window) <= 8 * 31


def test_hashes_are_the_same_in_every_process() -> None:
    assert hashed(["a", "é", ""]).tolist() == [16629034431890738719, 17839895020865391795, 3244421341483603138]
