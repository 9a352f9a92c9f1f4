"""How much room a board has, and in what order it leaves things out where that is too little."""

from typing import Final, Literal, get_args

import msgspec

Leaving = Literal[
    "blank lines",
    "large digits",
    "initiatives",
    "departments",
    "key results not behind",
    "guardrails kept",
    "inputs",
    "lag and events",
]

LEAVING: Final[tuple[Leaving, ...]] = get_args(Leaving)
"""What a low terminal goes without, first first.

Never left out: the north star with its target and course, alerts that fire, key results that are behind, guardrails
that are broken, and how fresh it all is.
"""

YIELDING: Final = (
    "trail",
    "trend",
    "bar",
    "by",
    "dates",
    "span",
    "trail",
    "owner",
    "held",
    "limits",
    "trend",
    "window",
    "bar",
    "target",
    "expects",
)
"""The columns of a narrow table, first first: each time one is named it takes its next smaller form, or goes."""

SIDE_BY_SIDE: Final = 150
"""From this width on, the tables stand in two columns."""
GAP: Final = 4


class Form(msgspec.Struct, frozen=True):
    """``width`` in cells, and what is left out."""

    width: int
    left_out: frozenset[Leaving] = frozenset()

    def has(self, what: Leaving) -> bool:
        return what not in self.left_out
