"""docker-compose.yml and the image, read but not run: the tests need no container engine."""

import argparse
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli.main import COMMANDS
from services.history.command import add_arguments
from services.local import install
from services.local.prometheus import KEPT_FOR
from services.provisioner.rules.command import ROUTES_NAME

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("nsm:")}
DOCKERFILE = (ROOT / "deploy/image/Dockerfile").read_text(encoding="utf-8")


def test_all_parts_of_the_road_are_there() -> None:
    parts = {"kafka", "redis", "topics", "render", "worker", "exporter", "prometheus", "history"}
    running = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert running == parts | {"alertmanager", "grafana"}


def test_the_grafana_of_the_contract_suite_is_kept_by_nothing_else() -> None:
    contract, ours = SERVICES["grafana-contract"], SERVICES["grafana"]
    assert contract["image"] == ours["image"]
    assert not contract.keys() & {"volumes", "environment", "depends_on"}
    assert contract["ports"] != ours["ports"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_services_that_exist(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        match how["condition"]:
            case "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"]
            case "service_completed_successfully":
                assert SERVICES[other]["restart"] == "on-failure"


@pytest.mark.parametrize("name", SERVICES)
def test_every_mounted_file_and_volume_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", ()):
        source = volume.partition(":-")[2].split("}")[0] if volume.startswith("$") else volume.split(":")[0]
        if source == "./nsm.yaml":
            continue  # the reader's own
        assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_reachable_from_other_machines(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_that_exist(name: str) -> None:
    service = OURS[name]
    if "entrypoint" not in service:
        assert service["command"][0] in COMMANDS
    elif name == "topics":
        assert (ROOT / (service["entrypoint"][2].replace(".", "/") + ".py")).is_file()
    else:
        words = " ".join(service["command"]).split("python -m services.cli ")[1:]
        assert {line.split()[0] for line in words} == {"rules", "grafana"}


@pytest.mark.parametrize("name", OURS)
def test_addresses_name_services_that_exist(name: str) -> None:
    for address in OURS[name]["environment"].values():
        assert address.rpartition("/")[2].split(":")[0] in SERVICES or address.split("/")[2].split(":")[0] in SERVICES


def test_the_image_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {service["image"] for service in OURS.values()} == {f"nsm:{project['version']}"}


def test_the_image_is_built_from_files_that_exist_and_are_let_through() -> None:
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in let_through


def test_the_image_does_not_run_as_root() -> None:
    assert "\nUSER nsm\n" in DOCKERFILE
    assert "\nHEALTHCHECK " in DOCKERFILE


def test_prometheus_understands_its_settings() -> None:
    check("promtool", "check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml")


def test_alertmanager_reads_what_is_rendered_with_the_receivers_that_are_mounted() -> None:
    render = " ".join(SERVICES["render"]["command"])
    assert "rules render /rendered/rules --definition nsm.yaml --receivers receivers.yml" in render
    assert any(volume.endswith(":/work/receivers.yml:ro") for volume in SERVICES["render"]["volumes"])
    assert f"--config.file=/rendered/rules/{ROUTES_NAME}" in SERVICES["alertmanager"]["command"]


def check(name: str, *words: str) -> None:
    install.ensure([name])
    done = subprocess.run([shutil.which(name) or name, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_past_is_filled_into_the_data_of_prometheus_with_its_own_tool() -> None:
    history, prometheus = SERVICES["history"], SERVICES["prometheus"]
    into = history["command"][history["command"].index("--into") + 1]
    assert f"prometheus:{into}" in history["volumes"]
    assert f"prometheus:{into}" in prometheus["volumes"]
    assert f"--storage.tsdb.path={into}" in prometheus["command"]
    assert f"COPY --from={prometheus['image']} /bin/promtool /usr/local/bin/promtool" in DOCKERFILE
    options = argparse.ArgumentParser()
    add_arguments(options)
    assert options.parse_args(history["command"][1:]).once


def test_five_years_can_be_laid_side_by_side_in_either_stack_and_what_is_written_of_it_is_so() -> None:
    years, unit = KEPT_FOR[:-1], KEPT_FOR[-1]
    assert unit == "y"
    assert int(years) > 5
    asked = f"--storage.tsdb.retention.time={KEPT_FOR}"
    assert asked in SERVICES["prometheus"]["command"]
    options = argparse.ArgumentParser()
    add_arguments(options)
    for text in (options.format_help(), (ROOT / "docs/operations.md").read_text(encoding="utf-8")):
        assert asked in text
