"""What Grafana answers -> which error, with what to do in its sentence."""

import pytest

from schemas.errors import (
    GrafanaAbsent,
    GrafanaAway,
    GrafanaDenied,
    GrafanaError,
    GrafanaMoved,
    GrafanaRefused,
)
from services.provisioner.grafana.client import answer_of
from services.provisioner.grafana.faults import fault

WHERE = "http://grafana:3000"
PAGE = b"<html>message: Bad Gateway</html>"


def judged(status: int, content: bytes = b"", location: str = "") -> GrafanaError:
    found = fault(answer_of(status, content, location), WHERE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("status", "content", "kind", "advice"),
    [
        (400, b'{"message":"title cannot be empty"}', GrafanaRefused, "does not take it (400: title cannot be empty)"),
        (400, b'{"message":"Cannot save provisioned dashboard"}', GrafanaRefused, "either the files or the API"),
        (401, b'{"message":"Invalid API key"}', GrafanaDenied, "NSM_GRAFANA_TOKEN"),
        (403, b'{"message":"no permission"}', GrafanaDenied, "give its service account that role"),
        (404, b'{"message":"Dashboard not found"}', GrafanaAbsent, "plan again"),
        (404, b"null", GrafanaAbsent, "plan again"),
        (404, b"", GrafanaAbsent, "plan again"),
        (404, PAGE, GrafanaRefused, "NSM_GRAFANA must be Grafana's root"),
        (408, b"", GrafanaAway, "try again"),
        (409, b'{"message":"same name"}', GrafanaRefused, "rename or remove"),
        (412, b'{"message":"changed","status":"version-mismatch"}', GrafanaMoved, "run again"),
        (412, b'{"message":"same title","status":"name-exists"}', GrafanaRefused, "rename one of the two"),
        (429, b'{"message":"slow down"}', GrafanaAway, "try again"),
        (500, b'{"message":"Unexpected error"}', GrafanaAway, "A token that was deleted is answered so as well"),
        (502, PAGE, GrafanaAway, "try again, its own log says why"),
        (503, b"null", GrafanaAway, "(503)"),
        (200, PAGE, GrafanaAway, "no API of Grafana, but a page"),
    ],
)
def test_every_answer_that_is_no_success_says_what_to_do(
    status: int, content: bytes, kind: type[GrafanaError], advice: str
) -> None:
    found = judged(status, content)
    assert type(found) is kind
    assert advice in str(found)
    assert found.status == status


@pytest.mark.parametrize("content", [b"", b"null", b"{}", b"[]", b'{"message":"ok"}'])
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_good_answer_is_no_fault_whatever_little_it_holds(status: int, content: bytes) -> None:
    assert fault(answer_of(status, content, ""), WHERE) is None


def test_a_redirect_to_the_login_page_is_a_token_that_was_not_taken() -> None:
    found = judged(302, location="/grafana/login?redirect=%2Fapi")
    assert type(found) is GrafanaDenied
    assert "asks for a login" in str(found)


def test_any_other_redirect_names_the_place_without_what_stands_behind_the_question_mark() -> None:
    found = judged(301, location="https://grafana.example:8443/api/x?auth_token=abc")
    assert type(found) is GrafanaRefused
    assert "on to https://grafana.example;" in str(found)
    assert "abc" not in str(found)
    assert "the path /g/api" in str(judged(308, location="/g/api"))


def test_the_servers_own_words_are_one_short_line_that_moves_no_cursor() -> None:
    content = b'{"message":"a\\u001b[2Jb\\n' + b"x" * 1000 + b'"}'
    said = str(judged(400, content))
    assert said.isprintable()
    assert "a [2Jb x" in said
    assert len(said) < 500
