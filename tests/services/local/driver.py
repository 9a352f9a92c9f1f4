"""``nsm up`` over the fake services: FILE DATA."""

import sys
from pathlib import Path

from rich.console import Console

from services.local.command import up
from services.local.stack import Options

FAKES = Path(__file__).parent / "fake_services.py"

if __name__ == "__main__":
    console = Console(highlight=False, width=200)
    options = Options(data=Path(sys.argv[2]), say=console.print, cli=(sys.executable, str(FAKES)))
    sys.exit(up(Path(sys.argv[1]), options, console))
