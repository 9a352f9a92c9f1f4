"""What happened, drawn on every graph: initiatives, changes of the definition, deploys.  All three are series."""

from typing import Final

from schemas import names
from schemas.definition.model import Definition
from services.provisioner import colours
from services.provisioner.boards.look import source
from services.provisioner.sdk import dashboard, prometheus

STEP: Final = "60s"


def annotations(definition: Definition) -> list[dashboard.AnnotationQuery]:
    """None of them is shown where nothing of the kind happened, or where the series are not there yet."""
    changes = [_definition_changes(), _deploys()]
    return [_initiatives(), *changes] if definition.initiatives else changes


def _initiatives() -> dashboard.AnnotationQuery:
    running = f"max by (initiative, metric, owner) ({names.INITIATIVE_ACTIVE}) == 1"
    return _query("Initiatives", running, colours.PLAIN, ("{{initiative}}", "means to move {{metric}} {{owner}}"))


def _definition_changes() -> dashboard.AnnotationQuery:
    since = f"max by (definition) ({names.DEFINITION_SINCE}) * 1000"
    texts = ("Definition {{definition}}", "From here on this version is shown.")
    return _query("Definition changes", since, colours.WATCH, texts, at_value=True)


def _deploys() -> dashboard.AnnotationQuery:
    """An hour long, so that a graph of a year still meets it; what was away for less has not been deployed anew."""
    deployed = f"max by (version) ({names.BUILD_INFO})"
    before = f"max by (version) (last_over_time({names.BUILD_INFO}[1h] offset 1h))"
    texts = ("Version {{version}}", "A version of the service began.")
    return _query("Deploys", f"{deployed} unless {before}", colours.FAINT, texts)


def _query(
    name: str, expression: str, colour: str, texts: tuple[str, str], *, at_value: bool = False
) -> dashboard.AnnotationQuery:
    """``at_value``: it happened at the milliseconds that the value is, not when the sample was taken.

    The expression stands in both places that versions of Grafana read it from.
    """
    asked = prometheus.Dataquery(expr=expression, ref_id="Anno", interval=STEP, datasource=source())
    return dashboard.AnnotationQuery(
        name=name,
        datasource=source(),
        enable=True,
        hide=False,
        icon_color=colour,
        expr=expression,
        target=asked,
        step=STEP,
        title_format=texts[0],
        text_format=texts[1],
        use_value_for_time=at_value,
    )
