"""Okabe and Ito's colours, which colour-blind people can tell apart; each comes with a word or a sign."""

from typing import Final

GOOD: Final = "#56b4e9"
WATCH: Final = "#e69f00"
BAD: Final = "#d55e00"
FAINT: Final = "bright_black"
"""What only explains."""
