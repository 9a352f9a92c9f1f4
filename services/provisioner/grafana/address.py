"""Where Grafana is and what opens it, out of the settings."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from schemas.errors import SettingsError, in_words
from services.secret import Secret
from services.settings import Settings

WHAT_OPENS_IT = (
    "make a service account in Grafana (Administration, Service accounts), add a token, and put it into"
    " NSM_GRAFANA_TOKEN, or into a file that NSM_GRAFANA_TOKEN_FILE names"
)


class Address(msgspec.Struct, frozen=True):
    """Parts of a URL as grafana-api wants them: ``prefix`` is empty or ends in a slash."""

    scheme: str
    host: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.prefix}".rstrip("/")


def address(url: str) -> Address:
    """Raises SettingsError for what is no root of a Grafana; a password in it is not repeated."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise SettingsError("NSM_GRAFANA is no URL, as http://127.0.0.1:3000 is") from None
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"NSM_GRAFANA holds a name or a password; leave them out, and {WHAT_OPENS_IT}")
    if not usable or parts.query or parts.fragment:
        raise SettingsError(f"NSM_GRAFANA is {url}, which is no address of a Grafana, as http://127.0.0.1:3000 is")
    path = parts.path.strip("/")
    return Address(parts.scheme, parts.netloc, f"{path}/" if path else "")


def token(settings: Settings) -> Secret:
    """Read anew each time, so that a file may be exchanged; raises SettingsError, which never shows it."""
    if settings.grafana_token and settings.grafana_token_file:
        raise SettingsError("NSM_GRAFANA_TOKEN and NSM_GRAFANA_TOKEN_FILE are both set; keep one of them")
    if not settings.grafana_token and not settings.grafana_token_file:
        raise SettingsError(f"there is no token for Grafana: {WHAT_OPENS_IT}")
    source = "NSM_GRAFANA_TOKEN_FILE" if settings.grafana_token_file else "NSM_GRAFANA_TOKEN"
    text = (
        _content(settings.grafana_token_file) if settings.grafana_token_file else settings.grafana_token.reveal()
    ).strip()
    if not text:
        raise SettingsError(f"{source} gives an empty token: {WHAT_OPENS_IT}")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError(f"{source} gives no token: one is a single word of letters, digits and underscores")
    return Secret(text)


def _content(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        why = in_words(error).lower()
        raise SettingsError(f"NSM_GRAFANA_TOKEN_FILE names {file}, which cannot be read: {why}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"NSM_GRAFANA_TOKEN_FILE names {file}, which is no text") from None
