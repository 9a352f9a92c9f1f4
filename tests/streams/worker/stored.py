"""What a session has stored, and what it should be."""

from streams.plan import Plan
from streams.state.memory import MemoryStore
from streams.state.port import KeySpan, Partition
from tests.streams.folding import PartitionFold, fold_log
from tests.streams.worker.fakes import LOG, PLACE, PLAN, SOURCE

RIGHT = fold_log(SOURCE, LOG)


async def counted(store: MemoryStore, plan: Plan = PLAN) -> dict[str, dict[int, dict[str, int]]]:
    """All cells that are not 0."""
    wanted = {one.name: [KeySpan(None, 2**40)] for one in plan.series.values()}
    snapshot = await store.snapshot(Partition(plan.version, *PLACE), wanted)
    assert snapshot is not None
    return without_zeros(snapshot.cells)


def without_zeros(cells: dict[str, dict[int, dict[str, int]]]) -> dict[str, dict[int, dict[str, int]]]:
    kept = {
        series: {n: {f: v for f, v in fields.items() if v} for n, fields in keys.items()}
        for series, keys in cells.items()
    }
    return {
        series: {n: fields for n, fields in keys.items() if fields}
        for series, keys in kept.items()
        if any(keys.values())
    }


def right(fold: PartitionFold = RIGHT) -> dict[str, dict[int, dict[str, int]]]:
    return without_zeros(fold.snapshot().cells)
