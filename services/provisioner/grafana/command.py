"""``nsm grafana render|plan|diff|apply|prune|watch``."""

import argparse
import contextlib
import logging
import random
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import msgspec

from schemas.definition.loading import load
from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.files import write
from services.provisioner.grafana import report
from services.provisioner.grafana.address import address, token
from services.provisioner.grafana.applying import Applied, Applying
from services.provisioner.grafana.client import GrafanaClient
from services.provisioner.grafana.desired import Wishes, desired
from services.provisioner.grafana.files import grafana_files
from services.provisioner.grafana.gateway import Gateway
from services.provisioner.grafana.model import Desired, Plan, Verb
from services.provisioner.grafana.planning import plan
from services.provisioner.grafana.take_over import TakeOvers
from services.provisioner.grafana.watch import LatestDefinition, Watch, pause_s
from services.settings import settings

PERIOD_S = 60.0
DAY_S = 86_400.0
VERBS = {
    "render": "write the files that Grafana reads at its start",
    "plan": "what apply would do (exit code 1: there is something to do)",
    "diff": "the same, line by line",
    "apply": "make Grafana have what the definition says, and nothing else of it touched",
    "prune": "delete what is ours and no longer in the definition",
    "watch": "apply again and again, as a service",
}
EPILOG = """\
  NSM_GRAFANA names the Grafana, NSM_GRAFANA_TOKEN (or a file, NSM_GRAFANA_TOKEN_FILE) holds a service account's token:
  Editor is enough for folder, boards and annotations, Admin is needed for the data source and for --with-rules.
  Keep one Grafana either by files (render) or by its API (apply, watch), never both.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, line in VERBS.items():
        sub = verbs.add_parser(verb, help=line, description=line[0].upper() + line[1:] + ".")
        if verb == "render":
            sub.add_argument("dir", type=Path, help="the folder to write to; made if it is not there")
            sub.add_argument("--boards-path", help="DIR/dashboards as Grafana sees it (default: where it is written)")
        sub.add_argument("--definition", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
        sub.add_argument("--prometheus-url", help="Prometheus as Grafana reaches it (default: as this command does)")
        sub.add_argument("--runbooks-url", default=Addresses().runbooks, help="where the runbooks' pages stand")
        if verb != "render":
            _add_wishes(sub)
        if verb in {"plan", "diff", "apply", "prune"}:
            sub.add_argument(
                "--force", action="store_true", help="also over what somebody else made or changed; never over files"
            )
        if verb == "plan":
            sub.add_argument("--json", action="store_true", help="for machines")
        if verb == "watch":
            sub.add_argument("--every", type=_seconds, default=PERIOD_S, metavar="SECONDS", help="how often (60)")
            sub.add_argument("--prune", action="store_true", help="delete what is ours and no longer in the definition")


def _add_wishes(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--grafana-url", default=Addresses().grafana, help="where links to the board begin")
    sub.add_argument("--viewers", choices=["view", "none"], default="view", help="what Viewers may do in the folder")
    sub.add_argument("--editors", choices=["view", "edit"], default="edit", help="what Editors may do in the folder")
    sub.add_argument("--without-data-source", action="store_true", help="somebody else looks after nsm-prometheus")
    sub.add_argument("--with-rules", action="store_true", help="copies of the alert rules that Grafana judges itself")


def run(args: argparse.Namespace) -> int:
    """Raises GrafanaError, each with what to do; 1 where something was left undone, or is to be done."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # each retry; what comes of it is said once, by us
    match args.verb:
        case "render":
            return _render(args)
        case "watch":
            return _watch(args)
        case "plan" | "diff":
            return _look(args)
        case verb:
            return _act(args, prune=verb == "prune")


def _render(args: argparse.Namespace) -> int:
    definition, folder = load(args.definition), Path(args.dir)
    url = args.prometheus_url or settings().prometheus
    boards = args.boards_path or str((folder / "dashboards").resolve())
    addresses = Addresses(runbooks=args.runbooks_url)
    for name, text in grafana_files(definition, addresses, url, boards).items():
        file = folder / name
        write(file, text)
        print(file)
    return 0


def _look(args: argparse.Namespace) -> int:
    """Changes nothing."""
    take_overs = TakeOvers(settings().redis)
    wanted = _desired(args, load(args.definition), take_overs)
    with _gateway() as gateway:
        made = plan(wanted, gateway.observe(wanted), force=args.force)
    take_overs.tell()
    if args.verb == "diff":
        _print(report.differences(made.changes))
    elif args.json:
        print(msgspec.json.encode(_told(made)).decode())
    else:
        _print(report.planned(made))
    return 1 if made.changes else 0


def _act(args: argparse.Namespace, *, prune: bool) -> int:
    take_overs = TakeOvers(settings().redis)
    wanted = _desired(args, load(args.definition), take_overs)
    with _gateway() as gateway:
        applying = Applying(gateway, _wait)
        result = (applying.prune if prune else applying.apply)(wanted, force=args.force)
    take_overs.tell()
    _print(report.pruned(result) if prune else report.applied(result))
    if prune:
        return 1 if result.failed or any(one.verb is Verb.BLOCKED for one in result.plan.leftovers) else 0
    return 0 if result.whole else 1


def _watch(args: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT, which end it at once: every step is whole, so none has to be waited for."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    signal.signal(signal.SIGTERM, _ended)
    signal.signal(signal.SIGINT, _ended)
    take_overs = TakeOvers(settings().redis)
    watch = Watch(LatestDefinition(args.definition), lambda definition: _round(args, definition, take_overs))
    logging.getLogger(__name__).info("%s is kept in %s", args.definition, address(settings().grafana))
    while True:
        watch.round()
        time.sleep(pause_s(watch.failures, args.every, random.random()))


def _round(args: argparse.Namespace, definition: Definition, take_overs: TakeOvers) -> Iterator[Applied]:
    """One attempt: the next round is the next."""
    wanted = _desired(args, definition, take_overs)
    take_overs.tell()
    with _gateway() as gateway:
        applying = Applying(gateway, _wait, attempts=1)
        yield applying.apply(wanted)
        if args.prune:
            yield applying.prune(wanted)


def _ended(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _desired(args: argparse.Namespace, definition: Definition, take_overs: TakeOvers) -> Desired:
    where = settings()
    wishes = Wishes(
        prometheus=args.prometheus_url or where.prometheus,
        addresses=Addresses(grafana=args.grafana_url, runbooks=args.runbooks_url),
        viewers=args.viewers,
        editors=args.editors,
        data_source=not args.without_data_source,
        rules=args.with_rules,
    )
    wanted = desired(definition, wishes, take_overs.served(definition.company))
    if args.verb == "prune" or getattr(args, "prune", False):
        return msgspec.structs.replace(wanted, where_allowed=frozenset({"rule"}))
    return wanted


@contextlib.contextmanager
def _gateway() -> Iterator[Gateway]:
    where = settings()
    with contextlib.closing(GrafanaClient(address(where.grafana), token(where))) as client:
        yield Gateway(client)


def _told(made: Plan) -> dict[str, object]:
    def told(changes: Iterable[object]) -> list[dict[str, str]]:
        names = ("verb", "kind", "identity", "title", "why")
        return [{name: str(getattr(one, name)) for name in names} for one in changes]

    return {"changes": told(made.changes), "leftovers": told(made.leftovers), "same": made.same}


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _wait(attempt: int) -> None:
    time.sleep(pause_s(attempt, 0.0, random.random()))


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 1 <= number <= DAY_S:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 1 to 86400")
    return number
