"""What must hold before a value is judged: it is fresh, it is whole, and enough stands behind it."""

from schemas import names
from schemas.definition.model import Definition, Metric
from services.provisioner import expressions as promql
from services.provisioner.rules.limits import Limits
from services.provisioner.rules.special_days import special_spans


def trusted(metric: Metric, limits: Limits) -> tuple[str, str]:
    """Read a short while ago, from every partition; also while Alertmanager knows of no broken pipeline."""
    return (
        f"and on () ({promql.age(metric.name)} < {limits.stale_seconds})",
        f"and on () ({promql.completeness(metric.name)} >= 1)",
    )


def enough(definition: Definition, metric: Metric, otherwise: str, limits: Limits) -> str:
    """Volume: of a part of a whole the whole, of a quantile its amounts; of a plain number what ``otherwise`` says."""
    return f"and on (metric) ({promql.volume(definition, metric) or otherwise} >= {limits.least_volume})"


def whole_is_enough(definition: Definition, metric: Metric, limits: Limits) -> tuple[str, ...]:
    """As above, where what is no plain number can stand on too little to be judged."""
    whole = promql.volume(definition, metric)
    return () if whole is None else (f"and on () ({whole} >= {limits.least_volume})",)


def ordinary(definition: Definition, metric: Metric, limits: Limits) -> tuple[str, ...]:
    """Neither now nor in the weeks compared with is a declared holiday or campaign what makes the difference."""
    spans = special_spans(definition, metric, limits)
    if not spans:
        return ()
    inside = "\n  or ".join(f"vector(time()) >= {start} < {end}" for start, end in spans)
    return (f"unless on () (\n  {inside}\n)",)


def present(series: str) -> str:
    """One sample without labels while there is any."""
    return f"max({series})"


def state_is_read() -> str:
    """Some exporter reads its state."""
    return f"and on () ({present(names.STATE_UP)} == 1)"
