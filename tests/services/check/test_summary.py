"""What a good definition holds, in a few lines."""

from services.check.summary import summary
from tests.streams.folding import definition
from tests.streams.rekeying.company import rekeyed


def test_it_is_told_by_what_events_are_keyed_anew() -> None:
    assert dict(summary(definition()))["events"] == "shop keyed by user_id"
    assert dict(summary(rekeyed()))["events"] == ("shop keyed by user_id (and anew by account_id, items.sku, referrer)")
