"""What the measures mean, over all events at once; written from their SQL, without looking at the folds."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from schemas.definition import model

Event = dict[str, Any]
Judged = model.Distinct | model.First | model.Repeat | model.Lifecycle | model.NetRetention | model.Conversion


def local_date(t: int, zone: str) -> int:
    """The ordinal of the local date."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=t)).astimezone(ZoneInfo(zone)).toordinal()


def in_window(window: model.Window, zone: str, at: int) -> Callable[[int], bool]:
    """Whether an instant lies in the window read at a moment; all of the running piece counts."""
    today = local_date(at, zone)
    match window:
        case model.Calendar(unit):
            return lambda t: _period(unit, local_date(t, zone)) == _period(unit, today) and local_date(t, zone) <= today
        case model.RollingDays(days):
            return lambda t: today - days < local_date(t, zone) <= today
        case model.RollingSpan(span_ms, grain_ms):
            last = at // grain_ms
            return lambda t: last - span_ms // grain_ms < t // grain_ms <= last
        case model.Lifetime():
            return lambda t: local_date(t, zone) <= today


def _period(unit: model.Unit, day: int) -> tuple[int, ...]:
    from datetime import date

    d = date.fromordinal(day)
    match unit:
        case model.Unit.DAY:
            return (day,)
        case model.Unit.WEEK:
            return d.isocalendar()[:2]
        case model.Unit.MONTH:
            return d.year, d.month
        case model.Unit.QUARTER:
            return d.year, (d.month - 1) // 3
        case model.Unit.YEAR:
            return (d.year,)


def number(
    measure: model.Measure, events: list[Event], inside: Callable[[int], bool], city: str | None = None
) -> Fraction:
    """The number of a measure for a window."""
    matching = [
        e for e in events if measure.of in (model.ANY, e["event"]) and (city is None or e.get("city", "") == city)
    ]
    match measure:
        case model.Count():
            return Fraction(sum(inside(e["time"]) for e in matching if all(_meets(c, e) for c in measure.where)))
        case model.Sum():
            return sum(
                (Fraction(str(e["amount"])) for e in matching if "amount" in e and inside(e["time"])), Fraction(0)
            )
        case model.Distribution():
            return Fraction(len(_amounts(matching, inside)))
        case model.Distinct(at_least=least):
            often = Counter(who for who, t in _pairs(measure, matching) if inside(t))
            return Fraction(sum(number >= least for number in often.values()))
        case model.Conversion():
            return Fraction(conversions(measure, events, matching, inside))
        case _:
            return Fraction(_of_each(measure, matching, inside))


def _of_each(measure: Judged, matching: list[Event], inside: Callable[[int], bool]) -> int:
    """Of each entity its first event, or those that follow another."""
    mine: dict[Any, list[int]] = {}
    for who, t in sorted(_pairs(measure, matching), key=lambda pair: pair[1]):
        mine.setdefault(who, []).append(t)
    match measure:
        case model.First():
            return sum(inside(times[0]) for times in mine.values())
        case model.Repeat(within_ms=within):
            return sum(
                inside(t) and (within is None or t - before <= within)
                for times in mine.values()
                for before, t in itertools.pairwise(times)
            )
        case _:
            raise AssertionError("it needs to know its periods: life or net says what it comes to")


def conversions(
    measure: model.Conversion, events: list[Event], starts: list[Event], inside: Callable[[int], bool]
) -> int:
    """Of these starts, those that an end among all events follows in time."""
    ends: dict[Any, list[int]] = {}
    for who, t in _pairs(msgspec.structs.replace(measure, where=()), [e for e in events if e["event"] == measure.to]):
        ends.setdefault(who, []).append(t)
    return sum(
        inside(t) and any(t <= end <= t + measure.within_ms for end in ends.get(who, ()))
        for who, t in _pairs(measure, starts)
    )


def life(measure: model.Lifecycle, events: list[Event], unit: model.Unit, zone: str, at: int) -> Fraction:
    """A part of a lifecycle in the period that runs at a moment, all of the running day included."""
    today = local_date(at, zone)
    yesterday = next(day for day in itertools.count(today, -1) if _period(unit, day) != _period(unit, today))
    periods: dict[Any, set[tuple[int, ...]]] = {}
    for who, t in _pairs(measure, [e for e in events if measure.of in (model.ANY, e["event"])]):
        if local_date(t, zone) <= today:
            periods.setdefault(who, set()).add(_period(unit, local_date(t, zone)))
    now = {who for who, active in periods.items() if _period(unit, today) in active}
    before = {who for who, active in periods.items() if _period(unit, yesterday) in active}
    earlier = {who for who, active in periods.items() if active - {_period(unit, today), _period(unit, yesterday)}}
    parts = {
        "new": now - before - earlier,
        "retained": now & before,
        "resurrected": (now & earlier) - before,
        "dormant": before - now,
        "active": now,
    }
    return Fraction(len(parts[measure.part.value]))


def net(measure: model.NetRetention, events: list[Event], unit: model.Unit, zone: str, at: int) -> Fraction:
    """A part of a net retention in the period that runs at a moment, all of the running day included."""
    today = local_date(at, zone)
    yesterday = next(day for day in itertools.count(today, -1) if _period(unit, day) != _period(unit, today))
    then: Counter[str] = Counter()
    now: Counter[str] = Counter()
    for one in (e for e in events if e["event"] == measure.of and "amount" in e and "user_id" in e):
        day, cents = local_date(one["time"], zone), int(Fraction(str(one["amount"])) * 100)
        if _period(unit, day) == _period(unit, yesterday):
            then[one["user_id"]] += cents
        if _period(unit, day) == _period(unit, today) and day <= today:
            now[one["user_id"]] += cents
    told = then if measure.part is model.NetPart.BASE else now
    return Fraction(sum(told[who] for who, cents in then.items() if cents > 0), 100)


def quantile(part: str, events: list[Event], inside: Callable[[int], bool], decimals: int) -> Fraction | None:
    """The nearest rank of the amounts of these events: the smallest that at least this part of all does not exceed."""
    values = sorted(_amounts(events, inside))
    found = (v for n, v in enumerate(values, 1) if Fraction(n, len(values)) >= Fraction(part))
    first = next(found, None)
    return None if first is None else Fraction(round(first * 10**decimals), 10**decimals)


def told(value: Fraction | None, decimals: int) -> Fraction | None:
    """What is shown for a quantile: the harmonic middle of the bin that it lies in."""
    if not value:
        return value
    units = abs(value) * 10**decimals
    low, after = 1, 2
    while after <= units:
        low, after = after, after * 101 // 99 + 1
    middle = Fraction(2 * low * (after - 1), (low + after - 1) * 10**decimals)
    return middle if value > 0 else -middle


def _amounts(events: list[Event], inside: Callable[[int], bool]) -> list[Fraction]:
    return [Fraction(str(e["amount"])) for e in events if "amount" in e and inside(e["time"])]


def _meets(condition: model.Condition, thing: Event) -> bool:
    value = thing.get(condition.property.rpartition(".")[2])
    return value is not None and value > condition.value


def _pairs(measure: Judged, events: list[Event]) -> Iterator[tuple[Any, int]]:
    for e in events:
        if "user_id" not in e:
            continue
        if len(measure.entity) == 1:
            yield e["user_id"], e["time"]
        else:
            items = [item for item in e.get("items", []) if all(_meets(c, item) for c in measure.where)]
            for sku in {item["sku"] for item in items}:
                yield (e["user_id"], sku), e["time"]
