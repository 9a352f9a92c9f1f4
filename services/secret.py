"""A text that must not be seen."""

from typing import Final

HIDDEN: Final = "(secret)"


class Secret:
    """Shows itself to nobody: not printed, not in a log, not in a traceback.  ``reveal`` gives it to a wire."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written away")

    def reveal(self) -> str:
        """For the one place that sends it."""
        return self._text

    def removed_from(self, content: bytes) -> bytes:
        """The same with the secret blotted out, should somebody have echoed it."""
        return content.replace(self._text.encode(), HIDDEN.encode()) if self._text else content
