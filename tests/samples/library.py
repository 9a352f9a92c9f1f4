"""The businesses of ``deploy/definitions``, and the sample events of each."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.samples import (
    b2b_software,
    consultancy,
    consumer_app,
    e_learning,
    fresh_food,
    marketplace,
    mature_company,
    music_streaming,
    web_shop,
)
from tests.samples.log import Log

FOLDER: Final = Path(__file__).parents[2] / "deploy" / "definitions"

BUSINESSES: Final[dict[str, Callable[[Log], None]]] = {
    "music-streaming": music_streaming.happen,
    "b2b-software": b2b_software.happen,
    "marketplace": marketplace.happen,
    "consumer-app": consumer_app.happen,
    "web-shop": web_shop.happen,
    "fresh-food": fresh_food.happen,
    "e-learning": e_learning.happen,
    "consultancy": consultancy.happen,
    "mature-company": mature_company.happen,
}


def sample(business: str) -> list[bytes]:
    """One event a line, in order of arrival."""
    log = Log(seed=20260727 + list(BUSINESSES).index(business))
    BUSINESSES[business](log)
    return log.lines()
