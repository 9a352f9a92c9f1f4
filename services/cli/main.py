"""``nsm``: finds the command, loads only its module, turns our own errors into sentences.

A command is a module with ``add_arguments(parser)`` and ``run(args) -> exit code``.
"""

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TextIO

from schemas.errors import NsmError, in_words
from services import client_logs
from services.cli.parser import MISUSED, Parser, no_such

COMMANDS = {
    "init": ("services.cli.init", "write a first nsm.yaml"),
    "check": ("services.check.command", "judge a definition: every fault at once, and advice on the choice of metrics"),
    "replay": ("services.replay.command", "answer a definition over a file of events, without any server"),
    "up": ("services.local.command", "run everything on this machine"),
    "demo": ("services.demo.command", "the whole road on real purchases with published figures"),
    "history": ("services.history.command", "the past of metrics for Prometheus, as OpenMetrics or into its blocks"),
    "explain": ("services.explain.command", "what moved a metric: its last complete period beside the one before"),
    "board": ("services.board.command", "the north star in the terminal, live"),
    "publish": ("services.publisher.command", "send a file of events to Kafka"),
    "worker": ("services.worker.command", "fold events from Kafka into the state"),
    "definition": (
        "services.definition.command",
        "what a changed definition means, and which version is served",
    ),
    "exporter": ("services.exporter.command", "show the readings to Prometheus, and as JSON"),
    "rules": ("services.provisioner.rules.command", "write the Prometheus rules of a definition"),
    "grafana": (
        "services.provisioner.grafana.command",
        "keep the boards of a definition in Grafana, through files or its API",
    ),
}
FULL = (errno.ENOSPC, errno.EDQUOT)


def parser_for(name: str) -> Parser:
    """The whole parser, with the arguments of one command filled in."""
    parser = Parser(prog="nsm", description="A company's North Star Metric, live and exact.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, (module, line) in COMMANDS.items():
        sub = commands.add_parser(command, help=line, description=line[0].upper() + line[1:] + ".")
        if command == name:
            loaded = importlib.import_module(module)
            loaded.add_arguments(sub)
            sub.set_defaults(run=loaded.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 not done and said why, 2 misused."""
    _open_what_is_closed()
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = next((word for word in given if not word.startswith("-")), "")
    if name and name not in COMMANDS:
        print(no_such("command", name, COMMANDS), file=sys.stderr)
        return MISUSED
    if not given:
        parser_for("").print_help(sys.stderr)
        return MISUSED
    try:
        return _run(name, given)
    except NsmError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _leave_the_rest()
    except OSError as error:
        if error.errno not in FULL:
            raise
        _leave_the_rest()
        print(f"the output cannot be written: {in_words(error)}", file=sys.stderr)
    return 1


def _open_what_is_closed() -> None:
    """Streams that a command was started without (``<&- >&-``) give nothing and take everything."""
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")


def _nowhere(mode: Literal["r", "w"]) -> TextIO:
    return Path(os.devnull).open(mode, encoding="utf-8")


def _run(name: str, given: Sequence[str]) -> int:
    args = parser_for(name).parse_args(given)
    client_logs.silence()
    code = int(args.run(args))
    sys.stdout.flush()  # here, and not when Python ends: who reads it may have gone
    return code


def _leave_the_rest() -> None:
    """What is still to be written goes nowhere, without a word when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
