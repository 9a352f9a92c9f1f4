"""What Prometheus records for boards that look at years: one series a metric and window, one sample every few minutes.

Scraped every few seconds by each exporter there is, a year of one metric is millions of samples.
"""

from typing import Final

import yaml

from schemas import names
from schemas.readings import WHOLE
from services.provisioner.expressions import selector

FILE_NAME: Final = "nsm.recording.yml"
INTERVAL: Final = "2m"
"""Well within the five minutes for which Prometheus takes a sample as current."""


def recording_expression(recorded: str) -> str:
    """Of the whole, whichever exporters show it."""
    series = names.RECORDED[recorded]
    labels = names.SERIES[series]
    whole = {name: WHOLE for name in ("dimension", "segment") if name in labels}
    kept = ", ".join(name for name in labels if name not in whole)
    return f"max by ({kept}) ({selector(series, **whole)})"


def recording_yaml() -> str:
    """A rule file, the same for every definition."""
    rules = [{"record": name, "expr": recording_expression(name)} for name in names.RECORDED]
    content = {"groups": [{"name": "nsm-recorded", "interval": INTERVAL, "rules": rules}]}
    return "# Written by `nsm rules render`.\n" + str(yaml.safe_dump(content, sort_keys=False, width=10_000))
