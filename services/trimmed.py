"""What rich draws, without the blanks that fill its lines: for files, pipes and whoever copies from a terminal."""

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment


class Trimmed:
    """``console.print(Trimmed(table))``."""

    def __init__(self, drawn: RenderableType) -> None:
        self._drawn = drawn

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._drawn, options, pad=False):
            yield from _trimmed(line)
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    left = list(line)
    while left and not left[-1].text.strip():
        left.pop()
    if left:
        last = left[-1]
        left[-1] = Segment(last.text.rstrip(), last.style, last.control)
    return left
