"""Every kind of measure and of arithmetic for each set of events, beside what its definition has a use for."""

from typing import Final, NamedTuple

from tests.samples.library import BUSINESSES


class Seen(NamedTuple):
    """What is in a set of events: whose are they, what has an amount, what follows it, by what can they be told apart.

    ``then`` is empty where there is one type of event; ``values`` are some of those of ``cut``, fewer than there
    are, and ``limit`` lets one more be shown. ``amount_in`` is as the definition has it.
    """

    event: str
    who: str
    amount: str
    amount_in: str
    then: str
    cut: str
    values: str

    @property
    def limit(self) -> int:
        """One place is left for the largest of the values that are not declared."""
        return len(self.values.split(",")) + 1


SEEN: Final = {
    "CDNOW": Seen("order_completed", "user_id", "value", "unit: USD, decimals: 2", "", "units", '"2"'),
    "Online Retail": Seen(
        "order_completed",
        "user_id",
        "value",
        "unit: GBP, decimals: 3",
        "order_cancelled",
        "country",
        "United Kingdom, EIRE",
    ),
    "music-streaming": Seen(
        "listening_ended", "user_id", "seconds", "decimals: 6", "playback_failed", "device", "phone"
    ),
    "b2b-software": Seen(
        "invoice_paid", "account_id", "amount", "unit: USD, decimals: 2", "ticket_opened", "plan", "team"
    ),
    "marketplace": Seen(
        "transaction_completed",
        "user_id",
        "amount",
        "unit: EUR, decimals: 2",
        "transaction_refunded",
        "category",
        "toys, books",
    ),
    "consumer-app": Seen(
        "session_ended", "user_id", "seconds", "unit: seconds, decimals: 6", "photo_shared", "version", '"3.2"'
    ),
    "web-shop": Seen(
        "order_completed", "user_id", "amount", "unit: GBP, decimals: 2", "order_refunded", "country", "Ireland"
    ),
    "fresh-food": Seen(
        "order_completed", "user_id", "amount", "unit: EUR, decimals: 2", "order_delivered", "city", "Zwolle"
    ),
    "e-learning": Seen(
        "lesson_studied", "user_id", "minutes", "unit: minutes, decimals: 1", "test_taken", "course", "drawing"
    ),
    "consultancy": Seen(
        "hours_worked", "client_id", "hours", "unit: hours, decimals: 1", "client_referred", "practice", "law"
    ),
    "mature-company": Seen(
        "premium_paid", "user_id", "amount", "unit: EUR, decimals: 2", "service_called", "product", "pet"
    ),
}
assert list(BUSINESSES) == list(SEEN)[2:]

DIMENSIONS: Final = "  kind: {{property: {cut}, limit: {limit}, values: [{values}]}}\n"
MEASURES: Final = """\
  all_events:       {{count: {event}, by_dimension: [kind]}}
  all_amounts:      {{sum: {event}.{amount}, {amount_in}, by_dimension: [kind]}}
  spread:           {{distribution: {event}.{amount}, {amount_in}, by_dimension: [kind]}}
  seen:             {{distinct: {who}, of: {event}, by_dimension: [kind]}}
  seen_often:       {{distinct: {who}, of: {event}, at_least: 3, by_dimension: [kind]}}
  seen_first:       {{first: {event}, by_dimension: [kind]}}
  seen_again:       {{repeat: {event}, by_dimension: [kind]}}
  seen_soon:        {{repeat: {event}, within: 30d, by_dimension: [kind]}}
  life:             {{lifecycle: {who}, of: {event}, by_dimension: [kind]}}
  money:            {{net_retention: {event}.{amount}, {amount_in}, by_dimension: [kind]}}
  kinds_seen:       {{distinct: {cut}, of: {event}}}
  kinds_seen_again: {{repeat: {event}, by: {cut}, within: 2h}}
"""
FOLLOWED: Final = "  followed:         {{conversion: [{event}, {then}], within: 14d, by_dimension: [kind]}}\n"
METRICS: Final = """\
  amount_of_each:   {{ratio: [all_amounts, seen], window: [{{rolling: 28d}}, {{calendar: month}}]}}
  amount_an_event:  {{ratio: [all_amounts, all_events], window: [{{rolling: 7d}}, {{calendar: month}}]}}
  more_each:        {{formula: "(all_events - seen) / seen * 100", window: [{{rolling: 28d}}, lifetime]}}
  growth_of_seen:   {{growth: {{of: seen, over: 1 period}}, window: [{{rolling: 28d}}, {{calendar: week}}]}}
  growth_of_amount: {{growth: {{of: amount_an_event, over: 2 periods}}, window: {{calendar: week}}}}
  share_of_kind:    {{share: {{of: all_events, segment: {{kind: {first}}}}}, window: {{rolling: 28d}}}}
  median:           {{quantile: 0.5, of: spread, window: [{{rolling: 28d}}, {{calendar: month}}]}}
  high:             {{quantile: 0.95, of: spread, window: [{{rolling: 7d}}, {{calendar: week}}]}}
  life_goes_on:     {{formula: life.retained / (life.retained + life.dormant), window: {{calendar: month}}}}
  money_kept:       {{ratio: [money.kept, money.base], window: [{{calendar: month}}, {{calendar: quarter}}]}}
"""


def with_every_kind(data: str, text: str) -> str:
    """The definition of a set of events, with those of what its events allow that make all kinds complete."""
    seen = SEEN[data]
    given = seen._asdict() | {"limit": seen.limit, "first": seen.values.split(",")[0]}
    measures = MEASURES + (FOLLOWED if seen.then else "")
    for section, more in (("dimensions", DIMENSIONS), ("measures", measures), ("metrics", METRICS)):
        head, found, rest = text.partition(f"\n{section}:\n")
        added = more.format_map(given)
        text = f"{head}{found}{added}{rest}" if found else f"{text}{section}:\n{added}"
    return text
