"""A board whose file is not what is shown says what leads from one to the other."""

import msgspec
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
        assert print_once(Watch(Exporter(two.url)), NEW) == 0

    tell(story, served=OLD.version, **parts)
    said = capsys.readouterr().err
    assert f"the exporter shows version {OLD.version}, but the file is version {NEW.version}: {words}" in said
    assert "end nsm up and start it again" not in said


@pytest.mark.parametrize("version", ["0123456789", OLD.version])
def test_the_board_of_another_company_is_named_even_where_both_count_alike(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = msgspec.structs.replace(NEW.definition, company="Corner Shop")

    def story(two: Two) -> None:
        assert print_once(Watch(Exporter(two.url)), NEW._replace(version=version, definition=other)) == 0

    tell(story, served=OLD.version)
    said = capsys.readouterr().err
    assert said.startswith(
        "the exporter shows Versvork, but the file is that of Corner Shop: start nsm up in its folder"
    )


def test_the_version_that_is_shown_needs_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    def story(two: Two) -> None:
        assert print_once(Watch(Exporter(two.url)), NEW) == 0

    tell(story, served=NEW.version, before=OLD.version)
    assert capsys.readouterr().err == ""
