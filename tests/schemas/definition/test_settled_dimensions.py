"""Dimensions whose value is remembered of an entity."""

import pytest

from schemas.definition.loading import parse
from schemas.definition.model import Dimension
from schemas.errors import DefinitionError
from tests.schemas.definition.texts import GOOD, line_of

CITY = "  city: {property: city, limit: 20, values: [Utrecht, no]}"
DAY = 86_400_000


def good(channel: str, **measures: str) -> str:
    """The good definition with such a dimension beside the other, and measures in place of those of the same names."""
    lines = GOOD.replace(CITY, f"{CITY}\n  channel: {channel}").splitlines()
    for name, measure in measures.items():
        lines = [
            f"  {name}: {measure}" if line == GOOD.splitlines()[line_of(f"  {name}:") - 1] else line for line in lines
        ]
    return "\n".join(lines) + "\n"


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    return caught.value.faults


@pytest.mark.parametrize(("said", "within_ms"), [("", 30 * DAY), (", within: 12h", DAY // 2), (", within: 0s", 0)])
def test_it_says_of_whom_it_is_remembered_and_up_to_when_the_first_value_counts(said: str, within_ms: int) -> None:
    text = good(f"{{property: channel, settled: user_id, values: [ads, friends]{said}}}")
    assert parse(text).dimensions["channel"] == Dimension(
        name="channel", property="channel", values=("ads", "friends"), settled="user_id", within_ms=within_ms
    )


@pytest.mark.parametrize(
    "measure",
    [
        "{count: order_completed, by_dimension: [channel, city]}",
        "{sum: order_completed.value, unit: EUR, by_dimension: channel}",
        "{distinct: user_id, of: order_completed, at_least: 3, by_dimension: channel}",
        "{first: order_completed, by_dimension: channel}",
        "{repeat: order_completed, by: [items.sku, user_id], by_dimension: channel}",
        "{conversion: [signed_up, order_completed], within: 3d, by_dimension: channel}",
    ],
)
def test_events_and_whoever_it_is_remembered_of_are_split_by_it(measure: str) -> None:
    text = good("{property: channel, settled: user_id, values: [ads]}", reorders_60d=measure)
    assert "channel" in parse(text).measures["reorders_60d"].by_dimension


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("{property: channel, settled: user_id}", "such as channel: {property: channel, settled: user_id, values: [.."),
        ("{property: items.channel, settled: user_id, values: [ads]}", '"items.channel" stands in items'),
        ("{property: channel, settled: items.sku, values: [ads]}", '"items.sku" stands in items'),
        ("{property: channel, values: [ads], within: 30d}", "say of which, such as settled: user_id"),
        ("{property: channel, settled: user_id, values: [ads], within: soon}", '"soon" is no duration'),
        ("{property: channel, setled: user_id, values: [ads]}", 'did you mean "settled"?'),
    ],
)
def test_what_cannot_be_remembered_is_refused_with_what_to_do(channel: str, told: str) -> None:
    (fault,) = faults(good(channel))
    assert fault.startswith("nsm.yaml:")
    assert "dimensions.channel" in fault
    assert told in fault


@pytest.mark.parametrize("entity", ["account_id", "[account_id, items.sku]"])
def test_what_is_remembered_of_one_entity_does_not_split_what_counts_another(entity: str) -> None:
    measure = f"{{distinct: {entity}, by_dimension: channel}}"
    (fault,) = faults(good("{property: channel, settled: user_id, values: [ads]}", active=measure))
    assert "measures.active.by_dimension" in fault
    assert '"channel" is remembered of user_id, and this counts account_id' in fault
    assert fault.endswith("count user_id, a pair with it, or events")


def test_a_distribution_is_split_by_it_and_has_no_share_of_it() -> None:
    channel = "{property: channel, settled: user_id, values: [ads]}"
    minutes = "{distribution: order_completed.minutes, by_dimension: channel}"
    text = good(channel, reorders_60d=minutes)
    assert parse(text).measures["reorders_60d"].by_dimension == ("channel",)
    shown = "  shared: {share: {of: reorders_60d, segment: {channel: ads}}, window: lifetime}\n"
    (fault,) = faults(text.replace("metrics:\n", f"metrics:\n{shown}"))
    assert 'is of "reorders_60d", a distribution and no number' in fault


def share(of: str, segment: str) -> str:
    """With a share of customers by channel."""
    shown = f"  shared: {{share: {{of: customers, segment: {{{of}: {segment}}}}}, window: lifetime}}\n"
    customers = "{distinct: user_id, of: order_completed, by_dimension: [channel, city]}"
    text = good("{property: channel, settled: user_id, values: [ads, friends]}", customers=customers)
    return text.replace("metrics:\n", f"metrics:\n{shown}")


def test_a_share_of_entities_is_one_of_segments_that_they_settle_for() -> None:
    assert parse(share("channel", "[ads, none]")).metrics["shared"]
    (fault,) = faults(share("city", "Utrecht"))
    assert "whose segments do not add up to the whole" in fault
    (fault,) = faults(share("channel", "tv"))
    assert '"tv" is not among the values of "channel"' in fault
