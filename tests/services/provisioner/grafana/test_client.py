"""grafana-api over our client, against everything that may go wrong on the way."""

import contextlib
import io
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.errors import GrafanaAbsent, GrafanaAway, GrafanaDenied, GrafanaError, GrafanaRefused
from services.local.ports import free_port
from services.provisioner.grafana.address import address
from services.provisioner.grafana.client import GrafanaClient, Patience, face
from services.secret import Secret
from tests.grafana.faults import Fault, How
from tests.grafana.provisioned import EAGER
from tests.grafana.stand_in import ADMIN, StandIn

TOKEN = "glsa_" + "s3cret" * 6
SHORT = Patience(connect_s=60, silence_s=0.2, whole_s=60, retries=1, backoff_s=0)


@contextlib.contextmanager
def client(url: str, token: str = ADMIN, patience: Patience = EAGER) -> Iterator[GrafanaClient]:
    with contextlib.closing(GrafanaClient(address(url), Secret(token), patience)) as made:
        yield made


@pytest.fixture
def reached(grafana: StandIn) -> Iterator[GrafanaClient]:
    with client(grafana.url) as made:
        yield made


def test_an_empty_answer_and_null_are_nothing(grafana: StandIn, reached: GrafanaClient) -> None:
    reached.POST("/folders", json={"uid": "f", "title": "F"})
    assert reached.DELETE("/folders/f") is None
    assert reached.DELETE("/v1/provisioning/alert-rules/absent") is None


def test_a_null_body_keeps_its_status(grafana: StandIn, reached: GrafanaClient) -> None:
    with pytest.raises(GrafanaAbsent) as caught:
        reached.PUT("/v1/provisioning/alert-rules/absent", json={})
    assert caught.value.status == 404


def test_queries_are_quoted(grafana: StandIn, reached: GrafanaClient) -> None:
    for tags in (["a b&c"], ["a b&c", "d"]):
        reached.POST("/annotations", json={"text": "x", "tags": tags})
    assert len(reached.GET("/annotations", params={"tags": ["a b&c", "d"], "limit": 10})) == 1
    assert len(reached.GET("/annotations", params={"tags": "a b&c", "limit": 1})) == 1


def test_the_methods_of_the_library_go_through_it(grafana: StandIn, reached: GrafanaClient) -> None:
    made = face(reached)
    assert made.folder.create_folder("North", uid="n")["uid"] == "n"
    assert made.folder.get_folder("n")["title"] == "North"
    with pytest.raises(GrafanaAbsent):
        made.dashboard.get_dashboard("absent")


def test_a_grafana_below_a_sub_path_is_reached_with_and_without_the_last_slash() -> None:
    server = StandIn(prefix="/deep/grafana")
    try:
        for end in ("", "/"):
            with client(server.url + end) as made:
                assert made.GET("/health")["database"] == "ok"
    finally:
        server.end()


@pytest.mark.parametrize("how", ["drop before", "drop after", "half", "html 502", "busy"])
def test_what_only_reads_is_asked_again(grafana: StandIn, reached: GrafanaClient, how: How) -> None:
    grafana.faults = [Fault(how=how, of="GET /health")]
    assert reached.GET("/health")["database"] == "ok"
    assert grafana.log == ["GET /health"] * 2


@pytest.mark.parametrize("how", ["drop before", "drop after", "half", "html 502", "busy"])
def test_what_writes_is_sent_once_and_then_nobody_knows(grafana: StandIn, reached: GrafanaClient, how: How) -> None:
    grafana.faults = [Fault(how=how, of="POST /folders")]
    with pytest.raises(GrafanaAway):
        reached.POST("/folders", json={"uid": "f", "title": "F"})
    assert grafana.log == ["POST /folders"]


@pytest.mark.parametrize(
    ("how", "kind", "said"),
    [
        ("drop before", GrafanaAway, "it broke off its answer"),
        ("half", GrafanaAway, "it broke off its answer"),
        ("html 502", GrafanaAway, "failed (502)"),
        ("html 200", GrafanaAway, "no API of Grafana, but a page"),
        ("silence", GrafanaAway, "did not finish its answer in time"),
        ("login", GrafanaDenied, "asks for a login"),
        ("moved", GrafanaRefused, "on to https://elsewhere.example"),
        ("null", GrafanaAbsent, "404"),
        ("busy", GrafanaAway, "429: slow down"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_lasts_is_one_sentence_of_ours(
    grafana: StandIn, how: How, kind: type[GrafanaError], said: str, method: str
) -> None:
    grafana.faults = [Fault(how=how, times=99)]
    patience = SHORT if how == "silence" else EAGER
    with client(grafana.url, patience=patience) as reached, pytest.raises(GrafanaError) as caught:
        getattr(reached, method)("/folders", json={} if method == "POST" else None)
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nobody_is_followed_to_another_place(grafana: StandIn) -> None:
    grafana.faults = [Fault(how="moved", times=99)]
    with client(grafana.url) as reached, pytest.raises(GrafanaRefused, match="the token is not sent after it"):
        reached.GET("/health")
    assert grafana.log == ["GET /health"]


def test_nobody_there_is_said_with_the_setting_that_names_the_place() -> None:
    with client(f"http://127.0.0.1:{free_port()}") as reached, pytest.raises(GrafanaAway, match="with NSM_GRAFANA"):
        reached.POST("/folders", json={})


def test_a_server_that_speaks_no_tls_is_told_from_one_that_is_away(grafana: StandIn) -> None:
    with client(grafana.url.replace("http:", "https:")) as reached, pytest.raises(GrafanaAway, match="certificate"):
        reached.GET("/health")


def test_a_server_that_drips_is_given_up(grafana: StandIn) -> None:
    grafana.faults = [Fault(how="drip", times=99)]
    patience = Patience(connect_s=60, silence_s=60, whole_s=0.2, retries=1, backoff_s=0)
    with client(grafana.url, patience=patience) as reached, pytest.raises(GrafanaAway, match="in time"):
        reached.GET("/health")


def test_the_token_is_on_the_wire_and_nowhere_else(grafana: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    grafana.accounts.roles[TOKEN] = "Admin"
    seen = io.StringIO()
    with caplog.at_level(logging.DEBUG), client(grafana.url, TOKEN) as reached:
        reached.GET("/health")
        assert grafana.headers[-1]["Authorization"] == f"Bearer {TOKEN}"
        for how in ("drop before", "half", "html 502", "login", "moved", "echo"):
            grafana.faults = [Fault(how=how, times=99)]
            try:
                reached.GET("/health")
            except GrafanaError as error:
                seen.write("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
                seen.write(repr(error))
        seen.write(f"{reached!r} {vars(reached)!r} {reached.auth!r} {vars(reached.auth)!r}")
    assert TOKEN not in seen.getvalue()
    assert TOKEN not in caplog.text
    assert "(secret)" in seen.getvalue()


def test_a_secret_is_not_written_away() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TOKEN))


@pytest.mark.parametrize("name", ["session_of", "__deepcopy__", "get"])
def test_what_is_no_method_of_http_is_no_attribute(grafana: StandIn, reached: GrafanaClient, name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(reached, name)


def test_an_answer_of_another_shape_is_said_and_no_bug(grafana: StandIn) -> None:
    from tests.grafana.provisioned import planned

    shapes: list[Any] = [[], {"dashboard": None}, "x", {"uid": 5}]
    for shape in shapes:
        grafana.faults = [Fault(how="shape", of="GET /dashboards/uid", shape=shape)]
        with pytest.raises(GrafanaError, match="reading boards: the answer is not that of a Grafana"):
            planned(grafana.url)
