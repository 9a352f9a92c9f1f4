"""What people wrote is read as they wrote it, by Grafana, Prometheus and Alertmanager alike."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas import names
from schemas.definition.model import Definition
from schemas.definition.steering import Initiative, Objective
from services.provisioner import expressions as promql
from services.provisioner.addresses import Addresses
from services.provisioner.boards.all_boards import all_boards, to_json
from services.provisioner.rules.routes import alertmanager_yaml
from services.provisioner.verbatim import JOINER, legend, markdown, without_variables
from tests.services.provisioner.boards.promtool import Wanted, evaluate
from tests.services.provisioner.steered import BY, SINCE, steered

ODD = 'More {{orders}} a $__interval, ${__range} [[__from]] <b>"now"</b> \\ $1'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15 % more, 2 * 3 and a_b_c of [x] (y) at 5$ & 10 < 20", None),
        ("https://wiki.example.com/~ada/late_deliveries?a=1&b=2#top", None),
        ("#1 shop, -5 % and 1.5 more", None),
        (
            "<b>bold</b> &amp; *loud* _soft_ ~~gone~~ `code`",
            r"\<b>bold\</b> \&amp; \*loud\* \_soft\_ \~~gone\~~ \`code\`",
        ),
        ("[here](https://example.com)", r"[here]\(https://example.com)"),
        (r"a\*b", r"a\\\*b"),
        ("# one", r"\# one"),
        ("- one", r"\- one"),
        ("1. one", f"1{JOINER}. one"),
    ],
)
def test_markdown_reads_as_it_was_written_and_plain_words_stay_plain(text: str, said: str | None) -> None:
    assert markdown(text) == (text if said is None else said)


def test_variables_and_labels_are_only_words() -> None:
    assert legend("{{x}} {{{y}}}") == f"{{{JOINER}{{x}}}} {{{JOINER}{{{JOINER}{{y}}}}}}"
    assert without_variables("$__a ${__b} [[__c]]") == f"${JOINER}__a ${JOINER}{{__b}} [{JOINER}[__c]]"
    assert without_variables("$1, $x, ${x}, [[x]], {{x}}") == "$1, $x, ${x}, [[x]], {{x}}"


def odd() -> Definition:
    """Everything that people name is named oddly."""
    given = steered()
    objectives = tuple(
        msgspec.structs.replace(
            one,
            name=f"{ODD} {number}",
            owner=ODD,
            key_results=tuple(
                msgspec.structs.replace(result, name=f"{ODD} {result.name}", owner=ODD) for result in one.key_results
            ),
        )
        for number, one in enumerate(given.okrs)
    )
    metrics = {name: msgspec.structs.replace(one, description=ODD) for name, one in given.metrics.items()}
    return msgspec.structs.replace(
        given,
        okrs=objectives,
        metrics=metrics,
        initiatives=(Initiative(name=ODD, start=SINCE, end=BY, owner=ODD),),
        north_star=msgspec.structs.replace(given.north_star, owner=ODD),
    )


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield key, value
        case list():
            for one in value:
                yield from _texts(one, key)
        case dict():
            for name, one in value.items():
                yield from _texts(one, name)


def test_no_board_takes_a_word_of_the_definition_for_a_variable_a_label_or_html() -> None:
    for board in all_boards(odd(), Addresses()):
        for key, text in _texts(json.loads(to_json(board))["panels"]):
            assert not re.search(r"\$\{?__|\[\[__", text), (key, text)
            if key == "legendFormat":
                assert "{{orders}}" not in text
            if key in {"description", "content"}:
                assert not re.search(r"(?<!\\)<b>", text), text


def test_prometheus_finds_a_name_in_which_grafana_finds_no_variable(tmp_path: Path) -> None:
    labels = f"{names.INITIATIVE_ACTIVE}{{initiative={json.dumps(ODD)}}}"
    expression = promql.selector(names.INITIATIVE_ACTIVE, initiative=ODD)
    assert "$__" not in expression
    assert evaluate(tmp_path, 60, {labels: [1.0]}, [Wanted(expression, 0, {labels: 1.0})]) == ""


def test_alertmanager_finds_an_owner_of_any_name(tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_yaml(odd()), encoding="utf-8")
    command = [
        "amtool",
        "config",
        "routes",
        "test",
        f"--config.file={file}",
        f"owner={json.dumps(ODD)}",
        "severity=page",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == f"{ODD}/page", done.stdout + done.stderr


def test_names_with_a_stroke_share_no_panel() -> None:
    given = steered()
    (first, *_) = given.okrs
    (result, *_) = first.key_results
    two = [
        Objective(name=name, key_results=(msgspec.structs.replace(result, name=of),))
        for name, of in (("Sales", "NL/bars"), ("Sales/NL", "bars"), ("Sales/bars", "NL"), ("Sales/Sales", "x"))
    ]
    for board in all_boards(msgspec.structs.replace(given, okrs=tuple(two)), Addresses()):
        ids = [panel.id_val for panel in board.panels or []]
        assert len(ids) == len(set(ids))
