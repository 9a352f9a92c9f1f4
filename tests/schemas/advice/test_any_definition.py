"""Whatever a good definition says, it is judged: every finding in a sentence, at a line of the file."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.advice.observed import Behaviour, Fed, Observed
from schemas.definition.loading import parse_placed
from schemas.definition.model import Definition
from tests.schemas.advice.sound import changed, judged

MEASURES = ["orders", "revenue", "minutes", "customers", "active", "first_orders", "repeat_orders", "reorders"]
operands = st.sampled_from([*MEASURES, "deliveries", "order_value", "deliveries_per_order", "new_customers"])
values = st.builds("measure: {}".format, st.sampled_from(MEASURES)) | st.lists(
    operands, min_size=2, max_size=2, unique=True
).map(lambda pair: f"ratio: [{', '.join(pair)}]")
windows = st.sampled_from(["{calendar: day}", "{calendar: quarter}", "{rolling: 3d}", "{rolling: 3h}", "lifetime"])
names = st.sampled_from(["star", "new_customers", "order_value", "deliveries_per_order", "orders"])
departments = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(names, max_size=3, unique=True), min_size=1)
numbers = st.none() | st.floats(0, 1e9, allow_subnormal=False)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Good definitions in which all that rules look at varies."""
    said = draw(departments)
    written = "".join(f"  {name}: [{', '.join(kpis)}]\n" for name, kpis in said.items())
    inputs = draw(st.lists(names.filter(lambda name: name != "star"), max_size=3, unique=True))
    return changed(  # inputs before the value, which may be a ratio of the same two
        ("[new_customers, deliveries_per_order]", f"[{', '.join(inputs)}]" if inputs else "new_customers"),
        ("phase: scale-up\n", draw(st.sampled_from(["", "phase: start-up\n", "phase: mature\n"]))),
        (
            "{ratio: [repeat_orders, customers], window: {rolling: 28d}}",
            f"{{{draw(values)}, window: {draw(windows)}}}",
        ),
        ("topic: shop,", draw(st.sampled_from(["topic: shop,", "topic: shop, supplied_by: them,"]))),
        ("topic: carrier,", draw(st.sampled_from(["topic: carrier,", "topic: carrier, supplied_by: others,"]))),
        ("  marketing: [new_customers]\n  logistics: [deliveries_per_order]\n", written),
        (
            "base: 1, from: 2026-07-01, target: 2, by: 2027-06-30,",
            draw(st.sampled_from(["", "target: 2,", "target: 2, base: 2,"])),
        ),
    )


@st.composite
def observations(draw: st.DrawFn, definition: Definition) -> Observed:
    """As odd as events may be."""
    behaviours = tuple(
        Behaviour(
            metric=metric.name,
            window=window,
            periods=draw(st.integers(0, 1000)),
            level=draw(numbers),
            noise=draw(numbers),
            zero_share=draw(st.none() | st.floats(0, 1)),
            behind=draw(st.none() | st.integers(0, 10**9).map(lambda halves: halves / 2)),
        )
        for metric in definition.metrics.values()
        for window in metric.windows
    )
    fed = {}
    for name in definition.measures:
        of_type, matching, used = sorted(draw(st.lists(st.integers(0, 9), min_size=3, max_size=3)), reverse=True)
        fed[name] = Fed(of_type, matching, used)
    return Observed(events=1, first_ms=0, last_ms=1, behaviours=behaviours, fed=fed, left_out={"order_complete": 3})


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_good_definition_is_judged(data: st.DataObject) -> None:
    text = data.draw(texts())
    definition, places = parse_placed(text)
    observed = data.draw(st.none() | observations(definition))
    for one in judged(text, observed).told:
        assert places[one.place.path] == one.place
        assert one.text
        assert "\n" not in one.text
        assert one.text[-1] not in ".;,"
