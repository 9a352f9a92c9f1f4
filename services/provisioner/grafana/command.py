"""``nsm grafana render DIR``."""

import argparse
from pathlib import Path

from schemas.definition.loading import load
from services.provisioner.addresses import Addresses
from services.provisioner.files import write
from services.provisioner.grafana.files import grafana_files
from services.settings import settings


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
