"""``nsm`` without a command that there is: one sentence that helps, and the exit code of misuse."""

import pytest

from services.cli.main import COMMANDS, main


def test_a_command_that_is_nearly_one_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chek", "nsm.yaml"]) == 2
    assert capsys.readouterr().err == 'there is no command "chek"; did you mean "check"?\n'


def test_a_command_that_is_near_none_is_told_with_all_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xyzzy"]) == 2
    assert capsys.readouterr().err == f'there is no command "xyzzy"; there are {", ".join(COMMANDS)}\n'
