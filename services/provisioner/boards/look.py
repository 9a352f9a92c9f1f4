"""What a panel asks and says of itself, and what all kinds of panels have in common."""

from collections.abc import Sequence
from typing import Final

import msgspec

from services.provisioner.addresses import DATA_SOURCE_UID
from services.provisioner.colours import Steps, plain
from services.provisioner.sdk import common, dashboard, prometheus
from services.provisioner.verbatim import markdown, without_variables

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def reference(number: int) -> str:
    """By which a panel tells its queries apart: A to Z, then A1 to Z1, and so on."""
    round_, letter = divmod(number, len(LETTERS))
    return f"{LETTERS[letter]}{round_ or ''}"


class Query(msgspec.Struct, frozen=True):
    """An expression and what its line is called; ``quiet`` lines (targets, unfinished periods) are dashed and grey.

    A legend with ``{{label}}`` in it stands for many lines, which have no colour of their own.
    """

    expression: str
    legend: str
    quiet: bool = False
    colour: str = ""

    @property
    def many(self) -> bool:
        """Whether its lines are named by their labels."""
        return "{{" in self.legend


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a panel says of itself.

    A plain number unless it says otherwise.  ``empty`` is what stands there without data; ``words`` takes the place of
    numbers: from this value on that word, in that colour.
    """

    title: str
    description: str
    unit: str = "short"
    thresholds: Steps = msgspec.field(default_factory=plain)
    empty: str = "no data yet"
    decimals: int | None = None
    words: Sequence[tuple[float, str, str]] = ()
    links: Sequence[tuple[str, str]] = ()


def source() -> common.DataSourceRef:
    """Prometheus, by its fixed uid."""
    return common.DataSourceRef(type_val="prometheus", uid=DATA_SOURCE_UID)


def targets(queries: Sequence[Query], *, instant: bool, table: bool = False) -> list[prometheus.Dataquery]:
    """As the SDK has them; an instant query shows what has vanished as empty and not as its last value."""
    form = prometheus.PromQueryFormat.TABLE if table else prometheus.PromQueryFormat.TIME_SERIES
    return [
        prometheus.Dataquery(
            datasource=source(),
            expr=query.expression,
            legend_format=query.legend,
            ref_id=reference(number),
            instant=instant,
            range_val=not instant,
            editor_mode=prometheus.QueryEditorMode.CODE,
            format_val=form,
        )
        for number, query in enumerate(queries)
    ]


def panel(
    kind: str, look: Look, asked: Sequence[prometheus.Dataquery], options: object, custom: object = None
) -> dashboard.Panel:
    """A panel that has no place yet, coloured by its thresholds."""
    defaults = dashboard.FieldConfig(
        unit=look.unit,
        decimals=look.decimals,
        no_value=look.empty,
        mappings=mappings(look.words),
        thresholds=dashboard.ThresholdsConfig(mode=dashboard.ThresholdsMode.ABSOLUTE, steps=look.thresholds),
        color=dashboard.FieldColor(mode=dashboard.FieldColorModeId.THRESHOLDS),
        custom=custom,
    )
    return dashboard.Panel(
        type_val=kind,
        title=without_variables(look.title),
        description=markdown(without_variables(look.description)),
        datasource=source(),
        targets=list(asked),
        options=options,
        field_config=dashboard.FieldConfigSource(defaults=defaults, overrides=[]),
        links=[link(title, url) for title, url in look.links],
    )


def link(title: str, url: str) -> dashboard.DashboardLink:
    """To another board, at the same time range."""
    return dashboard.DashboardLink(
        title=title,
        type_val=dashboard.DashboardLinkType.LINK,
        icon="dashboard",
        tooltip=title,
        url=url,
        tags=[],
        keep_time=True,
    )


def legend(*, shown: bool) -> common.VizLegendOptions:
    """Below the panel, a name for each line and nothing reckoned."""
    return common.VizLegendOptions(
        display_mode=common.LegendDisplayMode.LIST,
        placement=common.LegendPlacement.BOTTOM,
        show_legend=shown,
        calcs=[],
    )


def last_value() -> common.ReduceDataOptions:
    """What a panel of one number shows of what it asked for."""
    return common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields="")


def mappings(words: Sequence[tuple[float, str, str]]) -> list[dashboard.ValueMapping]:
    """A word for each span of values: from this one up to the next; the first reaches down without end."""
    found: list[dashboard.ValueMapping] = []
    for number, (begin, word, colour) in enumerate(words):
        end = words[number + 1][0] if number + 1 < len(words) else None
        result = dashboard.ValueMappingResult(text=word, color=colour, index=number)
        span = dashboard.DashboardRangeMapOptions(from_val=begin if number else None, to=end, result=result)
        found.append(dashboard.RangeMap(options=span))
    return list(reversed(found))  # the first that fits is taken: a value on a border belongs to the span above


def override(name: str, **properties: object) -> dashboard.DashboardFieldConfigSourceOverrides:
    """Other properties for what is called by this name; ``custom_`` stands for ``custom.``."""
    return dashboard.DashboardFieldConfigSourceOverrides(
        matcher=dashboard.MatcherConfig(id_val="byName", options=name),
        properties=[
            dashboard.DynamicConfigValue(id_val=key.replace("custom_", "custom."), value=value)
            for key, value in properties.items()
        ],
    )


def fixed(colour: str) -> dict[str, str]:
    """A colour whatever the value is."""
    return {"mode": "fixed", "fixedColor": colour}
