"""What happened or is planned -> annotations that any board of the company can show by their tag."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from schemas.definition.model import Definition
from schemas.definition.steering import Initiative
from services.provisioner.grafana.kinds.annotation import DEFINITION, INITIATIVE
from services.provisioner.grafana.marks import digest
from services.provisioner.grafana.model import Wanted
from streams.time.midnights import midnight

TAG = "nsm"


class TakeOver(msgspec.Struct, frozen=True):
    """A version of the definition and since when it is served (Unix milliseconds)."""

    version: str
    since_ms: int


def annotations(definition: Definition, take_over: TakeOver | None) -> Iterator[Wanted]:
    """Each initiative over its days, and the moment from which the numbers are counted by another definition."""
    zone = ZoneInfo(definition.time_zone)
    for one in definition.initiatives:
        span = midnight(zone, one.start.toordinal()), midnight(zone, one.end.toordinal() + 1)
        yield _annotation(definition, INITIATIVE, one.name, _said(one), span)
    if take_over is not None:
        text = f"Definition {take_over.version} is served from here on: numbers before were counted by another"
        moment = take_over.since_ms, take_over.since_ms
        yield _annotation(definition, DEFINITION, f"{take_over.version} {take_over.since_ms}", text, moment)


def _annotation(definition: Definition, tag: str, name: str, text: str, span: tuple[int, int]) -> Wanted:
    key = digest([definition.company, tag, name])
    content = {"time": span[0], "timeEnd": span[1], "text": text, "tags": [TAG, tag]}
    return Wanted(kind="annotation", identity=key, title=text.partition("\n")[0], content=content)


def _said(one: Initiative) -> str:
    lines = [f"{one.name} ({one.owner})" if one.owner else one.name]
    if one.expects is not None:
        by = f" by {one.expects.percent:+g} %" if one.expects.percent is not None else ""
        lines.append(f"Means to move {one.expects.metric.replace('_', ' ')}{by}")
    return "\n".join(lines)
