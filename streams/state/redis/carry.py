"""A commit as the keys and arguments of ``apply.lua``, which describes them."""

from collections.abc import ItemsView
from itertools import chain

import msgspec

from schemas import names
from streams.state.port import Commit, Reached

_pack = msgspec.msgpack.Encoder().encode


def _reached(reached: tuple[Reached, ...]) -> str:
    """Text, since Lua would round what is larger than 2^53."""
    return msgspec.json.encode(reached).decode()


def carry(commit: Commit, prefix: str) -> tuple[list[str], list[str | bytes]]:
    """The keys, and the arguments that follow position and stamp."""
    keys = list(names.own_keys(prefix))
    cells: list[list[str]] = []
    for series, numbers in commit.cells.items():
        for number, fields in numbers.items():
            if fields:
                keys.append(prefix + names.cells_name(series, number))
                cells += list(fields), list(map(str, fields.values()))
    counts: list[int] = []
    rows: list[str | bytes] = []
    for space, records in commit.records.items():
        if records:
            keys.append(prefix + names.records_name(space))
            counts += _carry_records(records.items(), rows)
    keys += [prefix + names.ids_name(slot) for slot in commit.ids]
    keys += [prefix + names.ids_name(slot) for slot in commit.expired]
    totals = list(commit.totals), list(map(str, commit.totals.values()))
    standing = commit.standing
    times = map(str, (standing.position, standing.floor, standing.clock, standing.watermark))
    contents = [cells, *totals, counts, len(commit.ids), len(commit.expired)]
    if standing.reached:
        contents.append(_reached(standing.reached))
    return keys, [*times, prefix, _pack(contents), *commit.ids.values(), *rows]


def _carry_records(records: ItemsView[str, bytes], rows: list[str | bytes]) -> tuple[int, int]:
    """Appends those to put, then those to forget; gives how many there are of each."""
    forgotten = [entity for entity, record in records if not record]
    if not forgotten:
        rows += chain.from_iterable(records)
    else:
        rows += chain.from_iterable(item for item in records if item[1])
        rows += forgotten
    return len(records) - len(forgotten), len(forgotten)
