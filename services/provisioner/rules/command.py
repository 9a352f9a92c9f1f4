"""``nsm rules render DIR``."""

import argparse
from pathlib import Path
from typing import Final

from schemas.definition.loading import load
from services.provisioner.addresses import Addresses
from services.provisioner.files import write
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import to_yaml
from services.provisioner.rules.owners import all_owners
from services.provisioner.rules.receivers import Receivers, read_receivers
from services.provisioner.rules.recording import FILE_NAME as RECORDING_NAME
from services.provisioner.rules.recording import recording_yaml
from services.provisioner.rules.routes import alertmanager_yaml

FILE_NAME: Final = "nsm.rules.yml"
ROUTES_NAME: Final = "alertmanager/alertmanager.yml"
"""In a folder of its own: Prometheus is told to read every file beside its rules."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=["render"], help="render: write the rules of Prometheus and the routes of Alertmanager"
    )
    parser.add_argument("dir", type=Path, help="the folder to write to; made if it is not there")
    parser.add_argument("--definition", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--receivers", type=Path, help="who is told by what, a file of your own; none: only shown")
    parser.add_argument("--grafana-url", default=Addresses().grafana, help="where links to the board begin")
    parser.add_argument("--runbooks-url", default=Addresses().runbooks, help="where the runbooks' pages stand")


def run(args: argparse.Namespace) -> int:
    definition = load(args.definition)
    receivers = read_receivers(args.receivers, all_owners(definition)) if args.receivers else Receivers()
    addresses = Addresses(grafana=args.grafana_url, runbooks=args.runbooks_url)
    files = {
        FILE_NAME: to_yaml(rule_groups(definition), addresses),
        RECORDING_NAME: recording_yaml(),
        ROUTES_NAME: alertmanager_yaml(definition, receivers),
    }
    for name, text in files.items():
        write(args.dir / name, text)
        print(args.dir / name)
    return 0
