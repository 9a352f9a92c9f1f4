import argparse
from pathlib import Path

import pytest

from services.local.command import add_arguments


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nsm up")
    add_arguments(parser)
    return parser.parse_args(words)


def test_without_a_word_everything_runs() -> None:
    args = parse()
    assert (args.file, args.data, args.without, args.workers) == (Path("nsm.yaml"), Path(".nsm"), frozenset(), 1)


def test_parts_can_be_left_out() -> None:
    assert parse("--without", "prometheus, alertmanager").without == {"prometheus", "alertmanager"}


@pytest.mark.parametrize("words", [("--without", "kafka"), ("--workers", "0"), ("--partitions", "few")])
def test_what_makes_no_sense_is_refused(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse(*words)
    assert words[1] in capsys.readouterr().err
