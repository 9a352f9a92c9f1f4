"""A store that fell back to an older moment, or lost all: counts and position are of one moment still."""

import pytest

from schemas.errors import Moved
from tests.contracts.states import State, commit


def test_counts_and_position_go_back_together_and_the_difference_is_folded_again(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        await session.apply(commit(10, records={"users": {"u": b"one"}}, ids={1: b"12345678"}))
        older = state.copied()
        await session.apply(commit(20, records={"users": {"u": b"two"}}, ids={1: b"abcdefgh"}))
        state.fall_back(older)
        assert await state.contents() == {2: {"7": 1}}
        with pytest.raises(Moved):
            await session.apply(commit(30))
        again, opened = await state.open()
        assert (opened.standing.position, opened.ids) == (10, {1: b"12345678"})
        assert await again.read({"users": ["u"]}) == {"users": {"u": b"one"}}
        await again.apply(commit(30, 2))
        assert await state.contents() == {2: {"7": 3}}

    state.run(test)


def test_an_idle_session_notices_that_the_state_went_back(state: State) -> None:
    async def test() -> None:
        session, _ = await state.open()
        older = state.copied()
        await session.apply(commit(10))
        await session.look()
        state.fall_back(older)
        with pytest.raises(Moved):
            await session.look()

    state.run(test)


def test_a_session_from_before_a_fall_back_is_refused_even_where_the_position_is_its_own_again(state: State) -> None:
    async def test() -> None:
        early, _ = await state.open()
        await early.apply(commit(10))
        older = state.copied()
        late, _ = await state.open()
        state.fall_back(older)
        with pytest.raises(Moved):
            await late.apply(commit(20))
        fresh, _ = await state.open()
        with pytest.raises(Moved):
            await early.apply(commit(20))
        await fresh.apply(commit(20))
        assert await state.contents() == {2: {"7": 2}}

    state.run(test)


def test_a_state_that_was_lost_whole_is_built_anew(state: State) -> None:
    async def test() -> None:
        empty = state.copied()
        session, _ = await state.open()
        await session.apply(commit(10))
        state.fall_back(empty)
        with pytest.raises(Moved):
            await session.apply(commit(20))
        again, opened = await state.open()
        assert opened.standing.position == 0
        await again.apply(commit(20, 2))
        assert await state.contents() == {2: {"7": 2}}

    state.run(test)
