"""Where Grafana is and what opens it."""

from pathlib import Path

import pytest

from schemas.errors import SettingsError
from services.provisioner.grafana.address import Address, address, token
from services.secret import Secret
from services.settings import Settings

TOKEN = "glsa_neverseen"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://127.0.0.1:3000", Address("http", "127.0.0.1:3000")),
        ("https://grafana.example/", Address("https", "grafana.example")),
        ("https://intranet.example/grafana", Address("https", "intranet.example", "grafana/")),
        ("https://intranet.example/deep/grafana/", Address("https", "intranet.example", "deep/grafana/")),
        ("http://[::1]:3000", Address("http", "[::1]:3000")),
    ],
)
def test_an_address_is_taken_with_and_without_its_last_slash(url: str, parts: Address) -> None:
    assert address(url) == parts
    assert str(parts) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["", "grafana:3000", "ftp://grafana", "http://", "http://x:port", "http://x:99999", "http://x?y=1", "http://[x"],
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(SettingsError, match="NSM_GRAFANA is"):
        address(url)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="leave them out") as caught:
        address("http://admin:hunter2@grafana:3000")
    assert "hunter2" not in str(caught.value)


def test_a_token_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert token(Settings(grafana_token=Secret(TOKEN))) == Secret(TOKEN)
    assert token(Settings(grafana_token_file=str(file))) == Secret(TOKEN)


def test_what_is_no_token_is_said_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for text, told in (
        ("", "an empty token"),
        ("\n", "an empty token"),
        ("two words", "no token"),
        (f"{TOKEN}\nX-Header: 1", "no token"),
        ("glsä", "no token"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match=told) as caught:
            token(Settings(grafana_token_file=str(file)))
        assert TOKEN not in str(caught.value)
        assert "words" not in str(caught.value)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="no text"):
        token(Settings(grafana_token_file=str(file)))


def test_a_missing_token_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make a service account"):
        token(Settings())
    with pytest.raises(SettingsError, match="cannot be read: no such file"):
        token(Settings(grafana_token_file=str(tmp_path / "absent")))
    with pytest.raises(SettingsError, match="both set"):
        token(Settings(grafana_token=Secret("a"), grafana_token_file="b"))
