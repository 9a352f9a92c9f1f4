"""Every error, sorted by who must act.

    NsmError
    ├── DefinitionError      the author of nsm.yaml: it lists every fault with its line
    ├── SettingsError        whoever started the process: a variable is misspelt or unfit
    ├── CommandError         whoever typed the command: a file cannot be read, a name is unknown, nothing answers
    ├── MissingPartError     whoever runs the machine: a program is not there, and this installs it
    ├── StackError           whoever runs the machine: a part of the local stack ended, or its data folder is in use
    ├── StateError
    │   ├── Moved            nobody: what was read is stale, so drop it and read again
    │   └── Unfit            us: the store refused a commit that it could not have carried out whole
    ├── GrafanaError         whoever provisions Grafana
    │   ├── GrafanaAway      nobody at first: it does not answer, or not as Grafana does; the same may go through later
    │   ├── GrafanaDenied    whoever made the token: there is none, a wrong one, or its role is too small
    │   ├── GrafanaAbsent    nobody: what was asked for is not there
    │   ├── GrafanaMoved     nobody: somebody saved in between, so read and plan again
    │   └── GrafanaRefused   whoever typed the command: it clashes with what is there, or is not taken
    ├── LogError             whoever runs Kafka: the log does not hold what the position asks for
    └── PublishError         the publisher's caller
        ├── BufferFull       slow down, nothing was taken
        └── NotAcknowledged  Kafka did not take these events

A bad *event* is no exception: it is a value (``schemas.events.Refused``) that goes to the dead-letter topic.
A store or broker that is away is not here either: its client's own errors are waited out.
"""

import os
import re
from typing import Final

from schemas.definition.faults import Fault

_NUMBER: Final = re.compile(r"\[Errno (\d+)\]")


def in_words(fault: BaseException) -> str:
    """What befell a call to another server, as people say it: for the system's numbers the words that go with them."""
    numbers = [int(found) for found in _NUMBER.findall(str(fault))]
    if numbers:
        return ", ".join(os.strerror(number).lower() for number in dict.fromkeys(numbers))
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror.lower()
    if isinstance(fault, TimeoutError):
        return "not in time"
    return str(fault).removesuffix(".") or type(fault).__name__


class NsmError(Exception):
    """Anything that this project raises on purpose; its text is a sentence for people."""


class DefinitionError(NsmError):
    """A definition that cannot be used; ``faults`` holds one line of text each, with file and line.

    ``of_rules`` are those of them that break a rule with a name.
    """

    def __init__(self, faults: tuple[str, ...], of_rules: tuple[Fault, ...] = ()) -> None:
        super().__init__("\n".join(faults))
        self.faults, self.of_rules = faults, of_rules


class SettingsError(NsmError):
    """An environment variable that is unknown or unfit."""


class CommandError(NsmError):
    """What a command was asked to do cannot be done; the text says what is wrong with what was asked."""


class MissingPartError(NsmError):
    """A program or package that this machine lacks; the text names the command that installs it."""


class StackError(NsmError):
    """The local stack could not start, or lost a part; the text names the part and shows the end of its log."""


class StateError(NsmError):
    """The store did not do what was asked; nothing of it was done."""


class Moved(StateError):
    """The store no longer stands where this session left it."""


class Unfit(StateError):
    """A commit that could not have been carried out whole: nothing was written, and a retry would not help."""


class GrafanaError(NsmError):
    """Grafana did not do what was asked; the text says what to do.  ``status`` is that of HTTP, 0 without an answer."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class GrafanaAway(GrafanaError):
    """No answer, half an answer, or one that is not Grafana's; whether the work was done is not known."""


class GrafanaDenied(GrafanaError):
    """The token does not open this door."""


class GrafanaAbsent(GrafanaError):
    """There is nothing of this uid."""


class GrafanaMoved(GrafanaError):
    """It was saved by somebody else since it was read; nothing was written."""


class GrafanaRefused(GrafanaError):
    """It was understood and not taken; nothing was written."""


class LogError(NsmError):
    """The log and the stored position do not belong together; nothing was counted."""


class PublishError(NsmError):
    """Events that were not published."""


class BufferFull(PublishError):
    """The publisher holds as many unsent events as it may; this one was not taken."""


class NotAcknowledged(PublishError):
    """Kafka did not acknowledge these events."""
