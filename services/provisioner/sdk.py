"""The one door to Grafana's SDK.

Its models of the classic board warn that a newer model exists; Grafana 10 and 11 cannot read that one.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models import (
        bargauge,
        common,
        dashboard,
        prometheus,
        stat,
        statetimeline,
        table,
        text,
        timeseries,
    )

__all__ = [
    "JSONEncoder",
    "bargauge",
    "common",
    "dashboard",
    "prometheus",
    "stat",
    "statetimeline",
    "table",
    "text",
    "timeseries",
]
