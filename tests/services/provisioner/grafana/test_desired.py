"""Definition -> all that should be in a Grafana."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards
from services.provisioner.grafana.desired import desired
from services.provisioner.grafana.events import TakeOver
from services.provisioner.grafana.kinds.rule import body
from services.provisioner.grafana.managed_rules import managed_rules
from services.provisioner.grafana.marks import Mark
from services.provisioner.grafana.model import Kind, Wanted
from services.provisioner.rules.groups import rule_groups
from tests.grafana.provisioned import WISHES, steered, wanted
from tests.services.provisioner.example import shop


def of_kind(kind: Kind, things: tuple[Wanted, ...]) -> list[Wanted]:
    return [one for one in things if one.kind == kind]


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def test_the_same_definition_gives_the_same_things() -> None:
    assert wanted() == wanted()


def test_every_board_is_wanted_with_a_uid_that_grafana_takes() -> None:
    boards = of_kind("board", wanted().things)
    assert [one.identity for one in boards] == [one.uid for one in all_boards(steered(), Addresses())]
    assert all(1 <= len(one.identity) <= 40 for one in wanted().things)
    assert len({one.key for one in wanted().things}) == len(wanted().things)


def test_what_the_server_decides_is_not_content() -> None:
    for one in of_kind("board", wanted().things):
        assert not one.content.keys() & {"id", "uid", "version"}
        assert one.content["folder"] == "nsm"


def test_an_initiative_covers_its_local_days_whole_over_the_change_of_clocks() -> None:
    (one, _) = of_kind("annotation", wanted().things)
    # Amsterdam: the first of October is summer time, the end of November is not
    assert (one.content["time"], one.content["timeEnd"]) == (ms(2026, 9, 30, 22), ms(2026, 11, 30, 23))
    assert one.content["text"] == "Checkout in one page (Checkout team)\nMeans to move new customers by +5 %"
    assert one.content["tags"] == ["nsm", "nsm-initiative"]


def test_an_initiative_keeps_its_identity_when_its_days_change() -> None:
    earlier = of_kind("annotation", wanted().things)[0]
    (initiative,) = steered().initiatives
    moved = msgspec.structs.replace(initiative, start=initiative.end, owner="", expects=None)
    later = of_kind("annotation", wanted(steered(initiatives=(moved,))).things)[0]
    assert later.identity == earlier.identity
    assert later.content["text"] == "Checkout in one page"


def test_a_take_over_is_a_moment() -> None:
    (one,) = of_kind("annotation", desired(shop(), WISHES, TakeOver("v2", 5_000)).things)
    assert (one.content["time"], one.content["timeEnd"]) == (5_000, 5_000)
    assert "Definition v2 is served from here on" in one.content["text"]
    assert of_kind("annotation", desired(shop(), WISHES).things) == []


def test_rules_and_data_source_are_only_there_where_they_are_wished_for() -> None:
    modest = desired(shop(), msgspec.structs.replace(WISHES, rules=False, data_source=False))
    assert not {"rule", "data source"} & {one.kind for one in modest.things}
    assert not {"rule", "data source"} & modest.kinds


def test_every_alert_has_a_copy_that_fires_for_every_sample_that_it_has() -> None:
    alerts = [rule for group in rule_groups(shop()) for rule in group.rules]
    copies = managed_rules(rule_groups(shop()), Addresses())
    assert len(copies) == len(alerts)
    for alert, copy in zip(alerts, copies, strict=True):
        query, value, condition = copy.sent["data"]
        assert query["model"]["expr"] == alert.expression
        assert query["datasourceUid"] == "nsm-prometheus"
        assert (value["model"]["type"], value["model"]["expression"]) == ("reduce", query["refId"])
        assert copy.sent["condition"] == condition["refId"]
        assert condition["model"]["expression"] == "is_number($V) || is_nan($V) || is_inf($V)"
        assert (copy.sent["noDataState"], copy.sent["execErrState"]) == ("OK", "Error")
        assert copy.sent["labels"]["severity"] == alert.severity


def test_a_copys_texts_ask_nothing_that_grafana_cannot_answer() -> None:
    for copy in managed_rules(rule_groups(shop()), Addresses()):
        for text in (*copy.sent["annotations"].values(), *copy.sent["labels"].values()):
            assert "with query" not in text
            assert "$value " not in text
            assert text.count("{{") == text.count("}}")
    drop = next(one for one in managed_rules(rule_groups(shop()), Addresses()) if one.title == "NorthStarDrop")
    assert "{{ $values.V.Value | humanizePercentage }}" in drop.sent["annotations"]["summary"]
    assert drop.sent["annotations"]["description"].endswith("The numbers stand on the board.")


FUNCTIONS_OF_GRAFANA = {"humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "printf"}


def test_a_copys_templates_use_only_what_grafana_knows() -> None:
    for copy in of_kind("rule", wanted().things):
        for text in (*copy.sent["annotations"].values(), *copy.sent["labels"].values()):
            for template in re.findall(r"\{\{(.*?)\}\}", text):
                value, *functions = [part.strip() for part in template.split("|")]
                assert value == "$values.V.Value" or value.startswith("$labels.") or value == '"{{"', text
                assert {function.split()[0] for function in functions} <= FUNCTIONS_OF_GRAFANA


def test_rules_that_share_a_name_are_told_apart() -> None:
    group = rule_groups(shop())[0]
    rule = group.rules[0]
    twin = msgspec.structs.replace(rule, expression="vector(1)")
    copies = managed_rules([msgspec.structs.replace(group, rules=(rule, twin))], Addresses())
    assert [one.title for one in copies] == [rule.alert, f"{rule.alert} 2"]
    assert [one.identity for one in copies] == [f"nsm-{rule.alert}", f"nsm-{rule.alert}-2"]
    long = msgspec.structs.replace(rule, alert="A" * 60)
    (copy,) = managed_rules([msgspec.structs.replace(group, rules=(long,))], Addresses())
    assert len(copy.identity) == 40


def test_a_rule_is_sent_with_its_mark_and_compared_without() -> None:
    copy = of_kind("rule", wanted().things)[0]
    sent: dict[str, Any] = body(copy, Mark(owner="o", content="c"))
    assert sent["annotations"]["nsm_provisioned_for"] == "o"
    assert sent["uid"] == copy.identity
    assert sent["folderUID"] == "nsm"
    assert "nsm_provisioned_for" not in copy.content["annotations"]


def test_a_name_with_the_word_of_a_template_in_it_stays_as_it_is() -> None:
    star = msgspec.structs.replace(shop().north_star, owner="Cut $value {{ $value }} }} {{end}}")
    rules = managed_rules(rule_groups(msgspec.structs.replace(shop(), north_star=star)), Addresses())
    owners = {str(one.sent["labels"].get("owner")) for one in rules if one.sent is not None}
    assert 'Cut $value {{ "{{" }} $value }} }} {{ "{{" }}end}}' in owners
