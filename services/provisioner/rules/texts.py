"""Numbers inside the sentences of an alert."""

from schemas.definition.model import Calendar, Metric
from services.provisioner import expressions as promql


def shown(query: str, how: str = 'printf "%.4g"') -> str:
    """A template that puts a query's present value into a sentence; a dash where there is none."""
    return f"{{{{ with query {promql.quoted(query)} }}}}{{{{ . | first | value | {how} }}}}{{{{ else }}}}-{{{{ end }}}}"


def over(metric: Metric) -> str:
    """The span of which values are compared."""
    window = metric.windows[0]
    return f"the last complete {window.label}" if isinstance(window, Calendar) else window.label
