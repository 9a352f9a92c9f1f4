"""A terminal as an SVG: the same bytes for the same text, no script, and nothing that is fetched from anywhere."""

import io
from typing import Final

from rich.console import Console, RenderableType
from rich.terminal_theme import TerminalTheme

ID: Final = "nsm"
ORANGE, BLUISH_GREEN, YELLOW, BLUE = (213, 94, 0), (0, 158, 115), (230, 159, 0), (0, 114, 178)
PURPLE, SKY, BLACK, WHITE = (204, 121, 167), (86, 180, 233), (0, 0, 0), (226, 228, 232)
THEME: Final = TerminalTheme(
    background=(22, 24, 29),
    foreground=WHITE,
    normal=[BLACK, ORANGE, BLUISH_GREEN, YELLOW, BLUE, PURPLE, SKY, WHITE],
    bright=[(148, 153, 163), ORANGE, BLUISH_GREEN, YELLOW, BLUE, PURPLE, SKY, (255, 255, 255)],
)
FORMAT: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    .{unique_id}-title {{
        font-size: 18px;
        font-weight: bold;
        font-family: sans-serif;
    }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def picture(drawn: RenderableType, width: int, title: str) -> str:
    """Of a terminal so many columns wide, whatever the environment says of terminals and colours."""
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    console.print(drawn)
    svg = console.export_svg(title=title, theme=THEME, code_format=FORMAT, unique_id=ID)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"
