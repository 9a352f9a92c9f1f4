"""A definition in which accounts pay, and may be paid back."""

import msgspec

from schemas.definition import model, steering
from schemas.definition.model import NetPart
from tests.streams.arithmetic import tree
from tests.streams.folding import DAY, definition

SHOWN: dict[str, model.Value] = {
    "net_retention": model.Ratio("paid.kept", "paid.base"),
    "lost": model.Formula(tree("(paid.base - paid.kept) / paid.base * 100")),
    "growth": model.Growth("paid.base"),
}


def retaining(zone: str, lateness_ms: int = 2000 * DAY) -> model.Definition:
    """What users pay for orders and how much of it is kept, each part shown, and what is made of them."""
    given, windows = definition(zone, lateness_ms=lateness_ms), tuple(map(model.Calendar, model.Unit))
    measures = {
        f"paid.{part.value}": model.NetRetention(
            name=f"paid.{part.value}",
            source="shop",
            of="order",
            property="amount",
            decimals=2,
            entity=("user_id",),
            part=part,
        )
        for part in NetPart
    }
    parts: dict[str, model.Value] = {f"m_{part.value}": model.Plain(f"paid.{part.value}") for part in NetPart}
    metrics = {name: model.Metric(name=name, value=value, windows=windows) for name, value in (parts | SHOWN).items()}
    return msgspec.structs.replace(
        given, measures=measures, metrics=metrics, north_star=steering.NorthStar(metric="net_retention")
    )
