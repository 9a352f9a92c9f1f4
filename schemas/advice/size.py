"""How much a definition asks of the exporter that shows it."""

import msgspec


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """``series`` of readings at the most, of which an exporter shows ``shown``; all of them take it some ``seconds`` to
    work out, and after ``patience`` seconds it gives up.
    """

    series: int
    shown: int
    seconds: float
    patience: float
