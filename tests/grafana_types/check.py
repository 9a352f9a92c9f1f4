"""Holds every board to Grafana's own types: ``make board-types``.

Each definition of the library, and the example with everything in it, becomes one TypeScript file of literals, in
which the compiler takes no key that it does not know: boards, and the options of each kind of panel.  Needs node and
npm, which nothing else here does.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from schemas.definition.loading import load
from schemas.definition.model import Definition
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards, to_json
from tests.services.provisioner.steered import steered

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
BUILD: Final = ROOT / "build" / "grafana-types"
COPIED: Final = ("package.json", "package-lock.json", ".npmrc", "known.ts")
KINDS: Final = {
    "bargauge": ("bargauge", "BarGauge"),
    "stat": ("stat", "Stat"),
    "state-timeline": ("statetimeline", "StateTimeline"),
    "table": ("table", "Table"),
    "text": ("text", "Text"),
    "timeseries": ("timeseries", "TimeSeries"),
}
"""Kind of panel -> its folder in the schema, and what its types are called."""
CUSTOM: Final = ("state-timeline", "timeseries")
"""Kinds whose fields have options of their own; those of a table's stand in no type that is exported."""
STRICT: Final = ("--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler")


def definitions() -> Iterator[tuple[str, Definition]]:
    """The library's, and one that has all there is."""
    for file in sorted((ROOT / "deploy" / "definitions").glob("**/*.yaml")):
        if file.name == "nsm.yaml" or file.parent.name == "definitions":
            yield f"{file.parent.name}-{file.stem}", load(file)
    yield "steered", steered()


def typescript(definition: Definition) -> str:
    """Every board of a definition as literals."""
    lines = ["import type { Board } from './known';", "import type { Words } from './known';"]
    for folder, name in KINDS.values():
        path = f"@grafana/schema/dist/esm/raw/composable/{folder}/panelcfg/x/{name}PanelCfg_types.gen"
        lines.append(f"import type * as {name} from '{path}';")
    for number, board in enumerate(all_boards(definition, Addresses())):
        written: dict[str, Any] = json.loads(to_json(board))
        lines.append(f"export const board{number}: Board = {json.dumps(written)};")
        for panel in written["panels"]:
            lines += _options(f"{number}_{panel['id']}", panel)
    return "\n".join([*lines, ""])


def _options(name: str, panel: dict[str, Any]) -> Iterator[str]:
    if panel["type"] == "row":
        return
    _, kind = KINDS[panel["type"]]
    yield f"export const options{name}: Words<{kind}.Options> = {json.dumps(panel['options'])};"
    if panel["type"] in CUSTOM:
        custom = json.dumps(panel["fieldConfig"]["defaults"]["custom"])
        yield f"export const custom{name}: Words<{kind}.FieldConfig> = {custom};"


def main() -> int:
    """0 where the compiler has nothing to say; 2 where there is no npm to fetch it with."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("npm is missing: it fetches Grafana's types. Install with: apt-get install npm\n")
        return 2
    BUILD.mkdir(parents=True, exist_ok=True)
    for old in BUILD.glob("*.ts"):
        old.unlink()
    for name in COPIED:
        shutil.copy(HERE / name, BUILD / name)
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=BUILD, check=True)
    files = []
    for name, definition in definitions():
        files.append(f"{name}.ts")
        (BUILD / files[-1]).write_text(typescript(definition), encoding="utf-8")
    compiler = BUILD / "node_modules" / ".bin" / "tsc"
    done = subprocess.run([str(compiler), "--noEmit", *STRICT, *files], cwd=BUILD, check=False)
    verdict = "every board is" if done.returncode == 0 else "not every board is"
    sys.stdout.write(f"{len(files)} definitions: {verdict} of Grafana's types\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
