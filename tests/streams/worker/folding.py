"""The log of one partition folded into any store, as a worker does it."""

from collections.abc import Sequence

from schemas.events.needs import Raw
from streams.events.raws import Raws
from streams.fold import Records, unpack
from streams.plan import Plan
from streams.rekeying.messages import Origin
from streams.state.port import Log, Partition, Store
from streams.worker.intake import Intake, Outgoing, SourceIntake, StageIntake

LONG = 10**9


async def fold_log(plan: Plan, store: Store, place: Origin, log: Sequence[Raw], batch: int = LONG) -> list[Outgoing]:
    """From where the state stands to the end of the log, so many records at a time; what is to be sent to stages."""
    partition = Partition(plan.version, place.topic, place.partition)
    session, opened = await store.open(partition, Log(0, LONG, "topic-id"))
    staged = place.topic in plan.stages
    intake: Intake = StageIntake(plan, place.topic) if staged else SourceIntake(plan, place, opened)
    standing, sent = opened.standing, list[Outgoing]()
    while standing.position < len(log):
        following = min(standing.position + batch, len(log))
        worked = intake.prepare(Raws.of(log[standing.position : following]), standing, following)
        rows = await session.read(worked.work.wanted)
        records: Records = {space: {e: unpack(row) for e, row in some.items()} for space, some in rows.items()}
        effect = worked.work.fold(records, standing.floor)
        await session.apply(intake.commit(worked, effect, records))
        sent += worked.outgoing
        standing = worked.admitted.standing
    session.close()
    return sent
