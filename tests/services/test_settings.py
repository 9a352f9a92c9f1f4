"""The environment: what it may say, and what is never shown of it."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from schemas.errors import SettingsError
from services.local.folder import DataFolder
from services.secret import HIDDEN, Secret
from services.settings import Origin, origin, read_settings, running_stack

TOKEN = "glsa_neverseen"


def test_the_token_is_read_and_not_shown() -> None:
    found = read_settings({"NSM_GRAFANA_TOKEN": TOKEN, "NSM_GRAFANA": "https://grafana.example"}, {})
    assert found.grafana == "https://grafana.example"
    assert found.grafana_token.reveal() == TOKEN
    assert TOKEN not in f"{found} {found!r} {found.grafana_token} {msgspec.structs.asdict(found)}"
    assert HIDDEN in repr(found)


def test_without_a_token_there_is_none() -> None:
    found = read_settings({}, {"grafana": "http://127.0.0.1:3001", "other": 1})
    assert found.grafana == "http://127.0.0.1:3001"
    assert not found.grafana_token


def test_the_running_stack_is_asked_for_no_token() -> None:
    assert not read_settings({}, {"grafana_token": TOKEN}).grafana_token


def test_a_misspelt_variable_is_told_without_what_it_holds() -> None:
    with pytest.raises(SettingsError, match="did you mean NSM_GRAFANA_TOKEN") as caught:
        read_settings({"NSM_GRAFANA_TOKN": TOKEN}, {})
    assert TOKEN not in str(caught.value)


def test_a_secret_is_neither_pickled_nor_encoded() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TOKEN))
    with pytest.raises(TypeError):
        msgspec.json.encode(Secret(TOKEN))


def test_secrets_are_alike_when_their_texts_are() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")


def test_an_echoed_secret_is_blotted_out() -> None:
    assert Secret(TOKEN).removed_from(f"a {TOKEN} b".encode()) == f"a {HIDDEN} b".encode()
    assert Secret("").removed_from(b"abc") == b"abc"


def test_where_a_setting_comes_from_is_known(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert origin("kafka", {}, folder.stack_file) is Origin.USUAL
    with folder:
        assert origin("kafka", {}, folder.stack_file) is Origin.STARTING
        assert origin("kafka", {"NSM_KAFKA": "127.0.0.1:1"}, folder.stack_file) is Origin.TOLD
        folder.announce({"kafka": "127.0.0.1:2"})
        assert origin("kafka", {}, folder.stack_file) is Origin.STACK
    assert origin("kafka", {}, folder.stack_file) is Origin.USUAL


def test_no_stack_is_starting_where_the_number_of_a_killed_one_is_another_process_by_now(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(f"{os.getpid()}\n", encoding="utf-8")
    assert origin("kafka", {}, tmp_path / "stack.json") is Origin.USUAL


def test_a_stack_that_is_killed_is_starting_no_more(tmp_path: Path) -> None:
    hold = "import sys; from services.local.folder import DataFolder\n"
    hold += "with DataFolder(__import__('pathlib').Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert origin("kafka", {}, tmp_path / "stack.json") is Origin.STARTING
        holder.kill()
        holder.wait()
        assert origin("kafka", {}, tmp_path / "stack.json") is Origin.USUAL


def publish(folder: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    given = {name: value for name, value in os.environ.items() if not name.startswith("NSM_")}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "services.cli",
            "publish",
            "-",
            "--definition",
            str(root / "deploy/definitions/cdnow.yaml"),
        ],
        cwd=folder,
        env=given | {"PYTHONPATH": str(root)},
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_nothing_is_published_elsewhere_while_the_stack_of_the_folder_starts(tmp_path: Path) -> None:
    with DataFolder(tmp_path / ".nsm"):
        told = publish(tmp_path)
    assert told.returncode == 1
    assert "nsm up is starting in this folder" in told.stderr


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "7", '"pid"', "{}", '{"pid": []}', '{"pid": 1e99}', f'{{"pid": {2**70}}}', "[" * 20_000]
)
def test_what_is_no_stack_is_passed_over(tmp_path: Path, text: str) -> None:
    file = tmp_path / "stack.json"
    file.write_text(text, encoding="utf-8")
    assert running_stack(file) == {}
