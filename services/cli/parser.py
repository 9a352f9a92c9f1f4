"""The parser of the command line: what is misspelt is told with the nearest right word, in one sentence."""

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from schemas.definition.faults import nearest, quoted

MISUSED: Final = 2
_LONE: Final = re.compile(r"argument (?:\S+/)?(--?[\w-]+): expected (?:at least )?(?:one|\d+) arguments?")
_MISSING: Final = "the following arguments are required: "


class Parser(argparse.ArgumentParser):
    """Its commands' parsers are of the same kind; each answers for the words behind its own name."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """All of them have to be known: what follows a command is asked of the command's own parser."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            options = [one for action in self._actions for one in action.option_strings]
            word = next((one for one in rest if one.startswith("-")), rest[0]).partition("=")[0]
            self.error(f"there is no {word if word.startswith('-') else quoted(word)} here{nearest(word, options)}")
        return found, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        if action.option_strings:
            hint = nearest(str(value), known)
            self.error(f"{'/'.join(action.option_strings)} {quoted(str(value))} is none of {', '.join(known)}{hint}")
        self.error(no_such(str(action.metavar or action.dest).lower(), str(value), known))

    def error(self, message: str) -> NoReturn:
        """To people, with where they find more; exit code 2."""
        if lone := _LONE.fullmatch(message):
            message = f"{lone[1]} needs {_wanted(lone[1], self._actions)} after it"
        missing = message.removeprefix(_MISSING)
        if missing != message:
            message = f"it needs {', '.join(_named(name, self._actions) for name in missing.split(', '))}"
        print(f"{self.prog}: {message.removeprefix('argument ')} ({self.prog} --help says more)", file=sys.stderr)
        sys.exit(MISUSED)


def no_such(what: str, word: str, known: Iterable[str]) -> str:
    """``there is no command "chek"; did you mean "check"?``, or which there are where none is near."""
    there = list(known)
    hint = nearest(word, there) or f"; there are {', '.join(there)}"
    return f"there is no {what} {quoted(word)}{hint}"


def _wanted(option: str, actions: Iterable[argparse.Action]) -> str:
    """What stands behind an option, as the help of the command calls it."""
    action = next(one for one in actions if option in one.option_strings)
    if action.choices is not None:
        return f"one of {', '.join(map(str, action.choices))}"
    return f"{action.metavar or action.dest.upper()}"


def _named(name: str, actions: Iterable[argparse.Action]) -> str:
    """An argument that is missing, and what it may be where that is one of some words."""
    for action in actions:
        if action.choices is not None and name in (action.metavar, action.dest):
            return f"{name} ({', '.join(map(str, action.choices))})"
    return name
