"""The tutorial, and how operations.md looks at dead letters: what they write, run, and say is printed.

    ```yaml nsm.yaml      a file
    ```console            commands behind $, each followed by what it prints; ... stands for anything
    ```console up         a command that stays, in a terminal of its own, until all is done

A command that fails must be followed by ``echo $?``.  A command that looks at readings is asked again until they are
there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import NamedTuple

import pytest

from services.local.install import ensure
from services.local.process import Process
from services.local.stack import PORTS, PROGRAMS

ROOT = Path(__file__).parents[2]
PAGES = ("docs/tutorial.md", "docs/operations.md")  # the second shows how to look at what the first sent
BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BASH = shutil.which("bash") or "bash"
LOOKS = ("curl", "nsm board")
PATIENCE_S = 30.0
START_S = 120.0


class Step(NamedTuple):
    """A command, and what the text says that it prints."""

    command: str
    printed: str


def blocks() -> Iterator[tuple[str, str, str]]:
    """Language, name and content of each fenced block of the pages, in order."""
    for page in PAGES:
        for match in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
            yield match[1], match[2] or "", match[3]


def steps(block: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield Step(command, printed)


def pattern(printed: str) -> re.Pattern[str]:
    """``...`` alone stands for any lines, inside a line for anything in it; spaces between words are free."""
    lines = []
    for line in printed.strip().splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            words = [r"\s+".join(map(re.escape, text.split(" "))) for text in re.split(r"\.\.\.", line.rstrip())]
            lines.append(".*?".join(words) + r"[^\S\n]*\n")
    return re.compile(r"\s*" + "".join(lines))


def in_place_of_curl(folder: Path) -> Path:
    """For machines without curl: asks for the last argument, as ``curl -s`` does."""
    folder.mkdir(exist_ok=True)
    script = "import sys, urllib.request as ask; print(ask.urlopen(sys.argv[-1]).read().decode(), end='')"
    curl = folder / "curl"
    curl.write_text(f'#!/bin/sh\nexec {quote(sys.executable)} -c "{script}" "$@"\n', encoding="utf-8")
    curl.chmod(0o755)
    return folder


class Reader:
    """Somebody who does what the tutorial says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.staying = folder, list[Process]()
        self._exit_code = 0
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("NSM_", "PYTHON"))},
            "PATH": f"{ROOT}:{os.environ['PATH']}:{in_place_of_curl(folder.parent / 'bin')}",
            "NORTH_STAR": str(ROOT),
            "PYTHONUNBUFFERED": "1",  # as in a terminal: output and errors in the order of printing
        }

    def do(self, step: Step) -> None:
        """Runs it and compares."""
        command, wanted = self._moved(step.command), pattern(self._moved(step.printed))
        assert self._exit_code == 0 or command == "echo $?", f"exit code {self._exit_code} before {command}"
        patience_s = PATIENCE_S if command.startswith(LOOKS) else 0
        deadline = time.monotonic() + patience_s
        while not wanted.fullmatch(printed := self._run(command)):
            if time.monotonic() > deadline:
                pytest.fail(f"$ {command}\nprints\n{printed}\nand not\n{step.printed}")
            time.sleep(0.5)

    def stay(self, step: Step) -> None:
        """Starts it, and waits until it has printed what the text says."""
        log = self.folder / "terminal-2.log"
        command = f"cd {quote(str(self.folder))} && exec {step.command}"
        process = Process([BASH, "-c", command], log, self._environment)
        self.staying.append(process)
        wanted = pattern(step.printed.replace(f":{PORTS['exporter']}", ":..."))
        told = process.wait_until(lambda: bool(wanted.fullmatch(log.read_text(encoding="utf-8"))), START_S)
        assert told, f"$ {step.command}\nprints\n{log.read_text(encoding='utf-8')}"

    def _run(self, command: str) -> str:
        done = subprocess.run(
            [BASH, "-o", "pipefail", "-c", f"(exit {self._exit_code}); {command}"],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self._exit_code = 0 if command == "echo $?" else done.returncode
        return done.stdout.rstrip() + "\n"

    def _moved(self, text: str) -> str:
        """The stack's ports are the usual ones only where those were free."""
        file = self.folder / ".nsm/stack.json"
        stack = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        for name in set(stack) & set(PORTS):
            text = text.replace(f"127.0.0.1:{PORTS[name]}", re.sub(r"^\w+://|/.*", "", stack[name].split("://")[-1]))
        return text


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    ensure([program for programs in PROGRAMS.values() for program in programs])
    reader = Reader(tmp_path)
    try:
        yield reader
    finally:
        for process in reader.staying:
            process.end(30)


def test_a_stranger_gets_from_the_first_line_to_a_live_number(reader: Reader) -> None:
    for language, name, content in blocks():
        if language == "console":
            for step in steps(content):
                (reader.stay if name == "up" else reader.do)(step)
        elif name:
            (reader.folder / name).write_text(content, encoding="utf-8")


def test_any_lines_and_anything_in_a_line_are_left_open_and_nothing_else() -> None:
    wanted = pattern("first\n...\nvalue ... of 3\n")
    assert wanted.fullmatch("first\nsecond\nthird\nvalue   17 of 3\n")
    assert wanted.fullmatch("first\nvalue 17 of 3\n")
    assert not wanted.fullmatch("first\nvalue 17 of 4\n")
    assert not wanted.fullmatch("value 17 of 3\n")
