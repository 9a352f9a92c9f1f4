"""A replay of real purchases beside what is known of them: the published figures, and the SQL of the measures."""

from decimal import Decimal

import msgspec
import pytest

from schemas.definition.loading import load
from services.replay.answer import moment
from tests.services.replay.replayed import CDNOW, ONLINE_RETAIL, ROOT, Replayed


@pytest.fixture(scope="module")
def cdnow() -> Replayed:
    return Replayed(load(ROOT / "deploy/definitions/cdnow.yaml"), CDNOW)


@pytest.fixture(scope="module")
def online_retail() -> Replayed:
    if not ONLINE_RETAIL.exists():
        pytest.skip(f"{ONLINE_RETAIL.name} is not beside this checkout (../shared/data): not compared")
    return Replayed(load(ROOT / "deploy/definitions/online_retail.yaml"), ONLINE_RETAIL)


def test_the_published_figures_of_cdnow_come_out(cdnow: Replayed) -> None:
    figures = msgspec.json.decode((ROOT / "deploy/demo/published.json").read_bytes())["figures"]
    assert len(figures) == 18
    for figure in figures:
        windows = {window.label: window for window in cdnow.plan.definition.metrics[figure["metric"]].windows}
        at = moment(cdnow.plan, figure["at"])
        value = cdnow.readings.running(figure["metric"], windows[figure["window"]], at).value
        published = Decimal(figure["value"])
        assert value is not None
        places = -int(published.as_tuple().exponent)
        assert round(value * 10**places) == published.scaleb(places), figure["figure"]


def test_every_metric_of_cdnow_equals_sql_on_every_day(cdnow: Replayed) -> None:
    for metric, window in cdnow.windows():
        assert cdnow.differences(metric, window) == [], (metric, window)


def test_every_metric_of_online_retail_equals_sql_on_every_day(online_retail: Replayed) -> None:
    for metric, window in online_retail.windows():
        assert online_retail.differences(metric, window) == [], (metric, window)


def test_guests_and_what_has_no_customer_are_counted_as_unused(online_retail: Replayed) -> None:
    assert online_retail.folded.unused["customers", "no user_id"] == 2189
    assert online_retail.folded.outcomes["counted"] == 25900
