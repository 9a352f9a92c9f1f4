"""What is remembered of nobody, of one batch: counts, sums and bins, of the whole and by what each event carries.

A partition counts so many raw values of a dimension apart, first come; its records here hold which.
"""

import numpy as np

from streams.effect import Effect
from streams.events.columns import Coded
from streams.measures.additive import Groups
from streams.measures.distribution import BINS, apart, bins_of, in_bins
from streams.measures.runs import Record
from streams.plan import Additive, Series
from streams.selection import NO_VALUE, OVERFLOW, Selections

VALUES_PER_PARTITION = 1000
"""Raw values of one dimension of one measure that a partition counts apart; what comes later goes to ``OVERFLOW``."""
LONGEST_VALUE = 200


class Adding:
    """One batch, ready to be added up once the records are there."""

    def __init__(self, additives: tuple[Additive, ...], selections: Selections) -> None:
        self._selections = selections
        self._names: dict[tuple[Groups, tuple[str, ...]], tuple[list[int], list[str]]] = {}
        self.wanted: dict[str, set[str]] = {}
        """The names of the records that may change, by space."""
        for additive in additives:
            for name, property_ in additive.dimensions:
                self._want_values(additive, name, property_)

    def add(self, additive: Additive, records: dict[str, dict[str, Record]], effect: Effect) -> None:
        """``records`` must hold those wanted that exist; the others are begun in it."""
        if additive.binned:
            self._add_bins(additive, records, effect)
            return
        selection = self._selections.of(additive.choice)
        units = None if additive.amount is None else selection.amounts(additive.amount).units
        for series in additive.series:
            groups = selection.groups(series.grain)
            sums = groups.counts() if units is None else groups.sums(units)
            effect.put(series.name, groups.keys, list(map(str, groups.keys)), sums)
        for name, property_ in additive.dimensions:
            fields = self._fields(additive, name, selection.texts(property_), records, effect)
            for series in additive.series:
                groups = selection.split_groups(series.grain, property_)
                sums = groups.counts() if units is None else groups.sums(units)
                effect.put(series.name, *self._named(groups, fields), sums)

    def _want_values(self, additive: Additive, name: str, property_: str) -> None:
        texts = self._selections.of(additive.choice).texts(property_)
        wanted = {text for text in texts.names if len(text) <= LONGEST_VALUE}
        wanted.add(NO_VALUE)
        self.wanted[values_space(additive.measure, name)] = wanted

    def _add_bins(self, additive: Additive, records: dict[str, dict[str, Record]], effect: Effect) -> None:
        """The whole has no cells but its bins; so has each value."""
        selection = self._selections.of(additive.choice)
        there, units = selection.amounts(additive.amount or "")
        bins = bins_of(units[there])
        for series in additive.series:
            put_bins(effect, series, Groups(in_bins(selection.points(series.grain)[there], bins)), (f"|{BINS}",))
        for name, property_ in additive.dimensions:
            texts = selection.texts(property_)
            fields, codes = self._fields(additive, name, texts, records, effect), texts.codes[there]
            for series in additive.series:
                points = selection.points(series.grain)[there]
                put_bins(effect, series, Groups(in_bins(points * len(fields) + codes, bins)), fields)

    def _named(self, groups: Groups, fields: tuple[str, ...]) -> tuple[list[int], list[str]]:
        """The bucket of each group of a split, and its field; measures of one selection mostly share them."""
        made = self._names.get((groups, fields))
        if made is None:
            buckets, codes = np.divmod(groups.keys, len(fields)) if fields else ([], [])
            buckets, codes = np.asarray(buckets).tolist(), np.asarray(codes).tolist()
            names = [f"{bucket}{fields[code]}" for bucket, code in zip(buckets, codes, strict=True)]
            made = self._names[groups, fields] = buckets, names
        return made

    def _fields(
        self,
        additive: Additive,
        name: str,
        texts: Coded,
        records: dict[str, dict[str, Record]],
        effect: Effect,
    ) -> tuple[str, ...]:
        """What each text adds to a bucket's name; ``OVERFLOW`` beyond what a partition counts apart: first come."""
        space = values_space(additive.measure, name)
        known = records.setdefault(space, {})
        places = known.setdefault(NO_VALUE, [[0]])
        changed = effect.changed.setdefault(space, {})
        fields, over = [], []
        for code, text in enumerate(texts.names):
            if text not in known:
                if places[0][0] >= VALUES_PER_PARTITION or len(text) > LONGEST_VALUE:
                    over.append(code)
                    fields.append(f"|{name}|{OVERFLOW}")
                    continue
                known[text] = [[1]]
                places[0][0] += 1
                changed |= {text: None, NO_VALUE: None}
            fields.append(f"|{name}|{text}")
        if over:
            effect.tell(f"overflow|{additive.measure}|{name}", int(np.isin(texts.codes, over).sum()))
        return tuple(fields)


def put_bins(effect: Effect, series: Series, groups: Groups, fields: tuple[str, ...]) -> None:
    """Adds how many amounts lie in each bin; the groups are by bucket * number of fields + field, in bins."""
    places, bins = apart(groups.keys)
    buckets, codes = (column.tolist() for column in np.divmod(places, max(len(fields), 1)))
    several = zip(buckets, map(fields.__getitem__, codes), bins, strict=True)
    effect.put(series.name, buckets, [f"{bucket}{field}|{one}" for bucket, field, one in several], groups.counts())


def values_space(measure: str, dimension: str) -> str:
    """The space that holds the values which a partition counts apart; the record of ``NO_VALUE`` is how many."""
    return f"~{measure}~{dimension}"
