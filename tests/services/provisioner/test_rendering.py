"""What ``nsm grafana render`` and ``nsm rules render`` write."""

import argparse
import json
from pathlib import Path

import pytest
import yaml

from services.provisioner.grafana import command as grafana_command
from tests.services.provisioner.golden import DEFINITIONS, FOLDER, ROOT, rendered


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_is_rendered_is_what_was_looked_at(name: str) -> None:
    for file, text in rendered(name).items():
        assert (FOLDER / file).read_text(encoding="utf-8") == text


def test_rendering_writes_what_grafana_reads_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    grafana_command.add_arguments(parser)
    folder = tmp_path / "grafana"
    definition = ROOT / "deploy" / "definitions" / "cdnow.yaml"
    arguments = ["render", str(folder), "--definition", str(definition), "--prometheus-url", "http://prometheus:9090"]

    def render() -> dict[str, bytes]:
        assert grafana_command.run(parser.parse_args(arguments)) == 0
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    first = render()
    assert render() == first
    source = yaml.safe_load(first["provisioning/datasources/nsm.yaml"])["datasources"][0]
    assert (source["uid"], source["url"]) == ("nsm-prometheus", "http://prometheus:9090")
    provider = yaml.safe_load(first["provisioning/dashboards/nsm.yaml"])["providers"][0]
    assert provider["options"]["path"] == str(folder / "dashboards")
    boards = {file.removeprefix("dashboards/") for file in first if file.startswith("dashboards/")}
    departments = {"nsm-department-marketing.json", "nsm-department-sales.json"}
    assert boards == {"nsm.json", "nsm-objectives.json", "nsm-pipeline.json"} | departments
    assert all(json.loads(first[f"dashboards/{board}"])["uid"] == board.removesuffix(".json") for board in boards)
