"""The past that is told is that of the file, whichever version the exporter shows."""

import argparse
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import names
from schemas.errors import CommandError
from services.board.exporter import Exporter
from services.history.asking import chosen, reach_of
from services.history.command import ATTEMPTS, add_arguments, run
from services.history.sources import FromExporter
from services.history.waiting import OtherVersionError, wait_until_counted
from tests.services.exporter.world import NOW
from tests.services.history.past import of
from tests.services.history.two_versions import NEW, OLD, ORDERS, Two, tell, written
from tests.streams.folding import DAY

LONG = 12
"""Looks: more than it takes to believe that all is counted."""


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_it_waits_for_the_version_of_the_file_however_quiet_the_one_before_it_is() -> None:
    said: list[str] = []

    def story(two: Two) -> None:
        looks = 0

        def between() -> None:
            nonlocal looks
            looks += 1
            if looks == LONG:
                assert two.served.current().plan is not NEW
                two.from_thread(served=NEW.version, before=OLD.version)

        wait_until_counted(Exporter(two.url), NEW.version, said.append, between)
        assert two.served.current().plan.version == NEW.version
        assert looks > LONG

    tell(story, served=OLD.version, next=NEW.version)
    (line,) = said
    assert line.startswith(f"waiting until version {NEW.version} is shown: the exporter at http://")
    assert f"shows version {OLD.version}, and the file is version {NEW.version}; {NEW.version} is next" in line


def test_what_helps_is_said_where_the_version_was_rolled_back() -> None:
    said: list[str] = []

    def story(two: Two) -> None:
        def between() -> None:
            two.from_thread(served=NEW.version, before=OLD.version)

        wait_until_counted(Exporter(two.url), NEW.version, said.append, between)

    tell(story, served=OLD.version, before=NEW.version)
    (line,) = said
    assert line.endswith(
        f"{NEW.version} was served before {OLD.version} and does not take over by itself: nsm definition rollback "
        "serves it again"
    )


def test_what_it_waits_for_is_said_once_and_an_exporter_that_is_away_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []

    def story(two: Two) -> None:
        exporter, looks = Exporter("http://127.0.0.1:9"), 0

        def between() -> None:
            nonlocal looks
            looks += 1
            if looks == LONG:
                monkeypatch.setattr(exporter, "url", two.url.rstrip("/"))

        wait_until_counted(exporter, NEW.version, said.append, between)

    tell(story, served=NEW.version)
    (line,) = said
    assert line.startswith("waiting for the exporter: no exporter answers at http://127.0.0.1:9")


def test_records_that_wait_and_the_first_event_are_waited_for() -> None:
    said: list[str] = []

    def story(two: Two) -> None:
        two.world.ends.known.clear()  # Kafka does not say how far the logs reach
        two.from_thread(served=NEW.version)
        looks = 0

        def between() -> None:
            nonlocal looks
            looks += 1
            if looks == LONG:
                two.world.caught_up()
                two.from_thread(served=NEW.version)

        wait_until_counted(Exporter(two.url), NEW.version, said.append, between)

    tell(story, served=NEW.version)
    assert said == ["waiting until all that was published is counted"]


@pytest.mark.parametrize("window", [0, 1], ids=["day", "month"])
def test_no_answer_of_another_version_is_taken_for_that_of_the_file(window: int) -> None:
    """Over a day both are read, over a month only the new one."""

    def story(two: Two) -> None:
        metric, over = chosen(NEW, [], [])[window]
        with pytest.raises(OtherVersionError, match=f"shows version {OLD.version}, and the file is version"):
            FromExporter(NEW, Exporter(two.url)).points(metric.name, over, reach_of(over, (NOW - 3 * DAY, NOW), None))

    tell(story, served=OLD.version, before=NEW.version)


