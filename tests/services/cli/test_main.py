"""``nsm`` without a command that there is: one sentence that helps, and the exit code of misuse."""

import logging

import pytest

from services.cli.main import COMMANDS, main


def test_a_command_that_is_nearly_one_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chek", "nsm.yaml"]) == 2
    assert capsys.readouterr().err == 'there is no command "chek"; did you mean "check"?\n'


def test_without_a_word_all_commands_are_told_with_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert all(f"\n    {name} " in err or f"\n    {name}\n" in err for name in COMMANDS)
    assert "write a first nsm.yaml" in err


def test_a_command_that_is_near_none_is_told_with_all_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xyzzy"]) == 2
    assert capsys.readouterr().err == f'there is no command "xyzzy"; there are {", ".join(COMMANDS)}\n'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("definition staus", 'nsm definition: there is no verb "staus"; did you mean "status"?'),
        ("grafana xyzzy", 'nsm grafana: there is no verb "xyzzy"; there are render, plan, diff, apply, prune, watch'),
        ("rules rendr build", 'nsm rules: there is no action "rendr"; did you mean "render"?'),
        (
            "init --phase startup",
            'nsm init: --phase "startup" is none of start-up, scale-up, mature; did you mean "start-up"?',
        ),
        ("definition diff --jsn nsm.yaml", 'nsm definition diff: there is no --jsn here; did you mean "--json"?'),
        ("check --evnts=x nsm.yaml", 'nsm check: there is no --evnts here; did you mean "--events"?'),
        ("check nsm.yaml other.yaml", 'nsm check: there is no "other.yaml" here'),
        ("definition", "nsm definition: it needs VERB (diff, carry, status, rollback, retire)"),
        ("rules", "nsm rules: it needs action (render), dir"),
        (
            "up --without promtheus",
            (
                'nsm up: --without: "promtheus" is none of worker, exporter, prometheus, history, alertmanager; '
                'did you mean "prometheus"?'
            ),
        ),
        ("check --events", "nsm check: --events needs FILE after it"),
        ("init --phase", "nsm init: --phase needs one of start-up, scale-up, mature after it"),
        ("publish x.csv --map", "nsm publish: --map needs NAME=COLUMN after it"),
        ("publish x.csv --map id", "nsm publish: --map: id is not NAME=VALUE"),
        ("exporter --port", "nsm exporter: --port needs PORT after it"),
        ("exporter --port abc", "nsm exporter: --port: 'abc' is no port, a number from 1 to 65535"),
        ("exporter --port 0", "nsm exporter: --port: '0' is no port, a number from 1 to 65535"),
        ("exporter --port 70000", "nsm exporter: --port: '70000' is no port, a number from 1 to 65535"),
    ],
)
def test_a_word_that_is_misspelt_or_missing_is_told_in_a_sentence_with_the_nearest(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    command = said.partition(":")[0]
    assert capsys.readouterr().err == f"{said} ({command} --help says more)\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_what_it_takes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: nsm {command} ")


def test_no_command_prints_what_a_client_of_kafka_logs_of_its_own_slow_steps(caplog: pytest.LogCaptureFixture) -> None:
    assert main(["init", "--list"]) == 0
    for client in ("kafka.net.selector", "aiokafka.conn"):
        logging.getLogger(client).warning("a task ran for 0.2 s, or a connection was refused")
    assert caplog.messages == []
