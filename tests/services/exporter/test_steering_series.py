"""What is steered by, as Prometheus is told of it."""

from prometheus_client.parser import text_string_to_metric_families

from schemas import names
from schemas.definition import steering
from streams.plan import compile_plan
from streams.time.calendar import Calendar
from tests.services.exporter.ordering import TODAY, ago, tell, world
from tests.services.exporter.world import NOW, World

Told = dict[tuple[str, ...], float]
RESULT = steering.KeyResult(
    name="k", metric="m_orders", aim=steering.Reach(2), base=8, since=ago(10), by=ago(-10), better="lower"
)
OWNED = steering.KeyResult(name="open", metric="m_revenue", aim=steering.Reach(2), owner="Eve")


def told(one: World, series: str) -> Told:
    """By the values of the labels, in the order of the names."""
    text = one.shown().collector.encode("")[0].decode()
    found = (s for family in text_string_to_metric_families(text) for s in family.samples if s.name == series)
    return {tuple(sample.labels[label] for label in names.SERIES[series]): sample.value for sample in found}


def company() -> World:
    return world(
        RESULT,
        OWNED,
        north_star=steering.NorthStar(
            metric="m_orders", target=10, base=0, since=ago(10), by=ago(-10), owner="Board", inputs=("m_revenue",)
        ),
        targets={"m_revenue": steering.Target(metric="m_revenue", target=3, better="lower")},
        guardrails=(steering.Guardrail(metric="m_orders", min=8, max=10),),
        departments={"shop": steering.Department(metrics=("m_revenue", "m_firsts"), owner="Ada")},
        initiatives=(
            steering.Initiative(name="Over", start=ago(9), end=ago(1), owner="Ada"),
            steering.Initiative(
                name="Now", start=ago(9), end=TODAY, expects=steering.Expected(metric="m_orders", percent=5)
            ),
        ),
    )


def test_targets_stand_with_their_path_progress_and_one_course() -> None:
    async def story(one: World) -> None:
        assert told(one, names.METRIC_TARGET) == {("m_orders",): 10, ("m_revenue",): 3}
        assert told(one, names.METRIC_PATH) == {("m_orders",): 5}
        assert told(one, names.METRIC_PROGRESS) == {("m_orders",): 0.5}
        assert told(one, names.METRIC_COURSE) == {
            ("m_orders", "ahead"): 0,
            ("m_orders", "on_course"): 1,
            ("m_orders", "behind"): 0,
        }
        assert told(one, names.GUARDRAIL_LIMIT) == {("m_orders", "min"): 8, ("m_orders", "max"): 10}
        assert told(one, names.GUARDRAIL_HEADROOM) == {("m_orders", "min"): -0.375, ("m_orders", "max"): 0.5}

    tell(company(), story, lambda days: 5 if days == 1 else 3)


def test_each_metric_has_its_owner_and_its_better_side() -> None:
    async def story(one: World) -> None:
        found = told(one, names.METRIC_INFO)
        assert set(found.values()) == {1}
        said = {metric: (owner, better) for metric, _, owner, better in found}
        assert said.keys() == one.plan.definition.metrics.keys()
        assert said["m_orders"] == ("Board", "higher")
        assert said["m_revenue"] == ("Ada", "lower")
        assert said["m_firsts"] == ("Ada", "")
        assert said["m_repeats"] == ("", "")

    tell(company(), story, lambda _: 1)


def test_key_results_stand_by_objective_and_name() -> None:
    async def story(one: World) -> None:
        assert told(one, names.KEY_RESULT_INFO) == {
            ("More orders", "k", "m_orders", "Lin"): 1,
            ("More orders", "open", "m_revenue", "Eve"): 1,
        }
        assert told(one, names.KEY_RESULT_TARGET) == {("More orders", "k"): 2, ("More orders", "open"): 2}
        assert told(one, names.KEY_RESULT_VALUE) == {("More orders", "k"): 7, ("More orders", "open"): 7}
        assert told(one, names.KEY_RESULT_PATH) == {("More orders", "k"): 5}
        assert told(one, names.KEY_RESULT_PROGRESS) == {("More orders", "k"): 1 / 6}
        courses = told(one, names.KEY_RESULT_COURSE)
        assert [course for (_, _, course), holds in courses.items() if holds] == ["behind"]
        assert len(courses) == 3

    tell(company(), story, lambda days: 7 if days == 1 else 3)


def test_initiatives_are_told_while_they_run_and_when_they_do_not() -> None:
    async def story(one: World) -> None:
        assert told(one, names.INITIATIVE_ACTIVE) == {("Over", "", "Ada"): 0, ("Now", "m_orders", ""): 1}

    tell(company(), story, lambda _: 1)


def test_the_path_moves_at_local_midnight_also_while_nothing_is_read() -> None:
    one = World(compile_plan(company().plan.definition))
    midnight = Calendar("Europe/Amsterdam").start(ago(-1).toordinal())
    for now_ms, path in ((NOW, 5), (midnight - 1, 5), (midnight, 5.5)):
        one.clock.now_ms = now_ms
        assert told(one, names.METRIC_PATH) == {("m_orders",): path}
        assert told(one, names.METRIC_PROGRESS) == {}
