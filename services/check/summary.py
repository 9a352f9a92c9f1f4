"""In a few lines, what a good definition holds."""

from collections import Counter
from collections.abc import Iterator

from schemas.definition.model import ANY, Definition, Source
from schemas.definition.units import unit_of
from streams.plan import keys_of, measures_of, types_of


def summary(definition: Definition) -> Iterator[tuple[str, str]]:
    """What it holds; the types of events are named, so that a misspelt one is seen."""
    fed = types(definition)
    topics = (f"{source.topic} keyed by {source.keyed_by}{_anew(definition, source)}" for source in definition.sources)
    yield "company", f"{definition.company}, {definition.time_zone}"
    yield "events", ", ".join(topics)
    yield "types", ", ".join(f"{name} ({plural(fed[name], 'measure')})" for name in sorted(fed)) or "any"
    yield "counts", f"{plural(len(entries(definition)), 'measure')}, {plural(len(definition.metrics), 'metric')}"
    if names := unread(definition):
        yield "unread", f"{', '.join(names)}: no metric reads {'it' if len(names) == 1 else 'them'}, so not counted"
    yield "north star", _north_star(definition)
    for what, told in (("steers by", _steering(definition)), ("calendar", _calendar(definition))):
        if told:
            yield what, told


def entries(definition: Definition) -> list[str]:
    """Measures as the file has them, a lifecycle with all its parts as one."""
    return list(dict.fromkeys(name.partition(".")[0] for name in definition.measures))


def types(definition: Definition) -> Counter[str]:
    """Those that measures name, with how many do; of a conversion both ends."""
    named = {(name.partition(".")[0], of) for name, one in definition.measures.items() for of in types_of(one)}
    return Counter(of for _, of in named if of != ANY)


def unread(definition: Definition) -> list[str]:
    """Measures, as the file has them, that no metric reads: nothing of them is counted."""
    read = {name.partition(".")[0] for metric in definition.metrics for name in measures_of(definition, metric)}
    return [name for name in entries(definition) if name not in read]


def steered(definition: Definition) -> dict[str, int]:
    """How much there is of each kind beside the north star, as the file calls them."""
    return {
        "targets": len(definition.targets),
        "guardrails": len(definition.guardrails),
        "departments": len(definition.departments),
        "objectives": len(definition.okrs),
        "key_results": sum(len(objective.key_results) for objective in definition.okrs),
        "initiatives": len(definition.initiatives),
        "holidays": len(definition.calendar.holidays),
        "campaigns": len(definition.calendar.campaigns),
    }


def _anew(definition: Definition, source: Source) -> str:
    """By what else its events are keyed on their way through internal topics."""
    measures = (one for one in definition.measures.values() if one.source == source.name)
    keys = sorted({key for one in measures for key in keys_of(definition, one)})
    return f" (and anew by {', '.join(keys)})" if keys else ""


def _north_star(definition: Definition) -> str:
    star = definition.north_star
    told = f"{star.metric} ({definition.metrics[star.metric].windows[0].label})"
    if star.target is None:
        return f"{told}, no target yet, {star.better} is better"
    unit = unit_of(definition, star.metric)
    amount = f"{star.target:g} {unit}".rstrip()
    base = "" if star.base is None else f" from {star.base:g}{f' on {star.since}' if star.since else ''}"
    steps = f" in {plural(len(star.path), 'step')}" if star.path else ""
    return f"{told}, target {amount}{base}{f' by {star.by}' if star.by else ''}{steps}, {star.better} is better"


def _steering(definition: Definition) -> str:
    found = steered(definition)
    told = [
        (found["targets"], "other target", ""),
        (found["guardrails"], "guardrail", ""),
        (found["departments"], "department", ""),
        (found["objectives"], "objective", f" ({plural(found['key_results'], 'key result')})"),
        (found["initiatives"], "initiative", ""),
    ]
    return ", ".join(plural(number, noun) + more for number, noun, more in told if number)


def _calendar(definition: Definition) -> str:
    days, campaigns = definition.calendar.holidays, definition.calendar.campaigns
    told = [(len(days), "holiday"), (len(campaigns), "campaign")]
    last = max((*(one.date for one in days), *(one.end for one in campaigns)), default=None)
    return ", ".join(plural(number, noun) for number, noun in told if number) + (f", up to {last}" if last else "")


def plural(number: int, noun: str) -> str:
    """With the noun as it goes with the number."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
