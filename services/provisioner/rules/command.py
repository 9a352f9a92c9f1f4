"""``nsm rules render DIR``."""

import argparse
from pathlib import Path

from schemas.definition.loading import load
from services.provisioner.addresses import Addresses
from services.provisioner.files import write
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import to_yaml

FILE_NAME = "nsm.rules.yml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["render"], help="render: write the rule file")
    parser.add_argument("dir", type=Path, help="the folder to write to; made if it is not there")
    parser.add_argument("--definition", type=Path, default=Path("nsm.yaml"), help="the definition (nsm.yaml)")
    parser.add_argument("--grafana-url", default=Addresses().grafana, help="where links to the board begin")
    parser.add_argument("--runbooks-url", default=Addresses().runbooks, help="where the runbooks' pages stand")


def run(args: argparse.Namespace) -> int:
    addresses = Addresses(grafana=args.grafana_url, runbooks=args.runbooks_url)
    text = to_yaml(rule_groups(load(args.definition)), addresses)
    file = args.dir / FILE_NAME
    write(file, text)
    print(file)
    return 0