def test_another_version_is_told_as_what_it_is_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, past = written(tmp_path), tmp_path / "past.txt"

    def story(two: Two) -> None:
        monkeypatch.setenv("NSM_EXPORTER", two.url)
        with pytest.raises(CommandError) as told:
            run(arguments(str(file), "--output", str(past)))
        words = str(told.value)
        assert f"shows version {OLD.version}, and the file is version {NEW.version}; {NEW.version} was served" in words
        assert "nothing to show" not in words
        assert not past.exists()

    tell(story, served=OLD.version, before=NEW.version)


def test_a_version_that_goes_back_meanwhile_is_waited_for_and_all_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, past = written(tmp_path), tmp_path / "past.txt"
    waited: list[str] = []

    def story(two: Two) -> None:
        def wait(_: Exporter, version: str, __: object) -> None:
            waited.append(version)
            if len(waited) > 1:
                two.from_thread(served=NEW.version, before=OLD.version)

        monkeypatch.setenv("NSM_EXPORTER", two.url)
        monkeypatch.setattr("services.history.command.wait_until_counted", wait)
        span = ("--from", "2026-01-01", "--to", "2026-03-30")
        assert run(arguments(str(file), "--wait", "--output", str(past), *span)) == 0

    tell(story, served=OLD.version, before=NEW.version)
    assert waited == [NEW.version] * 2
    assert f"shows version {OLD.version}" in capsys.readouterr().err
    assert max(of(past.read_text(encoding="utf-8"), names.METRIC_VALUE, "month").values()) == ORDERS


class Half(socketserver.BaseRequestHandler):
    """Begins an answer, and goes away in the middle of it."""

    def handle(self) -> None:
        self.request.recv(65_536)
        self.request.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"definition": ')


@pytest.fixture
def going_away() -> Iterator[str]:
    """The address of an exporter that never ends an answer."""
    with socketserver.TCPServer(("127.0.0.1", 0), Half) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_exporter_that_goes_away_in_the_middle_of_an_answer_is_waited_for_and_all_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], going_away: str
) -> None:
    file, past = written(tmp_path), tmp_path / "past.txt"
    waited: list[str] = []

    def story(two: Two) -> None:
        def wait(exporter: Exporter, version: str, _: object) -> None:
            waited.append(version)
            exporter.url = going_away if len(waited) < ATTEMPTS else two.url.rstrip("/")

        monkeypatch.setenv("NSM_EXPORTER", two.url)
        monkeypatch.setattr("services.history.command.wait_until_counted", wait)
        span = ("--from", "2026-01-01", "--to", "2026-03-30")
        assert run(arguments(str(file), "--wait", "--output", str(past), *span)) == 0

    tell(story, served=NEW.version)
    assert len(waited) == ATTEMPTS
    assert capsys.readouterr().err.count("; all is asked again when it answers\n") == ATTEMPTS - 1
    assert max(of(past.read_text(encoding="utf-8"), names.METRIC_VALUE, "month").values()) == ORDERS


@pytest.mark.parametrize(("words", "asked"), [((), 0), (("--wait",), ATTEMPTS)])
def test_an_exporter_that_always_goes_away_is_said(
    words: tuple[str, ...], asked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, going_away: str
) -> None:
    waited: list[str] = []
    monkeypatch.setenv("NSM_EXPORTER", going_away)
    monkeypatch.setattr("services.history.command.wait_until_counted", lambda *_: waited.append("waited"))
    with pytest.raises(CommandError, match="no exporter answers at"):
        run(arguments(str(written(tmp_path)), *words))
    assert len(waited) == asked


def test_what_the_exporter_refuses_of_the_very_version_is_not_called_nothing_to_show() -> None:
    def story(two: Two) -> None:
        metric, over = chosen(NEW, [], [])[1]
        with pytest.raises(Exception, match=r"^Versvork has no metric 'rider'; did you mean riders"):
            FromExporter(NEW, Exporter(two.url)).points(
                metric.name[:-1], over, reach_of(over, (NOW - 3 * DAY, NOW), None)
            )

    tell(story, served=NEW.version)
