"""What may go wrong on the way, as values: which request it hits, and how.

A fault hits once unless it says otherwise; ``of`` is a method, a path, or both, as the log of a stand-in names them.
"""

from typing import Any, Literal

import msgspec

How = Literal[
    "drop before",
    "drop after",
    "half",
    "html 502",
    "html 200",
    "silence",
    "drip",
    "login",
    "moved",
    "null",
    "busy",
    "echo",
    "refusal",
    "shape",
]
"""``drop before`` the work is done, ``drop after`` it; ``half`` an answer after it; ``silence`` to the server's end.

``drip`` is an answer without an end, ``echo`` one that repeats the request's headers, ``shape`` one of another form,
``refusal`` 400.
"""


class Fault(msgspec.Struct, kw_only=True):
    how: How
    of: str = ""
    times: int = 1
    skips: int = 0
    shape: Any = None

    def hits(self, said: str) -> bool:
        """Takes one of its times."""
        if self.times <= 0 or self.of not in said:
            return False
        if self.skips > 0:
            self.skips -= 1
            return False
        self.times -= 1
        return True
