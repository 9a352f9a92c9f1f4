"""A definition in which users live."""

import msgspec

from schemas.definition import model, steering
from schemas.definition.model import Part
from tests.streams.arithmetic import tree
from tests.streams.folding import DAY, definition

RETENTION = "users.retained / (users.retained + users.dormant)"
SHOWN: dict[str, model.Value] = {
    "retention": model.Formula(tree(RETENTION)),
    "kept_now": model.Ratio("users.retained", "users.active"),
    "growth": model.Growth("users.active"),
}


def living(zone: str) -> model.Definition:
    """Orders as the life of a user, each part shown, and what is made of them; no event is too late."""
    given, windows = definition(zone, lateness_ms=2000 * DAY), tuple(map(model.Calendar, model.Unit))
    measures = {
        f"users.{part.value}": model.Lifecycle(
            name=f"users.{part.value}", source="shop", of="order", entity=("user_id",), part=part
        )
        for part in Part
    }
    parts: dict[str, model.Value] = {f"m_{part.value}": model.Plain(f"users.{part.value}") for part in Part}
    metrics = {name: model.Metric(name=name, value=value, windows=windows) for name, value in (parts | SHOWN).items()}
    return msgspec.structs.replace(
        given, measures=measures, metrics=metrics, north_star=steering.NorthStar(metric="retention")
    )
