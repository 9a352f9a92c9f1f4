"""What a batch is filed by."""

from streams.arrivals import Arrived
from streams.events.admission import Admission
from streams.events.decoding import Decoder
from streams.filing import Filing, Shelf
from streams.fold import Work
from streams.measures.out import Out
from streams.measures.runs import Names
from streams.plan import Placed, compile_plan
from streams.state.port import Standing
from tests.streams.folding import event, raws, the_source
from tests.streams.split import SEEN, split

START = 1_774_500_000_000


def test_all_segments_of_a_dimension_are_folded_at_once_however_many_there_are() -> None:
    class Counting(Filing):
        times = 0

        def file(self, placed: Placed, several: tuple[Arrived, ...], shelf: Shelf) -> tuple[dict[str, Out], Names]:
            self.times += 1
            return super().file(placed, several, shelf)

    source = the_source(compile_plan(split()))
    events = raws(event(str(n), "order", f"u{n % 3}", START + n, city=SEEN[n % len(SEEN)]) for n in range(40))
    decoder = Decoder(source.needs)
    batch = Admission(source.source, {}).admit(events, decoder.decode(events), Standing(position=0), 40).batch
    filing = Counting()
    Work(source, batch, decoder, lambda _: filing).fold({}, 0)
    places = sum(len(space.places) for space in source.spaces)
    assert filing.times == places + sum(len(one.places) + len(one.converting) for one in source.splits)
