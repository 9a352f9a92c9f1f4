"""A board whose file is not what is shown says what leads from one to the other."""

import pytest

from services.board.command import print_once
from services.board.exporter import Exporter
from services.board.watch import Watch
from tests.services.history.two_versions import NEW, OLD, Two, tell


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"before": NEW.version},
            f"{NEW.version} was served before {OLD.version} and does not take over by itself: nsm definition rollback",
        ),
        ({"next": NEW.version}, f"{NEW.version} is next: it is served as soon as its workers have folded all"),
        ({}, f"no worker folds {NEW.version} to be served: start nsm up, or nsm worker beside the others"),
        ({"next": "another", "before": "others"}, f"no worker folds {NEW.version} to be served"),
    ],
)
def test_what_leads_to_the_files_version_is_said(
    parts: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def story(two: Two) -> None:
        assert print_once(Watch(Exporter(two.url)), NEW.version) == 0

    tell(story, served=OLD.version, **parts)
    said = capsys.readouterr().err
    assert f"the exporter shows version {OLD.version}, but the file is version {NEW.version}: {words}" in said
    assert "end nsm up and start it again" not in said


def test_the_version_that_is_shown_needs_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    def story(two: Two) -> None:
        assert print_once(Watch(Exporter(two.url)), NEW.version) == 0

    tell(story, served=NEW.version, before=OLD.version)
    assert capsys.readouterr().err == ""
