"""``nsm grafana render DIR``: what Grafana reads at its start.

DIR/provisioning/datasources/nsm.yaml    Prometheus, by a fixed uid
DIR/provisioning/dashboards/nsm.yaml     says where boards stand
DIR/dashboards/<uid>.json                the boards
"""

import argparse
from pathlib import Path

import yaml

from schemas.definition.loading import load
from schemas.definition.model import Definition
from services.provisioner.addresses import DATA_SOURCE_UID, Addresses
from services.provisioner.boards.all_boards import all_boards, to_json
from services.provisioner.files import write
from services.settings import settings

HEAD = "# Written by `nsm grafana render`. Change the definition, not this file.\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["render"], help="render: write the files that Grafana reads at its start")
    parser.add_argument("dir", type=Path, help="the folder to write to; made if it is not there")
    parser.add_argument("--definition", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--prometheus-url", help="Prometheus as Grafana reaches it (default: as this command does)")
    parser.add_argument("--boards-path", help="DIR/dashboards as Grafana sees it (default: where it is written)")
    parser.add_argument("--runbooks-url", default=Addresses().runbooks, help="where the runbooks' pages stand")


def run(args: argparse.Namespace) -> int:
    definition, folder = load(args.definition), Path(args.dir)
    url = args.prometheus_url or settings().prometheus
    boards = args.boards_path or str((folder / "dashboards").resolve())
    addresses = Addresses(runbooks=args.runbooks_url)
    for name, text in grafana_files(definition, addresses, url, boards).items():
        file = folder / name
        write(file, text)
        print(file)
    return 0


def grafana_files(definition: Definition, addresses: Addresses, prometheus_url: str, boards: str) -> dict[str, str]:
    """Path below DIR -> content; the same bytes for the same definition and addresses."""
    return {
        "provisioning/datasources/nsm.yaml": HEAD + _yaml(_data_source(prometheus_url)),
        "provisioning/dashboards/nsm.yaml": HEAD + _yaml(_provider(boards)),
        **{f"dashboards/{board.uid}.json": to_json(board) for board in all_boards(definition, addresses)},
    }


def _yaml(content: dict[str, object]) -> str:
    written: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return written


def _data_source(url: str) -> dict[str, object]:
    source = {
        "name": "North Star Prometheus",
        "uid": DATA_SOURCE_UID,
        "type": "prometheus",
        "access": "proxy",
        "url": url,
        "isDefault": True,
        "editable": False,
        "jsonData": {"httpMethod": "POST", "timeInterval": "15s"},
    }
    return {"apiVersion": 1, "datasources": [source]}


def _provider(boards: str) -> dict[str, object]:
    provider = {
        "name": "nsm",
        "type": "file",
        "folder": "North Star",
        "folderUid": "nsm",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": boards, "foldersFromFilesStructure": False},
    }
    return {"apiVersion": 1, "providers": [provider]}
