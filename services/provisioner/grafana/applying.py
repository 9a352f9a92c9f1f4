"""From a plan to a Grafana that has it.

read ─▶ plan ─▶ step, step, step ... ─▶ done
  ▲                      │ no answer: nobody knows whether the step was done
  └──────── wait ◀───────┘

A step is one request.  Where Grafana dies in the middle, everything that is there is whole, and the next reading shows
what is left; so a second apply ends where an undisturbed one does.
"""

from collections.abc import Callable

import msgspec

from schemas.errors import GrafanaAway, GrafanaError, GrafanaMoved
from services.provisioner.grafana.gateway import Gateway
from services.provisioner.grafana.model import Change, Desired, Found, Plan
from services.provisioner.grafana.planning import plan

FIRST = frozenset({"folder", "permissions", "data source"})
"""Without these the rest has nothing to stand on, or is seen by whom it should not be."""


class Failed(msgspec.Struct, frozen=True):
    """A step that was refused, and the sentence why."""

    change: Change
    why: str


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, in order, and what was not; ``plan`` is the last one made."""

    plan: Plan
    done: tuple[Change, ...] = ()
    failed: tuple[Failed, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether Grafana now has all that is wanted."""
        return not self.failed and not any(one in self.plan.changes for one in self.plan.blocked)


class Applying:
    """``wait`` is called with how often it has been tried (from 1) before it is tried again."""

    def __init__(self, gateway: Gateway, wait: Callable[[int], None], attempts: int = 3) -> None:
        self._gateway = gateway
        self._wait = wait
        self._attempts = attempts

    def apply(self, desired: Desired, *, force: bool = False) -> Applied:
        """Raises GrafanaAway when it is away for all attempts, GrafanaDenied at once."""
        return self._run(desired, lambda found: plan(desired, found, force=force), lambda made: made.steps)

    def prune(self, desired: Desired, *, force: bool = False) -> Applied:
        """Deletes what is ours and no longer wanted, and touches nothing else."""

        def leftovers(made: Plan) -> tuple[Change, ...]:
            return tuple(one for one in made.leftovers if one not in made.blocked)

        return self._run(desired, lambda found: plan(desired, found, force=force), leftovers)

    def _run(
        self, desired: Desired, planned: Callable[[list[Found]], Plan], chosen: Callable[[Plan], tuple[Change, ...]]
    ) -> Applied:
        done: list[Change] = []
        attempt = 1
        while True:
            try:
                made = planned(self._gateway.observe(desired))
                failed = self._steps(chosen(made), desired.owner, done)
                return Applied(plan=made, done=tuple(done), failed=tuple(failed))
            except (GrafanaAway, GrafanaMoved) as error:
                if attempt >= self._attempts:
                    raise _with_what_was_done(error, len(done)) from error.__cause__
            self._wait(attempt)
            attempt += 1

    def _steps(self, changes: tuple[Change, ...], owner: str, done: list[Change]) -> list[Failed]:
        """Adds to ``done`` as it goes.  What is refused alone is left out; what all else stands on ends it."""
        failed = []
        for change in changes:
            try:
                self._gateway.do(change, owner)
            except (GrafanaAway, GrafanaMoved):
                raise
            except GrafanaError as error:
                if change.kind in FIRST:
                    raise _with_what_was_done(error, len(done)) from error.__cause__
                failed.append(Failed(change, str(error)))
            else:
                done.append(change)
        return failed


def _with_what_was_done(error: GrafanaError, done: int) -> GrafanaError:
    steps = "1 step was" if done == 1 else f"{done} steps were"
    return type(error)(f"{error}. {steps} done, each whole; run it again and it goes on from there", error.status)
