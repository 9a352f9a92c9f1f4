"""``make demo`` as a stranger runs it, without a terminal: real Kafka, Redis, worker and exporter."""

import os
import subprocess
from pathlib import Path

from services.local import install

ROOT = Path(__file__).parents[2]
MINUTES_3 = 180


def test_the_demo_computes_what_was_published_within_three_minutes_and_leaves_nothing(tmp_path: Path) -> None:
    install.ensure(["java", "mvn", "redis-server"])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NSM_")}
    done = subprocess.run(
        [ROOT / "nsm", "demo"],
        cwd=tmp_path,
        env={**environment, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=MINUTES_3,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all 18 figures are equal" in done.stdout
    assert "  NO" not in done.stdout
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("nsm-demo-")]
