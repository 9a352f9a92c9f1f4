"""Any definition over two topics, as text, and any change of it."""

import random
from typing import NamedTuple

KEYED_BY = {"shop": "user_id", "web": "visitor"}
HEAD = """\
company: Test
time_zone: Europe/Amsterdam
events:
  - {name: shop, topic: shop, keyed_by: user_id, lateness: 3d, dedupe: 2h, ahead: 1h}
  - {name: web, topic: web, keyed_by: visitor, lateness: 1d, dedupe: off, ahead: 2h}
dimensions: {city: {property: city, limit: 3}, side: {property: city, values: [Ede, Epe]}}
"""
TYPES = ["order", "view", "note"]
CONDITIONS = ["", "", ", where: amount > 50", ", where: [amount > 20, city = Ede]", ", where: 'items.qty > 1'"]
SIDE = ["", ", by_dimension: [side]"]
RAW = [*SIDE, ", by_dimension: [city]", ", by_dimension: [side, city]"]
CALENDAR = ["{calendar: day}", "{calendar: week}", "{calendar: month}"]
ROLLING = ["{rolling: 7d}", "{rolling: 48h}", "{rolling: 3d}"]
PARTS = ["active", "retained", "new", "resurrected", "dormant"]
ASKS_ALL = ["first", "lifecycle"]
"""Kinds that may ask for all that ever was."""
KINDS = ["count", "sum", "distribution", "distinct", "distinct", "repeat", "net_retention", "conversion"]


class Counted(NamedTuple):
    """A measure, the windows that it is read over, and how its metric shows it."""

    measure: str
    windows: tuple[str, ...]
    shown: str


Measures = dict[str, Counted]


class AnyDefinition:
    """Made by chance; ``whole`` ones may ask for all that ever was."""

    def __init__(self, rng: random.Random, *, whole: bool) -> None:
        self._rng, self._whole = rng, whole

    def measures(self, number: int, prefix: str) -> Measures:
        """So many, of either topic."""
        return {f"{prefix}{n}": self._counted(f"{prefix}{n}") for n in range(number)}

    def changed(self, before: Measures, prefix: str) -> Measures:
        """Some are gone, some count otherwise, some are read over other windows; one at least is new."""
        after: Measures = {}
        for name, one in before.items():
            chance = self._rng.random()
            if chance < 0.15:
                continue
            if chance < 0.25:
                after[name] = self._counted(name)
            elif chance < 0.5:
                more = [window for window in self._windows(one.shown) if window not in one.windows]
                after[name] = one._replace(windows=(*one.windows, *more))
            else:
                after[name] = one
        return after | self.measures(self._rng.choice([1, 2, 3]), prefix)

    def _counted(self, name: str) -> Counted:
        kind = self._rng.choice(KINDS + (ASKS_ALL * 2 if self._whole else []))
        topic = self._rng.choice(list(KEYED_BY))
        match kind:
            case "distribution":
                shown = f"quantile: 0.5, of: {name}"
            case "lifecycle":
                shown = f"measure: {name}.{self._rng.choice(PARTS)}"
            case "net_retention":
                shown = f"ratio: [{name}.kept, {name}.base]"
            case _:
                shown = f"measure: {name}"
        return Counted(f"{{from: {topic}, {self._told(kind, KEYED_BY[topic])}}}", self._windows(shown), shown)

    def _told(self, kind: str, key: str) -> str:
        any_ = self._rng.choice
        of, where = any_(TYPES), any_(CONDITIONS)
        one, several = any_([key, "account_id"]), f"[{any_([key, 'account_id'])}, items.sku]"
        by = any_([one, one, several, "items.sku"])
        return {
            "count": f"count: {of}{where}{any_(RAW)}",
            "sum": f"sum: {of}.{any_(['amount', 'kilos'])}, decimals: 2{where}{any_(RAW)}",
            "distribution": f"distribution: {of}.{any_(['amount', 'kilos'])}, decimals: 2{where}{any_(RAW)}",
            "distinct": f"distinct: {by}, of: {any_([of, 'any'])}, at_least: {any_([1, 2, 3])}{where}{any_(SIDE)}",
            "first": f"first: {of}, by: {by}{where}{any_(SIDE)}",
            "repeat": f"repeat: {of}, by: {by}, within: {any_(['2d', '36h'])}{where}{any_(SIDE)}",
            "lifecycle": f"lifecycle: {one}, of: {any_([of, 'any'])}{where}{any_(SIDE)}",
            "net_retention": f"net_retention: {of}.amount, by: {one}, decimals: 2{where}{any_(SIDE)}",
            "conversion": f"conversion: [view, order], within: {any_(['2d', '5d'])}, by: {one}{where}{any_(SIDE)}",
        }[kind]

    def _windows(self, shown: str) -> tuple[str, ...]:
        periods = "." in shown.removeprefix("quantile: 0.5")
        pool = CALENDAR if periods else CALENDAR + ROLLING + (["lifetime"] if self._whole else [])
        return tuple(self._rng.sample(pool, self._rng.choice([1, 1, 2])))


def text_of(measures: Measures) -> str:
    """A metric for each measure."""
    counted = "".join(f"  {name}: {one.measure}\n" for name, one in measures.items())
    shown = "".join(
        f"  of_{name}: {{{one.shown}, window: [{', '.join(one.windows)}]}}\n" for name, one in measures.items()
    )
    return f"{HEAD}measures:\n{counted}metrics:\n{shown}north_star: {{metric: of_{next(iter(measures))}}}\n"
