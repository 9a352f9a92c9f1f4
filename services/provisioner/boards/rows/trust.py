"""Why the numbers above can be trusted, or not."""

from schemas.definition.model import Definition
from services.provisioner import words
from services.provisioner.addresses import Addresses
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.look import Look
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.rows.signs import dead_letters, lag, refused, state, state_age
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.boards.texts import text_panel
from services.provisioner.rules.groups import all_rules
from services.provisioner.sdk import dashboard


def trust_row(definition: Definition, addresses: Addresses) -> Row:
    """The state in numbers; then alerts, the definition and the runbooks in words."""
    told = [
        Tile("trust/definition", _definition(definition), 3),
        Tile("trust/firing", firing(), 2),
        Tile("trust/runbooks", runbooks(definition, addresses), 2),
    ]
    return Row("trust", "Trust", [Line(4, [state(), state_age(), lag(), dead_letters(), refused()]), Line(11, told)])


def firing() -> dashboard.Panel:
    """The alerts of these rules that are firing now."""
    look = Look(
        title="Alerts that are firing",
        description="What is wrong at this instant, by the rules that come with these boards.",
        decimals=0,
        empty="no alert is firing",
    )
    column = Column(name="Firing", expression=pipeline.firing(), unit="short", decimals=0)
    return table_panel(look, {"alertname": "Alert", "severity": "Severity"}, [column])


def runbooks(definition: Definition, addresses: Addresses) -> dashboard.Panel:
    """Each alert and its page, as a link where a browser can follow."""
    lines = []
    for alert, severity in dict.fromkeys((rule.alert, rule.severity) for rule in all_rules(definition)):
        page = addresses.runbook(alert)
        name = f"[{alert}]({page})" if addresses.runbooks_are_online else f"{alert}: `{page}`"
        lines.append(f"- {name} ({severity})")
    return text_panel("Runbooks", "Each alert and its page.", "\n".join(lines))


def _definition(definition: Definition) -> dashboard.Panel:
    return text_panel("What is counted", "The definition in words.", words.as_markdown(definition))
