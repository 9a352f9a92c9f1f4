"""Whatever workers and operators do, one version is served; none comes back by itself."""

from hypothesis import given
from hypothesis import strategies as st

from streams.state.serving import NOTHING, Serving, announced, dropped, rolled_back, taken_over

VERSIONS = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("announce"), VERSIONS, st.booleans()),
        st.tuples(st.just("take over"), VERSIONS, st.just(False)),
        st.tuples(st.just("roll back"), VERSIONS, st.just(False)),
        st.tuples(st.just("drop"), VERSIONS, st.just(False)),
    ),
    max_size=20,
)


def stepped(serving: Serving, step: tuple[str, str, bool], now_ms: int) -> Serving:
    match step:
        case "announce", version, anew:
            return announced(serving, version, now_ms, anew=anew)
        case "take over", version, _:
            return taken_over(serving, version, now_ms)
        case "roll back", _, _:
            return rolled_back(serving, now_ms)
        case _, version, _:
            return dropped(serving, version)


@given(STEPS)
def test_once_a_version_is_served_one_always_is_and_no_version_has_two_parts(
    steps: list[tuple[str, str, bool]],
) -> None:
    serving = NOTHING
    for number, step in enumerate(steps):
        before, serving = serving, stepped(serving, step, number)
        parts = [part for part in (serving.served, serving.before, serving.next) if part]
        assert len(parts) == len(set(parts))
        assert serving.served or not before.served
        if serving.served != before.served:
            assert serving.since_ms == number
            assert step[0] in ("announce", "take over", "roll back")
        else:
            assert serving.since_ms == before.since_ms


@given(STEPS, VERSIONS)
def test_every_step_done_twice_is_done_once_but_a_rollback(steps: list[tuple[str, str, bool]], version: str) -> None:
    serving = NOTHING
    for step in steps:
        serving = stepped(serving, step, 1)
    for step in (("announce", version, True), ("take over", version, False), ("drop", version, False)):
        once = stepped(serving, step, 2)
        assert stepped(once, step, 3) == once


def test_a_version_that_was_rolled_back_does_not_take_over_again() -> None:
    serving = announced(announced(NOTHING, "a", 1, anew=True), "b", 2, anew=True)
    assert serving == Serving(served="a", next="b", since_ms=1)
    serving = taken_over(serving, "b", 3)
    assert serving == Serving(served="b", before="a", since_ms=3)
    back = rolled_back(serving, 4)
    assert back == Serving(served="a", before="b", since_ms=4)
    for anew in (True, False):
        assert taken_over(announced(back, "b", 5, anew=anew), "b", 6) == back
    assert rolled_back(back, 7) == Serving(served="b", before="a", since_ms=7)


def test_a_worker_that_only_opens_again_does_not_push_another_next_one_aside() -> None:
    serving = Serving(served="a", next="b", since_ms=1)
    assert announced(serving, "c", 2, anew=False) == serving
    assert announced(serving, "c", 2, anew=True).next == "c"
