"""What a session makes of the records of its partition: events of a source to be judged, or what a stage was sent.

source    decode ─▶ admit ─▶ work ─▶ commit                     and, where measures are re-keyed, messages to stages
stage     decode messages ─▶ skip what is there ─▶ work ─▶ commit
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from schemas.names import miskeyed_total
from streams.effect import Effect
from streams.events.admission import Admission, Admitted
from streams.events.decoding import Decoder
from streams.events.keying import Keying
from streams.events.raws import Raws
from streams.fold import Records, Work, commit_of
from streams.plan import Plan
from streams.rekeying.arriving import Arriving
from streams.rekeying.messages import Letters, Origin, decoded, offsets_of
from streams.rekeying.routing import Router
from streams.rekeying.rows import SentRows
from streams.restating.restated import Restating, RestatingWork
from streams.state.port import Commit, Opened, Standing

BYTES_A_COMMIT = 512 * 1024
"""Of messages: some twenty thousand rows."""


class Outgoing(NamedTuple):
    """What is to be sent to one partition of an internal topic, each acknowledged before the next."""

    topic: str
    partition: int
    messages: Sequence[bytes]


class Worked(NamedTuple):
    """A batch ready to be folded, and what is to be acknowledged before its commit."""

    admitted: Admitted
    work: Work | RestatingWork
    outgoing: Sequence[Outgoing] = ()
    told: Mapping[str, int] = MappingProxyType({})


class Intake(Protocol):
    """Of one partition, for one session."""

    def prepare(self, raws: Raws, standing: Standing, following: int) -> Worked:
        """The batch that begins where ``standing`` says, up to offset ``following``."""

    def commit(self, worked: Worked, effect: Effect, records: Records) -> Commit:
        """Everything that the batch comes to."""

    def several(self, raws: Raws, begin: int, about: int, /) -> int:
        """Where a commit of about so many records that begins there is to end."""


class SourceIntake:
    """Judges events, and sends those of re-keyed measures on."""

    def __init__(self, plan: Plan, origin: Origin, opened: Opened) -> None:
        source = plan.sources[origin.topic]
        self._restating = Restating(plan, source, counts=True)
        self._decoder, self._admission = Decoder(source.needs), Admission(source.source, opened.ids)
        self._keying = Keying(source)
        routers = [(stage.topic, Router(stage, self._decoder)) for stage in source.stages]
        self._stages = [(topic, router, Letters(router, origin)) for topic, router in routers]

    def prepare(self, raws: Raws, standing: Standing, following: int) -> Worked:
        """Decodes, judges and chooses."""
        admitted = self._admission.admit(raws, self._decoder.decode(raws), standing, following)
        work = self._restating.work(admitted, self._decoder)
        miskeyed = self._keying.miskeyed(Raws.of(raws), admitted, work.selections)
        told = {miskeyed_total(kind): number for kind, number in miskeyed.items() if number}
        if not self._stages:
            return Worked(admitted, work, told=told)
        late, outgoing = work.late if isinstance(work, RestatingWork) else None, list[Outgoing]()
        offsets = offsets_of(admitted, [raw.offset for raw in raws])
        for topic, router, letters in self._stages:
            routed = router.route(admitted.batch, work.selections)
            told |= routed.unused
            outgoing += [
                Outgoing(topic, to[0], list(letters.of(admitted, offsets, standing, to, late)))
                for to in enumerate(routed.places)
            ]
        return Worked(admitted, work, outgoing, told)

    def commit(self, worked: Worked, effect: Effect, records: Records) -> Commit:
        """With keys that are not as declared, and what re-keyed measures had to leave out, which is counted here."""
        commit = commit_of(worked.admitted, effect, records)
        return msgspec.structs.replace(commit, totals={**commit.totals, **worked.told}) if worked.told else commit

    def several(self, _: Raws, begin: int, about: int) -> int:
        """Events are small: so many at least that the price of a commit is worth it."""
        return begin + max(100, about)


class StageIntake:
    """Folds what a stage was sent, and judges nothing."""

    def __init__(self, plan: Plan, topic: str) -> None:
        stage = plan.stages[topic]
        self._restating, self._arriving = Restating(plan, stage.plan, counts=False), Arriving(stage)
        self._rows = SentRows(self._arriving.fields)

    def prepare(self, raws: Raws, standing: Standing, following: int) -> Worked:
        """Raises LogError for a gap, and for what is no message of this stage."""
        admitted = self._arriving.take(map(decoded, raws.values), standing, following)
        return Worked(admitted, self._restating.work(admitted, self._rows))

    def commit(self, worked: Worked, effect: Effect, records: Records) -> Commit:
        """Without what measures had to leave out: the source has counted that."""
        commit = commit_of(worked.admitted, effect, records)
        totals = {name: number for name, number in commit.totals.items() if not name.startswith("unused|")}
        return msgspec.structs.replace(commit, totals=totals)

    def several(self, raws: Raws, begin: int, _: int) -> int:
        """A message may hold thousands of rows: by bytes, one at least."""
        size, end = 0, begin
        while end < len(raws) and (end == begin or size < BYTES_A_COMMIT):
            size += len(raws.values[end] or b"")
            end += 1
        return max(end, begin + 1)
