"""``nsm grafana``: what it prints, what its exit code says, and that the token is in none of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.cli.main import main
from services.local.ports import free_port
from tests.grafana.stand_in import ADMIN, StandIn
from tests.services.provisioner.golden import ROOT

SOURCE = ROOT / "deploy/definitions/cdnow.yaml"
Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nsm(grafana: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ran:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nsm.yaml").write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "token").write_text(ADMIN, encoding="utf-8")
    monkeypatch.setenv("NSM_GRAFANA", grafana.url)
    monkeypatch.setenv("NSM_GRAFANA_TOKEN_FILE", "token")
    monkeypatch.setenv("NSM_REDIS", f"redis://127.0.0.1:{free_port()}/0")

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["grafana", *words])
        shown = capsys.readouterr()
        assert ADMIN not in shown.out + shown.err
        return code, shown.out, shown.err

    return ran


def test_plan_apply_and_plan_again(nsm: Ran, grafana: StandIn) -> None:
    code, out, _ = nsm("plan")
    assert code == 1
    assert "create      board nsm" in out
    assert out.splitlines()[-1].endswith("0 as wanted")
    assert grafana.dashboards.boards == {}
    code, out, _ = nsm("apply")
    assert code == 0
    assert "created     data source nsm-prometheus (North Star Prometheus)" in out
    code, out, _ = nsm("plan")
    assert code == 0
    assert out.endswith("as wanted\n")
    code, out, _ = nsm("apply")
    assert (code, out.startswith("nothing to do: ")) == (0, True)
    assert nsm("diff")[:2] == (0, "")


def test_plan_for_machines(nsm: Ran) -> None:
    code, out, _ = nsm("plan", "--json")
    found = json.loads(out)
    assert code == 1
    assert found["changes"][0] == {
        "verb": "create",
        "kind": "folder",
        "identity": "nsm",
        "title": "North Star",
        "why": "it is not there",
    }
    assert found["leftovers"] == []


def test_an_edited_board_is_shown_line_by_line(nsm: Ran, grafana: StandIn) -> None:
    nsm("apply")
    board = grafana.dashboards.boards["nsm"]
    title = board["title"]
    board |= {"title": "Mine", "version": board["version"] + 1}
    for verb in ("apply", "diff"):
        code, out, _ = nsm(verb)
        assert code == 1
        assert '-  "title": "Mine"' in out
        assert f'+  "title": "{title}"' in out
    assert "take it into the definition, or apply with --force" in nsm("plan")[1]
    code, out, _ = nsm("apply", "--force")
    assert code == 0
    assert "overwritten board nsm" in out


def test_rules_come_and_go(nsm: Ran, grafana: StandIn) -> None:
    assert nsm("apply", "--with-rules")[0] == 0
    assert grafana.rules.rules
    assert nsm("apply", "--with-rules")[1].startswith("nothing to do")
    assert nsm("apply")[0] == 0
    assert grafana.rules.rules
    code, out, _ = nsm("prune")
    assert code == 0
    assert "deleted     rule nsm-NorthStarDrop: the definition no longer has it" in out
    assert grafana.rules.rules == {}
    assert nsm("prune")[:2] == (0, "nothing to delete: there is nothing of ours that the definition no longer has\n")


def test_prune_leaves_what_somebody_changed(nsm: Ran, grafana: StandIn) -> None:
    nsm("apply", "--with-rules")
    grafana.rules.rules["nsm-NorthStarDrop"]["isPaused"] = True
    code, out, _ = nsm("prune")
    assert code == 1
    assert "left alone  rule nsm-NorthStarDrop" in out
    assert set(grafana.rules.rules) == {"nsm-NorthStarDrop"}
    assert nsm("prune", "--force")[0] == 0


def test_without_a_token_or_with_a_wrong_one_it_says_what_to_do(
    nsm: Ran, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("glsa_wrong", encoding="utf-8")
    code, _, err = nsm("apply")
    assert code == 1
    assert "does not take the token (401: Invalid API key)" in err
    assert "glsa_wrong" not in err
    monkeypatch.delenv("NSM_GRAFANA_TOKEN_FILE")
    code, _, err = nsm("plan")
    assert code == 1
    assert "there is no token for Grafana: make a service account" in err


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_where_nothing_runs_grafana_is_what_is_missing(
    nsm: Ran, verb: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NSM_GRAFANA", f"http://127.0.0.1:{free_port()}")
    code, _, err = nsm(verb)
    assert code == 1
    assert "Grafana" in err
    assert "Redis" not in err + caplog.text


def test_that_redis_is_away_is_told_and_is_no_obstacle(nsm: Ran, caplog: pytest.LogCaptureFixture) -> None:
    assert nsm("apply")[0] == 0
    assert "Redis at 127.0.0.1" in caplog.text
    assert "(connection refused)" in caplog.text
    assert "Changes of the definition are not annotated" in caplog.text
