"""Stopping a consumer ends no task of ours, unless that was told to end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from services.stopping import stop


class Consumer(NamedTuple):
    """Ends so."""

    stop: Callable[[], Awaitable[None]]


async def its_own_was_cancelled() -> None:
    raise asyncio.CancelledError


def test_that_a_task_of_its_own_was_cancelled_is_no_reason_to_end_ours() -> None:
    async def ours() -> str:
        await stop(Consumer(its_own_was_cancelled))
        return "went on"

    assert asyncio.run(ours()) == "went on"


def test_what_was_told_to_end_ends() -> None:
    async def story() -> None:
        begun = asyncio.Event()

        async def slowly() -> None:
            begun.set()
            await asyncio.Event().wait()

        ours = asyncio.create_task(stop(Consumer(slowly)))
        await begun.wait()
        ours.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ours

    asyncio.run(story())
