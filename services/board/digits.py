"""Numbers as people read them on a board: short, and the north star's large."""

FONT = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▀█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    "-": ("   ", "▀▀▀", "   "),
    ".": (" ", " ", "▀"),
    ",": (" ", " ", "▞"),
    "M": ("█▄█", "█ █", "▀ ▀"),
}
ABSENT = "-"
MILLIONS = 10_000_000
STEPS = "▁▂▃▄▅▆▇█"


def large(number: str) -> tuple[str, str, str]:
    """A number three lines high."""
    glyphs = [FONT[character] for character in number if character in FONT]
    top, middle, bottom = (" ".join(glyph[row] for glyph in glyphs) for row in range(3))
    return top, middle, bottom


def short(value: float | None) -> str:
    """About four digits; counts as they are up to ten million."""
    if value is None:
        return ABSENT
    size = abs(value)
    if size >= MILLIONS:
        return f"{value / 1e6:,.1f}M"
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.{decimals(size)}f}"


def decimals(size: float) -> int:
    """Of a number of this size that is no whole one."""
    return 0 if size >= 10_000 else 1 if size >= 100 else 2 if size >= 10 else 3  # noqa: PLR2004 digits


def sparkline(values: tuple[float | None, ...], width: int) -> str:
    """The last values as steps from the lowest to the highest; a blank where there is none."""
    last = values[-width:]
    there = [value for value in last if value is not None]
    if not there:
        return ""
    low, span = min(there), (max(there) - min(there)) or 1
    top = len(STEPS) - 1
    return "".join(" " if value is None else STEPS[round((value - low) / span * top)] for value in last)
