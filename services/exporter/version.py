"""All that shows one version of the definition: what was read of it, and the pages' words for it."""

from typing import NamedTuple

from services.expected.expected import Expected
from services.exporter.bound import SERIES_LIMIT
from services.exporter.collector import ReadingsCollector
from services.exporter.snapshots import Snapshots
from streams.plan import Plan
from streams.state.port import Partition, Standing
from streams.state.serving import NOTHING, Serving


class Version:
    """``notice`` says what whoever reads should know of it, beside the readings; empty where there is nothing.

    ``serving`` is what the company's key said when it was last asked.
    """

    def __init__(self, snapshots: Snapshots, notice: str = "", series_limit: int = SERIES_LIMIT) -> None:
        self.plan, self.snapshots, self.notice = snapshots.plan, snapshots, notice
        self.serving = NOTHING
        self.expected = Expected(snapshots)
        self.collector = ReadingsCollector(snapshots, series_limit, self.expected.bands)

    def beside(self, serving: Serving) -> None:
        """Takes what is served of its company, this version or another."""
        self.serving = serving
        self.collector.since_ms = serving.since_ms if serving.served == self.plan.version else 0

    def reached(self) -> "dict[Place, int]":
        """How far what was shown had read; nothing before anything was shown."""
        of_each = [_reached(one, moment.standing) for one, moment in self.snapshots.latest.items()]
        return {place: offset for reached in of_each for place, offset in reached.items()}


class Place(NamedTuple):
    """What two versions both read: a partition of a source, by itself or as it arrived in an internal partition."""

    topic: str
    number: int
    source_partition: int | None = None


def behind(shown: dict[Place, int], other: dict[Place, int], topics: set[str]) -> str:
    """Where the other reads less than was shown, in words; empty where nowhere.

    ``topics`` are those that the other reads at all: what it does not read cannot go back.
    """
    for place, offset in shown.items():
        if place.topic in topics and other.get(place, 0) < offset:
            return f"{place.topic}[{place.number}] stands at {other.get(place, 0)}, behind {offset}, which was shown"
    return ""


def shared_topics(plan: Plan) -> set[str]:
    """The topics of a version as another version knows them."""
    return {_without_version(plan.version, topic) for topic in (*plan.sources, *plan.stages)}


def _reached(partition: Partition, standing: Standing) -> dict[Place, int]:
    topic = _without_version(partition.version, partition.topic)
    if topic == partition.topic:
        return {Place(topic, partition.number): standing.position}
    return {Place(topic, partition.number, one.partition): one.next for one in standing.reached}


def _without_version(version: str, topic: str) -> str:
    """An internal topic carries its version in its name."""
    return topic.removeprefix(f"nsm-{version}")
