"""When Alertmanager tells somebody: a page at once, a ticket when others may have come that belong to it."""

import msgspec

from services.provisioner.rules.model import Severity


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds.

    Also a page waits half a minute: what explains it, and what belongs to it, fires within that time.
    """

    page_wait: int = 30
    page_gather: int = 300
    page_repeat: int = 14_400
    ticket_wait: int = 300
    ticket_gather: int = 3_600
    ticket_repeat: int = 604_800

    def wait(self, severity: Severity) -> int:
        """Before the first message about a group."""
        return self.page_wait if severity == "page" else self.ticket_wait

    def gather(self, severity: Severity) -> int:
        """Before the next message about it, when it changes."""
        return self.page_gather if severity == "page" else self.ticket_gather

    def repeat(self, severity: Severity) -> int:
        """Before it is told again unchanged."""
        return self.page_repeat if severity == "page" else self.ticket_repeat
