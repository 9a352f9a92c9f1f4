"""What is rendered from the definitions that come with the project, kept to be compared; but for boards.

Written anew, after a change that is meant, by ``python -m tests.services.provisioner.golden``.
"""

from pathlib import Path

from schemas.definition.loading import load
from services.provisioner.addresses import Addresses
from services.provisioner.grafana.files import grafana_files
from services.provisioner.rules.groups import rule_groups
from services.provisioner.rules.model import to_yaml
from services.provisioner.rules.routes import alertmanager_yaml

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).parent / "rendered"
DEFINITIONS = ("cdnow",)


def rendered(name: str) -> dict[str, str]:
    """File name -> content, at addresses of no machine."""
    definition = load(ROOT / "deploy" / "definitions" / f"{name}.yaml")
    addresses = Addresses()
    files = grafana_files(definition, addresses, "http://prometheus:9090", "/rendered/grafana/dashboards")
    return {
        f"{name}.source.yaml": files["provisioning/datasources/nsm.yaml"],
        f"{name}.provider.yaml": files["provisioning/dashboards/nsm.yaml"],
        f"{name}.rules.yml": to_yaml(rule_groups(definition), addresses),
        f"{name}.alertmanager.yml": alertmanager_yaml(definition),
    }


def write() -> None:
    """Takes what is rendered now as right."""
    FOLDER.mkdir(exist_ok=True)
    for name in DEFINITIONS:
        for file, text in rendered(name).items():
            (FOLDER / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
