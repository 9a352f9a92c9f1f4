import runpy
from pathlib import Path

import pytest

from schemas.errors import MissingPartError
from services.local import install

VERSIONS = {"old": '"1.8.0_402"', "older than needed": '"11.0.2"', "new enough": '"17.0.15"', "early access": '"25-ea"'}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are found, and someone who is not root."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return tmp_path


def put(folder: Path, name: str, script: str = "") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_a_missing_program_is_named_with_the_command_that_installs_it(path: Path) -> None:
    with pytest.raises(MissingPartError) as raised:
        install.program("redis-server")
    assert str(raised.value) == (
        "redis-server is missing: it keeps the state.\n"
        "Install with: apt-get install --yes --no-install-recommends redis-server"
    )


def test_all_missing_programs_are_named_at_once_and_each_package_once(path: Path) -> None:
    put(path, "redis-server")
    with pytest.raises(MissingPartError) as raised:
        install.ensure(["redis-server", "prometheus", "promtool", "java"])
    assert "prometheus is missing" in str(raised.value)
    assert "promtool is missing" in str(raised.value)
    assert str(raised.value).endswith("--no-install-recommends default-jre-headless prometheus")


def test_where_all_programs_are_there_one_line_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for one in install.PROGRAMS:
        put(path, one.name, "echo 'openjdk version \"21.0.1\"' >&2")
    runpy.run_module("services.local", run_name="__main__")
    [said] = capsys.readouterr().out.splitlines()
    assert said.startswith("all parts are there: ")
    assert "redis-server" in said


def test_alertmanager_is_known_by_its_own_name_and_by_debians(path: Path) -> None:
    put(path, "alertmanager")
    assert install.program("prometheus-alertmanager") == str(path / "alertmanager")


def test_maven_is_not_missed_where_kafka_is_there_already(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_HOME", "/opt/kafka")
    install.ensure(["mvn"])


@pytest.mark.parametrize("age", VERSIONS)
def test_java_counts_from_17_on(path: Path, age: str) -> None:
    put(path, "java", f"echo 'openjdk version {VERSIONS[age]} 2024-01-16' >&2")
    assert (install.find("java") is not None) == (age in {"new enough", "early access"})


def installing(folder: Path, monkeypatch: pytest.MonkeyPatch, apt: str) -> Path:
    """Root on Debian with this apt-get; the policy that apt would obey."""
    policy = folder / "policy-rc.d"
    monkeypatch.setattr(install, "POLICY", policy)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    put(folder, "apt-get", apt)
    return policy


def test_as_root_it_is_installed_without_its_services_being_started(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = path / "policy-rc.d"
    install_redis = f"{policy}; echo $? > {path}/policy; echo '#!/bin/sh' > {path}/redis-server"
    policy = installing(
        path, monkeypatch, f"""[ $1 = update ] || {{ {install_redis}; /bin/chmod +x {path}/redis-server; }}"""
    )
    install.ensure(["redis-server"])
    assert (path / "policy").read_text(encoding="utf-8") == "101\n"
    assert not policy.exists()


def test_a_policy_of_the_machines_own_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = installing(path, monkeypatch, "echo no such package >&2; exit 100")
    put(path, policy.name, "exit 104")
    with pytest.raises(MissingPartError, match="no such package"):
        install.ensure(["redis-server"])
    assert "exit 104" in policy.read_text(encoding="utf-8")
