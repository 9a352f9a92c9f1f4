"""Why the numbers above can be trusted, or not."""

from schemas import names
from schemas.definition.model import Definition
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.addresses import PIPELINE_UID, Addresses, board_path
from services.provisioner.boards.layout import Line, Row, Tile
from services.provisioner.boards.look import Look, Query
from services.provisioner.boards.queries import pipeline
from services.provisioner.boards.stats import stat_panel
from services.provisioner.boards.tables import Column, table_panel
from services.provisioner.boards.texts import text_panel
from services.provisioner.rules.groups import all_rules
from services.provisioner.sdk import dashboard

FRESH = colours.steps(colours.GOOD, (300, colours.WATCH), (900, colours.BAD))
COMPLETE = colours.steps(colours.BAD, (0.5, colours.WATCH), (1, colours.GOOD))
LOST = colours.steps(colours.GOOD, (0.01, colours.WATCH), (0.1, colours.BAD))
STATES = ((0, "Away", colours.BAD), (1, "Up", colours.GOOD))
TO_PIPELINE = (("Pipeline", board_path(PIPELINE_UID)),)


def trust_row(definition: Definition, addresses: Addresses) -> Row:
    """The state in numbers; then alerts, the definition and the runbooks in words."""
    return Row(
        "trust",
        "Trust",
        [
            Line(4, [state(), state_age(), lag(), dead_letters(), refused()]),
            Line(
                11,
                [
                    Tile("trust/definition", _definition(definition), 3),
                    Tile("trust/firing", firing(), 2),
                    Tile("trust/runbooks", runbooks(definition, addresses), 2),
                ],
            ),
        ],
    )


def freshness(metric: str) -> Tile:
    """Age of what a metric rests on."""
    look = Look(
        title="Freshness",
        description="Age of the moment up to which every event was read. Beyond 15 minutes the number is stale.",
        unit="s",
        thresholds=FRESH,
        decimals=0,
        empty="no state",
        links=TO_PIPELINE,
    )
    return Tile(f"{metric}/freshness", stat_panel(look, Query(promql.age(metric), "age")))


def completeness(metric: str) -> Tile:
    """How much of it was read."""
    look = Look(
        title="Completeness",
        description="Share of the partitions that are up to date. Below 100 % events are missing from the number.",
        unit="percentunit",
        thresholds=COMPLETE,
        decimals=0,
        empty="no state",
        links=TO_PIPELINE,
    )
    return Tile(f"{metric}/completeness", stat_panel(look, Query(promql.completeness(metric), "partitions up to date")))


def state() -> Tile:
    """Redis, as the exporter finds it."""
    look = Look(
        title="State in Redis",
        description="Up while the store answers and every partition has a position; else values are withheld.",
        unit="short",
        thresholds=colours.plain(),
        words=STATES,
        empty="no exporter",
    )
    return Tile("state/up", stat_panel(look, Query(f"min({names.STATE_UP})", "state")))


def state_age() -> Tile:
    """How old the exporter's picture is."""
    look = Look(
        title="State last read",
        description="How long ago the exporter last read the state; about a second is right.",
        unit="s",
        thresholds=colours.steps(colours.GOOD, (10, colours.WATCH), (60, colours.BAD)),
        decimals=0,
        empty="no exporter",
    )
    return Tile("state/age", stat_panel(look, Query(promql.snapshot_age(), "age")))


def lag() -> Tile:
    """All partitions together."""
    look = Look(
        title="Events waiting",
        description="Events in Kafka that are not folded yet, over all partitions.",
        unit="short",
        thresholds=colours.plain(),
        decimals=0,
        empty="no log was read yet",
        links=TO_PIPELINE,
    )
    return Tile("lag/now", stat_panel(look, Query(pipeline.lag_now(), "waiting")))


def dead_letters() -> Tile:
    """What is missing from every number."""
    look = Look(
        title="Dead-letter share",
        description="Share of events that were late, ahead of time or refused in 15 minutes; the worst topic.",
        unit="percentunit",
        thresholds=LOST,
        decimals=2,
        empty="no events in 15 minutes",
    )
    return Tile("events/dead", stat_panel(look, Query(f"max({promql.dead_letter_share('15m')})", "share")))


def refused() -> Tile:
    """What was none."""
    look = Look(
        title="Refused share",
        description="Share of messages that were no events, or not of this definition, in 15 minutes; the worst topic.",
        unit="percentunit",
        thresholds=LOST,
        decimals=2,
        empty="no events in 15 minutes",
    )
    return Tile("events/refused", stat_panel(look, Query(pipeline.outcome_share("refused", "15m"), "share")))


def firing() -> dashboard.Panel:
    """The alerts of these rules that are firing now."""
    look = Look(
        title="Alerts that are firing",
        description="What is wrong at this instant, by the rules that come with these boards.",
        unit="short",
        thresholds=colours.plain(),
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
