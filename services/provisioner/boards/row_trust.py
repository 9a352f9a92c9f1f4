"""Last row: why the numbers above can be trusted, or not."""

from schemas import names
from schemas.definition.model import Definition
from services.provisioner import colours, words
from services.provisioner import expressions as promql
from services.provisioner.addresses import Addresses
from services.provisioner.boards.panels import Look, Place, Query, series_panel, stat_panel, text_panel
from services.provisioner.rules.groups import all_rules
from services.provisioner.sdk import dashboard

HEIGHT = 30
PER_PARTITION = "{{topic}}/{{partition}}"


def trust_row(definition: Definition, y: int, addresses: Addresses) -> list[dashboard.Panel]:
    """State, lag, watermark, outcomes; then the definition and the runbooks in words."""
    return [
        *_stats(y),
        *_lines(y + 4),
        text_panel(
            Place(410, 0, y + 20, 16, 10),
            "What is counted",
            "The definition in words.",
            words.as_markdown(definition),
        ),
        text_panel(
            Place(411, 16, y + 20, 8, 10), "Alerts", "Each alert and its page.", _runbooks(definition, addresses)
        ),
    ]


def _stats(y: int) -> list[dashboard.Panel]:
    up = Look(
        title="State",
        description="1 while the store answers and every partition has a position; else values are withheld.",
        unit="bool_on_off",
        thresholds=colours.steps(colours.BAD, (1, colours.GOOD)),
        empty="no exporter",
    )
    read = Look(
        title="State last read",
        description="How long ago the exporter last read the state; about a second is right.",
        unit="s",
        thresholds=colours.steps(colours.GOOD, (10, colours.WATCH), (60, colours.BAD)),
        decimals=0,
        empty="no exporter",
    )
    share = Look(
        title="Dead-letter share",
        description="Share of events that were late, ahead of time or refused in 15 minutes; the worst topic.",
        unit="percentunit",
        thresholds=colours.steps(colours.GOOD, (0.01, colours.WATCH), (0.1, colours.BAD)),
        decimals=2,
        empty="no events in 15 minutes",
    )
    return [
        stat_panel(Place(401, 0, y, 8, 4), up, Query(f"max({names.STATE_UP})", "state")),
        stat_panel(Place(402, 8, y, 8, 4), read, Query(promql.snapshot_age(), "age")),
        stat_panel(Place(403, 16, y, 8, 4), share, Query(f"max({promql.dead_letter_share('15m')})", "share")),
    ]


def _lines(y: int) -> list[dashboard.Panel]:
    lag = Look(
        title="Lag by partition",
        description="Events in Kafka that are not folded yet. A line that only rises is a partition without a worker.",
        unit="short",
        thresholds=colours.plain(),
        decimals=0,
    )
    watermark = Look(
        title="Watermark age by partition",
        description="How far the largest event time of each partition lies back. It grows while nothing is published.",
        unit="s",
        thresholds=colours.plain(),
    )
    outcomes = Look(
        title="Events not simply counted",
        description="Events a second that were duplicates, late, ahead of time, or refused (5 minutes' mean).",
        unit="cps",
        thresholds=colours.plain(),
    )
    unused = Look(
        title="Events that a measure could not use",
        description="Events a second that lack what a measure reads, by measure and reason (5 minutes' mean).",
        unit="cps",
        thresholds=colours.plain(),
        empty="none: every measure could use all",
    )
    return [
        series_panel(Place(404, 0, y, 12, 8), lag, [Query(promql.lag(), PER_PARTITION)]),
        series_panel(Place(405, 12, y, 12, 8), watermark, [Query(promql.watermark_age(), PER_PARTITION)]),
        series_panel(Place(406, 0, y + 8, 12, 8), outcomes, [Query(promql.outcome_rates("5m"), "{{outcome}}")]),
        series_panel(Place(407, 12, y + 8, 12, 8), unused, [Query(promql.unused(), "{{measure}}: {{reason}}")]),
    ]


def _runbooks(definition: Definition, addresses: Addresses) -> str:
    lines = []
    for alert, severity in dict.fromkeys((rule.alert, rule.severity) for rule in all_rules(definition)):
        page = addresses.runbook(alert)
        name = f"[{alert}]({page})" if addresses.runbooks_are_online else f"{alert}: `{page}`"
        lines.append(f"- {name} ({severity})")
    return "\n".join(lines)
