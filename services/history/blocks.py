"""A history in the blocks of a Prometheus, whether it runs or not: made anew, it takes the place of the one before.

    text ─ promtool ─▶ blocks beside the data ─▶ the blocks of the last time are taken out, these moved in

What was made is written down in the data's folder, so that the next time finds it.  Prometheus looks for blocks once a
minute; those that it has merged with its own meanwhile stay, and samples at the same moments are one sample.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from schemas.errors import StackError

LONGEST_BLOCK: Final = "744h"  # by default every two hours a block, and the whole file read again for each
NOTE: Final = "nsm-history.json"


class Filled(msgspec.Struct, frozen=True):
    """``of`` says whose past it is; ``blocks`` are the names of their folders."""

    of: str
    blocks: tuple[str, ...]


def filled(data: Path) -> Filled | None:
    """What was filled in here the last time."""
    try:
        return msgspec.json.decode((data / NOTE).read_bytes(), type=Filled)
    except (OSError, msgspec.DecodeError):
        return None


def fill(text: Iterable[str], data: Path, promtool: str, of: str = "") -> int:
    """Puts the history into the folder of a Prometheus' data; how many blocks it takes.  Raises StackError."""
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data, prefix="nsm-history-") as folder:
        file, made, gone = (Path(folder) / name for name in ("history.txt", "made", "gone"))
        with file.open("w", encoding="utf-8") as out:
            out.writelines(text)
        made.mkdir()
        gone.mkdir()
        _make(promtool, file, made)
        blocks = sorted(path for path in made.iterdir() if (path / "meta.json").exists())
        before = filled(data)
        _note(data, Filled(of, tuple({*(before.blocks if before else ()), *(path.name for path in blocks)})))
        for name in before.blocks if before else ():
            if (data / name).is_dir():
                (data / name).rename(gone / name)  # at once, whole
        for path in blocks:
            path.rename(data / path.name)
        _note(data, Filled(of, tuple(path.name for path in blocks)))
        return len(blocks)


def _make(promtool: str, file: Path, made: Path) -> None:
    command = [promtool, "tsdb", "create-blocks-from", f"--max-block-duration={LONGEST_BLOCK}", "openmetrics"]
    done = subprocess.run([*command, str(file), str(made)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"promtool could not make the history:\n{(done.stdout + done.stderr).strip()[-2000:]}")


def _note(data: Path, filled: Filled) -> None:
    """Whole or not at all; before anything is moved too, so that what a crash leaves is found."""
    new = data / f"{NOTE}.new"
    new.write_bytes(msgspec.json.encode(filled))
    shutil.move(new, data / NOTE)
