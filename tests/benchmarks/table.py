"""The figures, for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]
SHOWN_DIFFERENCES = 10


def show(figures: Figures, wrong: Sequence[str]) -> None:
    """On stdout."""
    console = Console(width=None if Console().is_terminal else 110)
    table = Table("", "events/s", "per CPU s", "with Redis", "peak MB", title=f"W1, {figures['events']:,} events")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in _speeds(figures):
        table.add_row(*row)
    if table.row_count:
        console.print(table)
    if costs := figures.get("kinds"):
        console.print(_kinds(costs))
    for line in _lines(figures):
        console.print(line, highlight=False)
    for line in wrong[:SHOWN_DIFFERENCES]:
        console.print(f"not exact: {line}", highlight=False, markup=False)
    console.print(f"exact: {'yes' if figures['exact'] else 'NO'}", highlight=False)


def _kinds(costs: Sequence[Figures]) -> Table:
    """The first is what all events cost; the others come on top."""
    title = f"one measure of each kind, in memory: beside the {costs[0]['microseconds']:.1f} us that any event costs"
    table = Table("", "us an event", "cells", "records", "bytes each", title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    for cost in costs[1:]:
        numbers = (f"{cost['cells']:,}", f"{cost['records']:,}", f"{cost['bytes_per_record']:.0f}")
        table.add_row(cost["name"], f"{cost['microseconds']:.2f}", *numbers)
    return table


def _speeds(figures: Figures) -> Iterator[tuple[str, ...]]:
    if worker := figures.get("worker"):
        together = figures["worker_and_redis"]["events_per_cpu_second"]
        yield _speed("one worker (median)", worker, together, f"{worker['peak_mb']:.0f}")
    if ten := figures.get("ten_measures"):
        yield _speed("ten measures, not five", ten, ten["with_redis_events_per_cpu_second"], f"{ten['peak_mb']:.0f}")
    if every := figures.get("every_kind"):
        with_redis = every["with_redis_events_per_cpu_second"]
        yield _speed("every kind, three dimensions", every, with_redis, f"{every['peak_mb']:.0f}")
    if two := figures.get("two_workers"):
        yield _speed("two workers", two, two["with_redis_events_per_cpu_second"], f"2 x {two['peak_mb_each']:.0f}")
    if stock := figures.get("stock_faust"):
        yield _speed("stock Faust, tables", stock, None, f"{stock['peak_mb']:.0f}")


def _speed(name: str, of: Figures, together: float | None, peak: str) -> tuple[str, ...]:
    with_redis = "" if together is None else f"{together:,.0f}"
    return name, f"{of['events_per_second']:,.0f}", f"{of['events_per_cpu_second']:,.0f}", with_redis, peak


def _lines(figures: Figures) -> Iterator[str]:
    if ratio := figures.get("ratio"):
        yield f"one worker is {ratio:.1f} times stock Faust"
    if redis := figures.get("redis"):
        yield (
            f"Redis at most {redis['peak_mb']:.0f} MB; {redis['bytes_per_cell']:.0f} bytes a cell "
            f"({redis['cells']:,}), {redis['bytes_per_entity']:.0f} bytes an entity ({redis['entities']:,}), "
            f"{redis['ids_bytes'] / 2**20:.1f} MB for {redis['ids']:,} ids"
        )
    for after in figures.get("memory", ()):
        yield (
            f"after {after['events']:>9,} events: worker {after['worker_mb']:.0f} MB, Redis {after['redis_mb']:.0f} MB "
            f"(cells {after['cells_mb']:.0f}, records {after['records_mb']:.0f}, ids {after['ids_mb']:.0f})"
        )
    for at in figures.get("end_to_end", ()):
        yield (
            f"acknowledged to readable at {at['rate']:,} events/s: p50 {at['p50_s']:.2f} s, p99 {at['p99_s']:.2f} s "
            f"(committed: {at['committed_p50_s']:.2f} and {at['committed_p99_s']:.2f} s); "
            f"of a core: worker {at['worker_cpu']:.0%}, Redis {at['redis_cpu']:.0%}, exporter {at['exporter_cpu']:.0%}"
        )
    for name, rest in figures.get("idle", {}).items():
        yield f"idle {name}: {rest['cpu_ratio']:.1%} of a core, {rest['resident_mb']:.0f} MB"
