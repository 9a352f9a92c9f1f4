"""``nsm demo``: real orders through the whole service, beside their published figures; then, in a terminal, live.

fresh stack ─ publish ─ folded ─ compare ─ end        1 where a figure differs
fresh stack ─ publish, moved to today ─ past into Prometheus ─ live orders and the board, until q or Ctrl-C
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from schemas.definition.loading import load
from schemas.definition.model import Definition
from schemas.errors import CommandError
from services.board.asking import place
from services.board.command import alerts_of, show
from services.board.watch import Watch
from services.demo.figures import Compared, as_table, compare, read_published
from services.demo.purchases import (
    DEFINITION,
    FIGURES,
    SETTLED_S,
    LiveOrders,
    days_to_today,
    exporter_of,
    first_moment,
    is_folded,
    moved,
    moved_definition,
    publish,
    read_orders,
)
from services.history.asking import chosen
from services.history.blocks import fill
from services.history.open_metrics import JOB, lines
from services.history.points import Reach
from services.history.series import families
from services.history.sources import FromExporter
from services.local import install
from services.local.stack import Options, Stack
from services.publisher.publisher import Publisher
from services.trimmed import Trimmed
from streams.plan import compile_plan

HISTORY = ("prometheus", "prometheus-alertmanager")
Say = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-live", action="store_true", help="end after the comparison, as where there is no terminal"
    )


def run(args: argparse.Namespace) -> int:
    """1 where a computed figure is not the published one."""
    console = Console(highlight=False)

    def say(line: str) -> None:
        console.print(line, style="dim", markup=False)

    definition, orders = load(DEFINITION), read_orders()
    live = not args.no_live and sys.stdin.isatty() and sys.stdout.isatty()
    code = compare_published(definition, orders, console, say)
    if code == 0 and live:
        console.print("\nNow the same orders as if they ended today, and new ones as you watch.")
        run_live(definition, orders, say)
    return code


def compare_published(definition: Definition, orders: list[bytes], console: Console, say: Say) -> int:
    """The first half: the exit code."""
    published = read_published(FIGURES)
    with fresh_stack(say) as stack:
        feed(stack, definition, orders, say)
        compared = list(compare(published.figures, exporter_of(stack)))
    return tell(compared, console)


def tell(compared: list[Compared], console: Console) -> int:
    """Prints them all; 1 where one differs."""
    console.print()
    console.print(Trimmed(as_table(compared)))
    differ = sum(not one.equal for one in compared)
    verdict = f"{differ} of {len(compared)} figures differ" if differ else f"all {len(compared)} figures are equal"
    console.print(f"\n{verdict}; deploy/demo/published.json says where each comes from", style="bold")
    return 1 if differ else 0


def run_live(definition: Definition, orders: list[bytes], say: Say) -> None:
    """The second half, until q or Ctrl-C."""
    (source,) = definition.sources
    span = days_to_today(orders, source, datetime.now(UTC))
    now_ending = moved(orders, source, span)
    with (
        tempfile.TemporaryDirectory(prefix="nsm-demo-") as folder,
        fresh_stack(say, file := moved_definition(span, Path(folder))) as stack,
    ):
        feed(stack, definition, now_ending, say)
        fill_past(stack, load(file), now_ending, say)
        with Publisher(stack.kafka, source) as publisher:
            live = LiveOrders(publisher, orders, seed=time.time_ns())

            def meanwhile() -> None:
                stack.check()
                live.some()

            where, alerts = f"readings {stack.exporter}", None
            if "prometheus" in stack.addresses:
                where += f"   Prometheus {stack.prometheus}"
                alerts = alerts_of(stack.prometheus, stack.alertmanager)
            show(Watch(exporter_of(stack), alerts=alerts), meanwhile=meanwhile, footer=where)


@contextmanager
def fresh_stack(say: Say, file: Path = DEFINITION) -> Iterator[Stack]:
    """Over data that is thrown away, whatever else runs on this machine; without Prometheus where that is missing."""
    without = frozenset({"history"}) if not install.missing(HISTORY) else frozenset({"prometheus", "alertmanager"})
    with tempfile.TemporaryDirectory(prefix="nsm-demo-") as folder:
        options = Options(data=Path(folder) / "stack", without=without, say=say, environment={})
        with Stack(file, options) as stack:
            yield stack


def feed(stack: Stack, definition: Definition, lines: list[bytes], say: Say) -> None:
    """Publishes, and returns when all of it is folded."""
    (source,) = definition.sources
    say(f"publishing {len(lines):,} orders")
    published = publish(iter(lines), stack.kafka, source)
    say(f"published in {published.seconds:.1f} s")
    begun = time.monotonic()
    while not is_folded(exporter_of(stack), published.count):
        stack.check()
        if time.monotonic() - begun > SETTLED_S:
            raise CommandError(f"the orders were not folded within {SETTLED_S:.0f} s; the worker's log may say why")
        time.sleep(0.1)
    say(f"folded {time.monotonic() - begun:.1f} s later")


def fill_past(stack: Stack, definition: Definition, orders: list[bytes], say: Say) -> None:
    """Gives Prometheus the history, where there is one and promtool."""
    promtool = install.find("promtool")
    if "prometheus" not in stack.addresses or promtool is None:
        say("no Prometheus, or no promtool, on this machine: its history begins now")
        return
    say("making 18 months of history for Prometheus")
    begun, end_ms = time.monotonic(), time.time_ns() // 1_000_000
    exporter, (source,), plan = exporter_of(stack), definition.sources, compile_plan(definition)
    begin_ms = round(first_moment(orders, source).timestamp() * 1000)
    text = lines(
        families(plan, FromExporter(plan, exporter), chosen(plan, [], []), lambda _: Reach(begin_ms, end_ms)),
        {"instance": place(exporter.url), "job": JOB},
    )
    blocks = fill(text, stack.history, promtool)
    say(f"{blocks} blocks in {time.monotonic() - begun:.1f} s")
