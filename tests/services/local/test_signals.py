"""Asked to end once, it leaves; asked again, it is leaving already."""

import os
import signal

import pytest

from services.local.signals import ASKED_TO_END, leaving_on_signals

LEAVES = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: SystemExit, signal.SIGHUP: SystemExit}


@pytest.mark.parametrize("first", ASKED_TO_END)
@pytest.mark.parametrize("second", ASKED_TO_END)
def test_what_is_done_on_the_way_out_is_not_cut_off(first: signal.Signals, second: signal.Signals) -> None:
    before = [signal.getsignal(number) for number in ASKED_TO_END]
    done: list[str] = []
    with pytest.raises(LEAVES[first]):
        _asked_twice(first, second, done)
    assert done == ["ended in order"]
    assert [signal.getsignal(number) for number in ASKED_TO_END] == before


def _asked_twice(first: signal.Signals, second: signal.Signals, done: list[str]) -> None:
    with leaving_on_signals():
        try:
            os.kill(os.getpid(), first)
        finally:
            os.kill(os.getpid(), second)
            done.append("ended in order")
