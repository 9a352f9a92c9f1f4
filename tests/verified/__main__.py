"""``python -m tests.verified`` writes ``docs/verified.md``; the exit code is 1 where anything differs."""

import sys

from tests.verified.comparing import DATA_SETS, verify
from tests.verified.page import PAGE, page, part, parts_of

if __name__ == "__main__":
    parts = parts_of(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    wrong = 0
    for data in DATA_SETS:
        if data.events.exists():
            found = verify(data)
            parts[data.name] = part(found)
            wrong += sum(row.differences for row in found.rows)
    PAGE.write_text(page({one.name: parts[one.name] for one in DATA_SETS if one.name in parts}), encoding="utf-8")
    sys.exit(bool(wrong))
