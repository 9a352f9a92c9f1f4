"""What is amiss with the events of a file, gathered while they are read: told at the end, or in place of sending."""

import argparse
import time
from collections.abc import Iterable, Iterator

from schemas.events.publishing import Message
from services.publisher.flags import LATE, MISPLACED, REFUSED, SECONDS
from services.publisher.judging import Judge
from services.publisher.lines import Faults
from services.publisher.names import KEYLESS
from services.publisher.newest import Tail
from services.publisher.uncounted import Counted, Uncounted
from streams.plan import SourcePlan


class Review:
    """Of one reading; ``tail`` is the end of the topic before any of it.

    Where it does not look (all has been looked at before) it still notes the lines that are no events.
    """

    def __init__(self, args: argparse.Namespace, plan: SourcePlan, tail: Tail, *, looks: bool = True) -> None:
        self.faults = Faults()
        self._args, self._source, self._tail, self._looks = args, plan.source, tail, looks
        self.uncounted = Uncounted(plan.source, Counted.by(plan))
        self._judge = Judge(plan, tail.latest, _now_ms)
        self.count = self._keyless = 0

    def watch(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages."""
        return self._count_keys(self._judge.watch(self.uncounted.watch(messages))) if self._looks else iter(messages)

    def told(self) -> Iterator[str]:
        """Everything, whatever it is, that was looked at."""
        if not self._looks:
            return
        yield from self.faults.told()
        yield from self._judge.told_refused()
        yield from self._judge.told_seconds()
        yield from self._judge.told_late()
        if self._is_keyless():
            yield self._told_keyless()
        if self._splits():
            yield self._told_misplaced()
        yield from self.uncounted.told()

    def refused(self) -> Iterator[str]:
        """Lines that say what may not be sent, and how it may all the same; none where all may."""
        if self.faults.count and not (self._args.skip_invalid or self._args.send_invalid):
            yield from self.faults.told()
            yield "mend them, since they will be too late once the others are sent; --skip-invalid leaves them out"
        invalid = list(self._judge.told_refused())
        if invalid and not (self._args.send_invalid or REFUSED in self._args.allow):
            yield from invalid
            yield "mend them; --allow refused sends them all the same, and the worker lays them aside as dead letters"
        if self._judge.seconds and SECONDS not in self._args.allow:
            yield from self._judge.told_seconds()
            yield "--allow seconds sends them all the same"
        late = list(self._judge.told_late())
        if late and LATE not in self._args.allow:
            yield from late
            yield (
                "--allow late sends them all the same: right for a file that was sent in part, within the source's "
                "dedupe, since what came the first time counts once"
            )
        if self._is_keyless() and KEYLESS not in self._args.allow:
            yield self._told_keyless()
            yield "--allow keyless sends them all the same"
        if self._splits() and MISPLACED not in self._args.allow:
            yield self._told_misplaced()
            yield (
                "let all publishers of a topic choose alike, or send this with the client that the others use, "
                "and count a grown topic under a new version of the definition; --allow misplaced sends it all the same"
            )

    def _is_keyless(self) -> bool:
        return self.count > 0 and self._keyless == self.count

    def _told_keyless(self) -> str:
        return f"no event has {self._source.keyed_by}, which the topic is keyed by: is it spelt otherwise?"

    def _splits(self) -> bool:
        """Whether keys are sent into a topic where others bring theirs elsewhere."""
        return self._tail.misplaced > 0 and self._keyless < self.count

    def _told_misplaced(self) -> str:
        topic, tail = self._source.topic, self._tail
        number, lie = f"{tail.misplaced:,} of the last {tail.keyed:,}", "lies" if tail.misplaced == 1 else "lie"
        return (
            f"{number} events of {topic} that have a key {lie} in another partition than nsm publish brings that key "
            f"to (murmur2, as the Java client does): another publisher chooses otherwise, as librdkafka and "
            f"confluent-kafka do unless told partitioner=murmur2_random, or the topic was given more partitions since, "
            f"and a {self._source.keyed_by} that comes into both counts as two"
        )

    def _count_keys(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            self.count += 1
            self._keyless += message.key is None
            yield message


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
