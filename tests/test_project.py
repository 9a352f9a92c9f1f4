"""What holds the project together: its names, its lock, its wrapper."""

import importlib.metadata
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from services.version import VERSION

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {
    "deploy/requirements.txt": PROJECT["dependencies"],
    "deploy/requirements-dev.txt": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
}


@pytest.mark.parametrize("package", ["schemas", "streams", "services"])
def test_no_installed_distribution_takes_our_names(package: str) -> None:
    assert package not in importlib.metadata.packages_distributions()


def test_tests_are_no_package_that_would_shadow_ours() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_what_several_tests_share_is_no_test() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    imported = re.compile(r"^(?:from|import) tests\.(?:\w+\.)*test_", re.MULTILINE)
    assert [path for path, text in texts.items() if imported.search(text)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_the_project_asks_for(lock: str) -> None:
    locked = re.findall(r"^([a-z0-9-]+==\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    assert {wanted.lower() for wanted in LOCKS[lock]} <= set(locked)


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_a_hash_for_all_and_an_address_of_none(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z].*?(?=^[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text
    assert "--index-url" not in text


def test_the_wrapper_runs_from_anywhere_through_links_and_stays_there(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/direct").symlink_to(ROOT / "nsm")
    (tmp_path / "bin/nsm").symlink_to("direct")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    helped = subprocess.run(
        [tmp_path / "bin/nsm", "--help"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert helped.returncode == 0, helped.stderr
    assert "usage: nsm" in helped.stdout


def test_the_code_says_the_version_of_the_project() -> None:
    assert PROJECT["version"] == VERSION


def test_ci_runs_what_developers_run() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
