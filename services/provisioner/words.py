"""The definition in words, for people in front of a board."""

from fractions import Fraction

from schemas.definition.arithmetic import written
from schemas.definition.faults import either
from schemas.definition.model import (
    ANY,
    Calendar,
    Condition,
    Conversion,
    Count,
    Definition,
    Distinct,
    Distribution,
    First,
    Formula,
    Growth,
    Lifecycle,
    Lifetime,
    Measure,
    Metric,
    NetPart,
    NetRetention,
    Part,
    Plain,
    Quantile,
    Ratio,
    Repeat,
    RollingDays,
    RollingSpan,
    Share,
    Source,
    Sum,
    Window,
)
from schemas.definition.steering import Target
from schemas.definition.units import unit_of
from services.provisioner.steering_words import steered_by
from services.provisioner.verbatim import markdown

MILLISECONDS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second"))


def duration(milliseconds: int) -> str:
    """The largest unit that fits without a remainder."""
    for size, name in MILLISECONDS:
        if milliseconds % size == 0:
            count = milliseconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{milliseconds} milliseconds"


def window(of: Window) -> str:
    """The span that a value covers."""
    match of:
        case Calendar(unit=unit):
            return f"the running {unit.value} (unfinished until its end)"
        case RollingDays(days=days):
            return f"the last {days} local days, today included"
        case RollingSpan(span_ms=span):
            return f"the last {duration(span)}"
        case Lifetime():
            return "everything since the first event"


def measure(of: Measure) -> str:
    """What is counted."""
    events = "events of any kind" if of.of == ANY else f"{of.of} events"
    where = f" where {' and '.join(map(_condition, of.where))}" if of.where else ""
    match of:
        case Count():
            said = f"the number of {events}"
        case Sum():
            said = f"the sum of {of.property} over {events}"
        case Distribution():
            said = f"{of.property} of {events}"
        case Distinct(at_least=1):
            said = f"different {_entity(of.entity)} in {events}"
        case Distinct(at_least=n):
            said = f"different {_entity(of.entity)} with at least {n} {events}"
        case First():
            said = f"{_entity(of.entity)} whose first ever of these {events} lies in the window"
        case Repeat():
            within = f" at most {duration(of.within_ms)} before" if of.within_ms is not None else ""
            said = f"{events} that follow an earlier one of the same {_entity(of.entity)}{within}"
        case Conversion():
            follows = f"one of {of.to} of the same {_entity(of.entity)}"
            return f"{events}{where} that {follows} follows within {duration(of.within_ms)}"
        case Lifecycle() | NetRetention():
            said = _compared(of, events)
    return said + where


def _compared(of: Lifecycle | NetRetention, events: str) -> str:
    """With the period before."""
    if isinstance(of, Lifecycle):
        return f"different {_entity(of.entity)} {_part(of.part)}, by {events}"
    base = of.part is NetPart.BASE
    when, whose = (" of the period before", "where it is") if base else ("", "for whom that of the period before is")
    return f"the sum of {of.property} over {events}{when}, of each {_entity(of.entity)} {whose} above 0"


def _part(part: Part) -> str:
    match part:
        case Part.NEW:
            return "active for the first time ever"
        case Part.RETAINED:
            return "active now and in the period before"
        case Part.RESURRECTED:
            return "active now and once, but not in the period before"
        case Part.DORMANT:
            return "active in the period before and not now"
        case Part.ACTIVE:
            return "active now"


def _entity(entity: tuple[str, ...]) -> str:
    return " and ".join(entity)


def _condition(condition: Condition) -> str:
    value = condition.value
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{condition.property} {condition.operator} {shown}"


def metric(definition: Definition, of: Metric) -> str:
    """One sentence, in the definition's own words where it has some."""
    match of.value:
        case Plain(measure=name):
            said = _operand(definition, name)
        case Ratio(numerator=above, denominator=below):
            said = f"{_operand(definition, above)}, divided by {_operand(definition, below)}"
        case Formula(expression=expression):
            said = f"reckoned as {written(expression)}"
        case Growth(of=name, periods=periods):
            ago = "one period" if periods == 1 else f"{periods} periods"
            said = f"the change against {ago} before, as a part of what it was then, of {_operand(definition, name)}"
        case Share(measure=name, dimension=dimension, segments=segments):
            said = f"the part with {dimension} {either(segments)} of all {_operand(definition, name)}"
        case Quantile(measure=name, part=part):
            percent = f"{float(Fraction(part) * 100):g}"
            said = f"what {percent} % of all {_operand(definition, name)} do not exceed, within 1 %"
    own = f"{of.description.rstrip('.')}. " if of.description else ""
    return f"{own}{said[0].upper()}{said[1:]}, over {window(of.windows[0])}."


def _operand(definition: Definition, name: str) -> str:
    if name in definition.measures:
        found = definition.measures[name]
        return found.description.rstrip(".") or measure(found)
    return name.replace("_", " ")


def amount(definition: Definition, name: str, value: float) -> str:
    """A value of the metric of this name, with its unit."""
    unit = unit_of(definition, name)
    return f"{value:,.10g} {unit}".rstrip()


def path(definition: Definition, aim: Target) -> str:
    """The way from where it stood to where it should be, as a sentence; empty where the definition tells of none."""
    if aim.target is None or aim.by is None:
        return ""
    if aim.path:
        steps = (f"{amount(definition, aim.metric, one.value)} by {one.by.isoformat()}" for one in aim.path)
        return f"The path has steps: {', then '.join(steps)}."
    if aim.base is None:
        return ""
    since = f" on {aim.since.isoformat()}" if aim.since else ""
    base, target = (amount(definition, aim.metric, value) for value in (aim.base, aim.target))
    return f"The path goes straight from {base}{since} to {target} by {aim.by.isoformat()}."


def title(name: str) -> str:
    """A metric's name as a heading."""
    said = name.replace("_", " ")
    return said[0].upper() + said[1:]


def _judged(source: Source) -> str:
    """Which of its events count."""
    once = f"each id counts once within {duration(source.dedupe_ms)}" if source.dedupe_ms else "ids are not compared"
    late = f"events may be {duration(source.lateness_ms)} late" if source.lateness_ms else "none may be late"
    return f"Events of {source.topic}: {once}, {late}; later ones stand in the dead-letter topic."


def as_markdown(definition: Definition) -> str:
    """The whole definition, metric by metric, and how time is cut."""
    star = definition.north_star
    shown = {star.metric: "north star"} | dict.fromkeys(star.inputs, "input")
    for guardrail in definition.guardrails:
        shown.setdefault(guardrail.metric, "guardrail")
    lines = [
        f"**{title(name)}** ({role}): {markdown(metric(definition, definition.metrics[name]))}"
        for name, role in shown.items()
    ]
    lines += steered_by(definition)
    lines += [_judged(source) for source in definition.sources]
    lines.append(f"Days begin at midnight in {definition.time_zone}, weeks on {definition.week_starts.title()}.")
    return "\n\n".join(lines)
