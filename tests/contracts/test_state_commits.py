"""What a commit promises: whole or not at all, from where the last one ended, exact up to the limit."""

from typing import Any

import pytest

from schemas.errors import Unfit
from streams.state.port import LIMIT
from tests.contracts.states import State, commit


def test_a_commit_goes_on_from_the_one_before_it_and_may_be_awaited_later(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        under_way = session.apply(commit(10, records={"users": {"u": b"one"}}))
        read = await session.read({"users": ["u"]})
        await under_way
        assert read == {"users": {"u": b"one"}}
        for position in (20, 30):
            await session.apply(commit(position))
        await session.look()
        assert await state.contents() == {2: {"7": 3}}

    state.run(test)


@pytest.mark.parametrize(
    "fault",
    [
        {"cells": {"orders": {1: {"5": 1}, 2: {"7": LIMIT - 5}}}},
        {"cells": {"orders": {1: {"5": 1}, 2: {"7": -(LIMIT - 5)}}}},
        {"cells": {"orders": {1: {"5": 1, "6": 10**30}}}},
        {"totals": {"counted": LIMIT}},
        {"ids": {1: b"12345678", 2: b"1234567"}},
    ],
)
def test_a_commit_that_cannot_be_carried_out_whole_changes_nothing(state: State, fault: dict[str, Any]) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, 5, records={"users": {"u": b"one"}}, ids={1: b"abcdefgh"}))
        before = state.copied()
        with pytest.raises(Unfit):
            await session.apply(commit(20, **{"records": {"users": {"u": b"two"}}, "expired": [1]} | fault))
        after = state.copied()
        assert repr(after) == repr(before)

    state.run(test)


@pytest.mark.parametrize("position", [9, 10, 2**53])
def test_a_position_that_does_not_advance_is_refused(state: State, position: int) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10))
        with pytest.raises(Unfit):
            await session.apply(commit(position))
        assert await state.contents() == {2: {"7": 1}}

    state.run(test)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("stored", "delta", "fits"),
    [
        (2**53 - 1, 1, True),
        (2**53, 1, True),
        (2**53 + 1, 2**53 + 1, True),
        (2**61 + 200, 2**61 - 201, True),
        (2**61 + 200, 2**61 - 200, False),
        (2**61 + 200, 2**61 - 150, False),
        (LIMIT - 2, 1, True),
        (LIMIT - 2, 2, False),
        (0, LIMIT - 1, True),
        (0, LIMIT, False),
        (0, 2**64, False),
    ],
)
def test_sums_are_exact_up_to_the_limit(state: State, stored: int, delta: int, sign: int, *, fits: bool) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, sign * stored))
        if fits:
            await session.apply(commit(20, sign * delta))
        else:
            with pytest.raises(Unfit):
                await session.apply(commit(20, sign * delta))
        assert await state.contents() == {2: {"7": sign * (stored + delta if fits else stored)}}

    state.run(test)
