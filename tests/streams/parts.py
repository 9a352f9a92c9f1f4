"""Measures of the kinds that have parts, each part of them."""

from typing import Any

from schemas.definition import model


def lives(entity: tuple[str, ...], **more: Any) -> list[model.Measure]:
    """New, retained, resurrected, dormant and active ones."""
    return [model.Lifecycle(name=f"lives.{part.value}", entity=entity, part=part, **more) for part in model.Part]


def paid(entity: tuple[str, ...], **more: Any) -> list[model.Measure]:
    """What they paid before, and what of it is kept."""
    amount: dict[str, Any] = {"property": "amount", "decimals": 2}
    return [
        model.NetRetention(name=f"paid.{part.value}", entity=entity, part=part, **amount, **more)
        for part in model.NetPart
    ]
