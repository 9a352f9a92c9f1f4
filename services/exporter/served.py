"""Which version the exporter shows: the one that is served, exchanged in one step when another comes to be.

served key ──▶ the version's own definition ──▶ read beside what is shown ──▶ shown, once it stands nowhere behind
                                             or other targets in the same version

no key, or the version of its own file  the definition of the exporter's own file, as it stands there now
a definition that is not kept, or       what is shown already; at the start that of the own file
that this exporter reads otherwise
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping

from schemas.errors import in_words
from services.definition.kept import carried_by, going_on, plan_of
from services.exporter.bound import SERIES_LIMIT
from services.exporter.followed import NothingToShow
from services.exporter.freshness import Ends
from services.exporter.log_ends import LogEnds
from services.exporter.snapshots import Snapshots, Source
from services.exporter.version import Version, behind, shared_topics
from streams.plan import Carried, Plan
from streams.state.port import Partition
from streams.state.serving import Registry

log = logging.getLogger(__name__)

EVERY_S = 0.5
LOOK_S = 1.0
"""How often the key is asked for."""
ANSWER_S = 5.0
"""How long the store may take to name the version."""


class Served:
    """The version that is shown, and perhaps one that is to be; ``run`` keeps both fresh."""

    def __init__(
        self,
        own: Plan,
        registry: Registry,
        source: Source,
        now_ms: Callable[[], int],
        series_limit: int = SERIES_LIMIT,
    ) -> None:
        self._own, self._registry, self._now_ms, self._series_limit = own, registry, now_ms, series_limit
        self._ends = _EndsOfAll(source.ends)
        self._source = source._replace(ends=self._ends)
        self._shown = self._version(own)
        self._kept = _Kept(registry)
        self._wanted: Version | None = None
        self._known = False
        self._said = ""

    def current(self) -> Version:
        """What is shown now: whoever answers takes it once, and answers from it alone."""
        return self._shown

    def take_own(self, own: Plan) -> None:
        """The exporter's own file says this now."""
        self._own = own
        self._shown.notice = self._notice(self._shown.plan)

    async def run(self) -> None:
        """Until it is cancelled."""
        looked = -LOOK_S
        while True:
            if not self._known or time.monotonic() - looked >= LOOK_S:
                looked = time.monotonic()
                await self.look()
            await self.refresh()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Asks which version is served; a store that is away leaves all as it is."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._look()
        except self._source.faults as fault:
            away = "which version is served is not known"
            self._say(f"{away}: {type(fault).__name__}", f"{away}: {in_words(fault)}")

    async def refresh(self) -> None:
        """Reads what is to be shown, which may take its place, else what is shown; nothing before any look."""
        if not self._known:
            return
        if self._wanted is not None:
            await self._wanted.snapshots.refresh()
            if self._may_be_shown(self._wanted):
                self._show(self._wanted)
                return
        await self._shown.snapshots.refresh()

    async def _look(self) -> None:
        serving = await self._registry.serving(self._own.definition.company)
        served = serving.served or self._own.version
        plan = await self._kept.plan(served) if served != self._own.version else await self._kept.going_on(self._own)
        if plan is None and served != self._shown.plan.version:
            self._say(f"version {served} is served, but this exporter cannot read its definition")
        if plan is None or _alike(plan, self._shown.plan):
            self._want(None)
        elif self._wanted is None or not _alike(plan, self._wanted.plan):
            self._want(self._version(plan))
        if not self._known and self._wanted is not None:
            self._show(self._wanted)  # nothing was shown yet
        for one in filter(None, (self._shown, self._wanted)):
            one.beside(serving)
        self._known = True

    def _version(self, plan: Plan) -> Version:
        return Version(Snapshots(plan, self._source, self._now_ms), self._notice(plan), self._series_limit)

    def _notice(self, plan: Plan) -> str:
        if plan.version == self._own.version:
            return ""
        return f"version {plan.version} is served and shown; this exporter's own file is {self._own.version}"

    def _want(self, version: Version | None) -> None:
        if self._wanted is not None:
            self._forget_ends(self._wanted)
        self._wanted = version

    def _forget_ends(self, version: Version) -> None:
        """Unless what is shown has the same ends."""
        if version.plan.version != self._shown.plan.version:
            self._ends.forget(version.plan.version)

    def _may_be_shown(self, version: Version) -> bool:
        try:
            version.snapshots.shown()
        except NothingToShow as nothing:
            why = str(nothing)
        else:
            why = behind(self._shown.reached(), version.reached(), shared_topics(version.plan))
        if why:
            one, shown = version.plan.version, self._shown.plan.version
            waiting = f"version {one} is served, {shown} is shown until it may be"
            if one == shown:
                waiting = f"version {one} has another definition, which is shown once it may be"
            self._say(waiting, f"{waiting}: {why}")
        return not why

    def _show(self, version: Version) -> None:
        before, self._shown, self._wanted = self._shown, version, None
        self._forget_ends(before)
        self._say(version.notice or f"version {version.plan.version} is shown")

    def _say(self, what: str, words: str = "") -> None:
        """Once, not every second, whatever numbers are in the words."""
        if what != self._said:
            log.info("%s", words or what)
        self._said = what


def _alike(one: Plan, other: Plan) -> bool:
    """Nothing is counted otherwise, and nothing said otherwise."""
    return (one.version, one.definition, one.carried) == (other.version, other.definition, other.carried)


class _Kept:
    """Definitions as their own workers kept them, compiled when they change."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: tuple[tuple[str, bytes | None, Carried | None], Plan | None] = ("", None, None), None
        self._own: Plan | None = None

    async def plan(self, version: str) -> Plan | None:
        """None where it was not kept, or this release does not compile it to the same version."""
        kept = version, await self._registry.definition(version), await carried_by(self._registry, version)
        if self._known[0] != kept:
            definition, carried = kept[1:]
            self._known = kept, plan_of(definition, version, carried)
        return self._known[1]

    async def going_on(self, own: Plan) -> Plan:
        """The plan of a file, with what its version went on with."""
        if self._own is None or self._own.definition is not own.definition:
            self._own = own
        self._own = await going_on(self._registry, self._own)
        return self._own


class _EndsOfAll:
    """The ends of the logs of every version that is read."""

    def __init__(self, ends: LogEnds) -> None:
        self._ends = ends
        self._followed: dict[str, Collection[Partition]] = {}

    @property
    def known(self) -> Ends:
        return self._ends.known

    def follow(self, partitions: Collection[Partition]) -> None:
        """In place of what was followed of the same version."""
        self._set(self._followed | {one.version: partitions for one in partitions})

    def forget(self, version: str) -> None:
        self._set({one: partitions for one, partitions in self._followed.items() if one != version})

    def _set(self, followed: Mapping[str, Collection[Partition]]) -> None:
        self._followed = dict(followed)
        by_name = {(one.topic, one.number): one for partitions in followed.values() for one in partitions}
        self._ends.follow(list(by_name.values()))
