"""``nsm rules render DIR``."""

import argparse
from pathlib import Path

from schemas.definition.loading import load
from services.provisioner.addresses import Addresses
from services.provisioner.files import write
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import to_yaml
from services.provisioner.rules.recording import FILE_NAME as RECORDING_NAME
from services.provisioner.rules.recording import recording_yaml

FILE_NAME = "nsm.rules.yml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["render"], help="render: write the rule files")
    parser.add_argument("dir", type=Path, help="the folder to write to; made if it is not there")
    parser.add_argument("--definition", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--grafana-url", default=Addresses().grafana, help="where links to the board begin")
    parser.add_argument("--runbooks-url", default=Addresses().runbooks, help="where the runbooks' pages stand")


def run(args: argparse.Namespace) -> int:
    addresses = Addresses(grafana=args.grafana_url, runbooks=args.runbooks_url)
    files = {
        FILE_NAME: to_yaml(rule_groups(load(args.definition)), addresses),
        RECORDING_NAME: recording_yaml(),
    }
    for name, text in files.items():
        write(args.dir / name, text)
        print(args.dir / name)
    return 0
