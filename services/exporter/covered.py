"""Which key numbers are known already."""

from streams.state.port import KeySpan

_FROM_THE_FIRST = -(2**62)


class Covered:
    """A set of key numbers, kept as spans that neither touch nor overlap, in order."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, span: KeySpan) -> None:
        """Takes these numbers in; a span that ends before it begins holds none."""
        first, last = _low(span), span.last
        if last < first:
            return
        apart = []
        for low, high in self._spans:
            if high + 1 < first or last + 1 < low:
                apart.append((low, high))
            else:
                first, last = min(first, low), max(last, high)
        self._spans = sorted([*apart, (first, last)])

    def missing(self, span: KeySpan) -> list[KeySpan]:
        """What of this span is not in the set, in order."""
        begin, missing = _low(span), []
        for low, high in self._spans:
            if high < begin:
                continue
            if low > span.last:
                break
            if low > begin:
                missing.append(_span(begin, low - 1))
            begin = high + 1
        if begin <= span.last:
            missing.append(_span(begin, span.last))
        return missing


def _low(span: KeySpan) -> int:
    return _FROM_THE_FIRST if span.first is None else span.first


def _span(first: int, last: int) -> KeySpan:
    return KeySpan(None if first == _FROM_THE_FIRST else first, last)
