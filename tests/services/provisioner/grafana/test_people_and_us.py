"""Any order of applies, deaths, prunes and what people do in between: nothing of a person's is lost without force."""

import contextlib
import copy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.errors import GrafanaError
from services.provisioner.addresses import FOLDER_UID
from tests.grafana.provisioned import FEWER, apply, changed, planned, prune, steered, wanted
from tests.grafana.stand_in import StandIn

DEFINITIONS = [wanted(wishes=FEWER), wanted(changed(), FEWER), wanted(steered(initiatives=()), FEWER)]
TITLE = next(one.title for one in DEFINITIONS[0].things if one.key == ("board", "nsm"))
ONE_OF_THEM = st.sampled_from(range(len(DEFINITIONS)))


class PeopleAndUs(RuleBasedStateMachine):
    """``theirs`` holds what people made or changed, as they left it."""

    def __init__(self) -> None:
        super().__init__()
        self.theirs: dict[str, dict[str, Any]] = {}
        self.count = 0

    @initialize(later=st.booleans())
    def begin(self, *, later: bool) -> None:
        self.grafana = StandIn(later=later)

    @rule(which=ONE_OF_THEM)
    def we_apply(self, which: int) -> None:
        with contextlib.suppress(GrafanaError):
            apply(self.grafana.url, DEFINITIONS[which])

    @rule(which=ONE_OF_THEM, number=st.integers(1, 14), after=st.booleans())
    def it_dies_under_us(self, which: int, number: int, *, after: bool) -> None:
        self.grafana.die_at(number, after_work=after)
        with contextlib.suppress(GrafanaError):
            apply(self.grafana.url, DEFINITIONS[which])
        self.grafana.revive()

    @rule(which=ONE_OF_THEM)
    def we_prune(self, which: int) -> None:
        with contextlib.suppress(GrafanaError):
            prune(self.grafana.url, DEFINITIONS[which])

    @precondition(lambda self: self.grafana.dashboards.boards)
    @rule(chance=st.randoms(), keeps_tags=st.booleans())
    def somebody_edits_a_board(self, chance: Any, *, keeps_tags: bool) -> None:
        self.count += 1
        uid = chance.choice(sorted(self.grafana.dashboards.boards))
        board = self.grafana.dashboards.boards[uid]
        edited = board | {"refresh": f"{self.count}h", "version": board["version"] + 1}
        self.keep(uid, edited if keeps_tags else edited | {"tags": []})

    @precondition(lambda self: self.grafana.dashboards.boards)
    @rule(chance=st.randoms())
    def somebody_deletes_a_board(self, chance: Any) -> None:
        uid = chance.choice(sorted(self.grafana.dashboards.boards))
        del self.grafana.dashboards.boards[uid], self.grafana.dashboards.places[uid]
        self.theirs.pop(uid, None)

    @rule(ours=st.booleans())
    def somebody_makes_a_board_of_our_title_in_our_folder(self, *, ours: bool) -> None:
        """With ``ours`` also of our uid, where it is free."""
        self.count += 1
        uid = "nsm" if ours and "nsm" not in self.grafana.dashboards.boards else f"theirs-{self.count}"
        board = {"uid": uid, "id": 10_000 + self.count, "version": 1, "title": TITLE, "tags": ["nsm"]}
        self.keep(uid, board)

    @precondition(lambda self: FOLDER_UID in self.grafana.folders.folders)
    @rule()
    def somebody_closes_the_folder(self) -> None:
        self.grafana.folders.permissions[FOLDER_UID] = [{"teamId": 1, "permission": 1}]
        self.theirs["permissions"] = {"items": copy.deepcopy(self.grafana.folders.permissions[FOLDER_UID])}

    def keep(self, uid: str, board: dict[str, Any]) -> None:
        self.grafana.dashboards.boards[uid] = board
        self.grafana.dashboards.places.setdefault(uid, FOLDER_UID)
        self.theirs[uid] = copy.deepcopy(board)

    @invariant()
    def what_people_left_is_as_they_left_it(self) -> None:
        for uid, left in self.theirs.items():
            if uid == "permissions":
                assert self.grafana.folders.permissions[FOLDER_UID] == left["items"]
            else:
                assert self.grafana.dashboards.boards[uid] == left

    def teardown(self) -> None:
        """Once nobody's board is in the way, one apply ends it."""
        for uid in [uid for uid in self.theirs if uid != "permissions"]:
            del self.grafana.dashboards.boards[uid], self.grafana.dashboards.places[uid]
        assert apply(self.grafana.url, DEFINITIONS[0], force=True).whole
        assert planned(self.grafana.url, DEFINITIONS[0]).changes == ()
        self.grafana.end()


TestPeopleAndUs = PeopleAndUs.TestCase
TestPeopleAndUs.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
