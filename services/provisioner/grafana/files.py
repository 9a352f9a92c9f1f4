"""What Grafana reads at its start.

DIR/provisioning/datasources/nsm.yaml    Prometheus, by a fixed uid
DIR/provisioning/dashboards/nsm.yaml     says where boards stand
DIR/dashboards/<uid>.json                the boards
"""

import yaml

from schemas.definition.model import Definition
from services.provisioner.addresses import DATA_SOURCE_NAME, DATA_SOURCE_UID, FOLDER_TITLE, FOLDER_UID, Addresses
from services.provisioner.boards.all_boards import all_boards, to_json

HEAD = "# Written by `nsm grafana render`. Change the definition, not this file.\n"


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
        "name": DATA_SOURCE_NAME,
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
        "folder": FOLDER_TITLE,
        "folderUid": FOLDER_UID,
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": boards, "foldersFromFilesStructure": False},
    }
    return {"apiVersion": 1, "providers": [provider]}
