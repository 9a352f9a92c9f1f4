"""Files that are rendered for others to read."""

from pathlib import Path

from schemas.errors import CommandError, in_words


def write(file: Path, text: str) -> None:
    """Makes the folders that it needs; raises CommandError where it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {in_words(error).lower()}") from error
