"""``python -m services.local``: every program of the stack is there afterwards, or named."""

import sys

from schemas.errors import MissingPartError
from services.local.install import PROGRAMS, ensure

if __name__ == "__main__":
    try:
        ensure([program.name for program in PROGRAMS])
    except MissingPartError as error:
        sys.exit(str(error))
    sys.stdout.write(f"all parts are there: {', '.join(program.name for program in PROGRAMS)}\n")
