"""What the worker will make of messages, judged as it judges them, and told to whoever sends them.

    latest of the partition less lateness        now + ahead
                     |                                 |
    ------ late -----|------------ good ---------------|------ ahead

A partition's latest is what its topic holds, and then each message before.  Ids are not looked at: an event that is
sent again is no duplicate here, but may be late.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import numpy as np

from schemas.definition.model import Source
from schemas.events.needs import Raw, RawRecord
from schemas.events.publishing import Message
from services.publisher.partitions import partition_of
from services.publisher.seconds import HINT, Seconds
from services.told import told
from streams.events.decoding import Decoder
from streams.plan import SourcePlan
from streams.state.port import NEVER
from streams.time.calendar import Times
from streams.time.grains import DAY, HOUR, MINUTE

Clock = Callable[[], int]
"""Epoch milliseconds."""
AT_ONCE = 1_000
SHOWN = 5
_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1000, "s"))


class Late(msgspec.Struct, kw_only=True):
    """Events that come too late: after what the topic held, or after others that are sent before them."""

    of_topic: int = 0
    of_others: int = 0

    def __bool__(self) -> bool:
        return bool(self.of_topic or self.of_others)


class Judge:
    """Looks at messages on their way; ``latest`` is the latest event time of each partition, NEVER where it has none.

    Lines that are no events at all are no matter of ours: who read them has told so.
    """

    def __init__(self, plan: SourcePlan, latest: Sequence[int], clock: Clock) -> None:
        self._source, self._clock = plan.source, clock
        self._decoder = Decoder(plan.needs)
        self._held, self._latest = tuple(latest), list(latest)
        self._in_seconds = Seconds(plan.source)
        self.late, self.ahead, self.seconds = Late(), 0, 0
        self.refused = Counter[str]()
        self._examples: list[str] = []

    def watch(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages, each at once."""
        waiting: list[Message] = []
        for message in messages:
            waiting.append(message)
            if len(waiting) == AT_ONCE:
                self._judge(waiting)
                waiting.clear()
            yield message
        self._judge(waiting)

    def told_late(self) -> Iterator[str]:
        """A line for each way in which some are too late."""
        span, source = in_words(self._source.lateness_ms), self._source
        if self.late.of_topic:
            yield (
                f"{self.late.of_topic:,} too late for the worker: {source.topic} holds events of their partition that "
                f"are more than {span} younger; publish the past first into a topic that is empty, or give the source "
                "a longer lateness"
            )
        if self.late.of_others:
            yield (
                f"{self.late.of_others:,} too late for the worker: more than {span} older than one of their partition "
                "before them; sort the file by time"
            )

    def told_seconds(self) -> Iterator[str]:
        """A line where some times seem to be epoch seconds."""
        if self.seconds:
            yield f"{self.seconds:,} {HINT}"

    def told_refused(self) -> Iterator[str]:
        """A line for each thing that is wrong with some, then the first few."""
        if self.ahead:
            span = in_words(self._source.ahead_ms)
            yield f"{self.ahead:,} with a time more than {span} ahead of now: the worker refuses them"
        for reason, number in self.refused.most_common():
            yield f"{number:,} that the worker refuses: {reason}"
        yield from self._examples

    def _judge(self, messages: Sequence[Message]) -> None:
        now_ms = self._clock()
        raws: list[Raw] = [RawRecord(i, now_ms, one.key, one.value, one.headers) for i, one in enumerate(messages)]
        decoded = self._decoder.decode(raws)
        for one in decoded.refused:
            self.refused[one.reason] += 1
            if len(self._examples) < SHOWN:
                self._examples.append(f"  event {told(messages[one.index].id)}: {one.detail}")
        good = messages if decoded.index is None else [messages[i] for i in decoded.index]
        self.seconds += self._in_seconds.count([one.value for one in good], decoded.times)
        ahead = decoded.times > now_ms + self._source.ahead_ms
        self.ahead += int(ahead.sum())
        places = np.array([partition_of(one, len(self._latest)) for one in good], np.int64)
        for partition in np.unique(places[~ahead]).tolist():
            self._judge_late(partition, decoded.times[(places == partition) & ~ahead])

    def _judge_late(self, partition: int, times: Times) -> None:
        """Of one partition, in their order."""
        latest = np.maximum.accumulate(np.append(self._latest[partition], times))
        late = times < latest[:-1] - self._source.lateness_ms
        of_topic = late & (times < self._held[partition] - self._source.lateness_ms)
        self.late.of_topic += int(of_topic.sum())
        self.late.of_others += int((late & ~of_topic).sum())
        self._latest[partition] = int(latest[-1])


class Newest:
    """The latest event time of records of one partition, as the worker takes it from them."""

    def __init__(self, plan: SourcePlan) -> None:
        self._source: Source = plan.source
        self._decoder = Decoder(plan.needs)

    def of(self, raws: Sequence[Raw]) -> int:
        """NEVER where none is an event; what was ahead of the broker's clock moves nothing."""
        decoded = self._decoder.decode(raws)
        appended = np.array([one.timestamp for one in raws], np.int64)
        if decoded.index is not None:
            appended = appended[decoded.index]
        times = decoded.times[decoded.times <= appended + self._source.ahead_ms]
        return int(times.max(initial=NEVER))


def in_words(length_ms: int) -> str:
    """As the definition writes it: ``7d``, ``90m``."""
    size, unit = next((one for one in _UNITS if length_ms % one[0] == 0), (1, "ms"))
    return f"{length_ms // size}{unit}"
