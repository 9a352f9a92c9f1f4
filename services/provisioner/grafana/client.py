"""grafana-api's client with what it lacks: empty and null bodies, pages in place of JSON, queries, retries, deadlines.

Everything of grafana-api goes through the functions that this client makes for its HTTP methods, so mending them mends
all of it.  What they raise is ours (``faults``); no exception of ``requests`` comes out.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import msgspec
import requests
from grafana_api.grafana_api import GrafanaAPI
from grafana_api.grafana_face import GrafanaFace
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError
from urllib3.exceptions import TimeoutError as UrllibTimeout
from urllib3.util.retry import Retry

from schemas.errors import GrafanaAway
from services.provisioner.grafana.address import Address
from services.provisioner.grafana.faults import Answer, fault
from services.secret import Secret

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
ASK_AGAIN: Final = frozenset({429, 502, 503, 504})
MOST_BYTES: Final = 64 * 1024 * 1024
Query = Mapping[str, str | int | Sequence[str]]


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long one request may take and how often one that only reads is asked again.

    A write is asked again only where no connection came about: else nobody knows whether it was done, and whoever
    applies reads first.
    """

    connect_s: float = 5.0
    silence_s: float = 20.0
    whole_s: float = 60.0
    retries: int = 2
    backoff_s: float = 0.3


class Call(Protocol):
    """One HTTP method."""

    def __call__(
        self, url: str, json: Any = None, headers: Mapping[str, str] | None = None, params: Query | None = None
    ) -> Any: ...


class Bearer(AuthBase):
    """Puts the token on the wire, and holds it nowhere else."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class GrafanaClient(GrafanaAPI):  # type: ignore[misc]  # grafana-api has no types
    """What GET, POST, PUT, PATCH and DELETE give is the JSON of a good answer, None where it is empty or ``null``."""

    def __init__(self, address: Address, token: Secret, patience: Patience | None = None) -> None:
        super().__init__(("", ""), host=address.host, url_path_prefix=address.prefix, protocol=address.scheme)
        self.auth = Bearer(token)
        self.where = str(address)
        self.token = token
        self.patience = patience or Patience()
        adapter = HTTPAdapter(max_retries=_retries(self.patience))
        self.session: requests.Session = vars(self)["s"]  # it has no types, and asking it would ask __getattr__
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

    def __getattr__(self, item: str) -> Call:
        if item not in METHODS:
            raise AttributeError(item)

        def call(
            url: str, json: Any = None, headers: Mapping[str, str] | None = None, params: Query | None = None
        ) -> Any:
            query = f"?{urlencode(params, doseq=True)}" if params else ""
            return self._asked(item, f"{self.url}{url}{query}", json, headers)

        return call

    def close(self) -> None:
        self.session.close()

    def _asked(self, method: str, url: str, body: Any, headers: Mapping[str, str] | None) -> Any:
        answer = self._answered(lambda: self._sent(method, url, body, headers), again=method == "GET")
        found = fault(answer, self.where)
        if found is not None:
            raise found
        return answer.body

    def _answered(self, ask: Callable[[], Answer], *, again: bool) -> Answer:
        """A reply that breaks off in the middle is asked for again where asking changes nothing."""
        left = self.patience.retries if again else 0
        while True:
            try:
                return ask()
            except ProtocolError as error:
                if left <= 0:
                    raise GrafanaAway(self._told(error)) from None
                left -= 1
            except (requests.RequestException, HTTPError, OSError) as error:
                # the connection itself was tried again below us
                raise GrafanaAway(self._told(error)) from None

    def _sent(self, method: str, url: str, body: Any, headers: Mapping[str, str] | None) -> Answer:
        patience = self.patience
        until = time.monotonic() + patience.whole_s
        with self.session.request(
            method,
            url,
            json=body,
            headers=dict(headers or {}),
            auth=self.auth,
            timeout=(patience.connect_s, patience.silence_s),
            allow_redirects=False,
            stream=True,
        ) as response:
            # whoever echoes our headers must not bring the token into an error
            content = self.token.removed_from(_read(response, until))
            location = self.token.removed_from(response.headers.get("Location", "").encode())
            return answer_of(response.status_code, content, location.decode())

    def _told(self, error: Exception) -> str:
        """Another's exception may hold the request, and with it the token: only its kind is told."""
        match error:
            case requests.exceptions.SSLError():
                why = (
                    "its certificate is not trusted; where the company has an authority of its own, name its file in"
                    " REQUESTS_CA_BUNDLE"
                )
            case requests.ConnectTimeout():
                why = f"no connection within {self.patience.connect_s:g} s; look whether it runs, or set NSM_GRAFANA"
            case requests.ConnectionError() if isinstance(_reason(error), NewConnectionError):
                why = "no connection; start it, or say where it is with NSM_GRAFANA"
            case _ if isinstance(_reason(error), requests.Timeout | UrllibTimeout | TimeoutError):
                why = "it did not finish its answer in time; look at its load and its log, then run again"
            case _:
                why = "it broke off its answer; run again: what was done is seen, and only the rest is done"
        return f"Grafana at {self.where} does not answer: {why}"


def face(client: GrafanaClient) -> GrafanaFace:
    """All of grafana-api over this client."""
    made = GrafanaFace(("", ""))
    for part in (made.folder, made.dashboard, made.datasource, made.annotations, made.search):
        part.api = client
    made.api = client
    return made


def _reason(error: Exception) -> object:
    """What lies under a failure that was tried several times."""
    inner = error.args[0] if error.args else None
    return inner.reason if isinstance(inner, MaxRetryError) else error


def answer_of(status: int, content: bytes, location: str) -> Answer:
    """``status`` and what of the body can be read."""
    if not content.strip():
        return Answer(status=status, location=location)
    try:
        return Answer(status=status, body=msgspec.json.decode(content), location=location)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Answer(status=status, is_json=False, location=location)


def _retries(patience: Patience) -> Retry:
    """Whatever the method where no connection came about; answers that pass, and silence, only to what reads."""
    return Retry(
        total=None,
        connect=patience.retries,
        read=patience.retries,
        status=patience.retries,
        other=0,
        redirect=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=ASK_AGAIN,
        backoff_factor=patience.backoff_s,
        backoff_max=5,
        retry_after_max=5,
        raise_on_status=False,
    )


def _read(response: requests.Response, until: float) -> bytes:
    """The whole body; a server that drips is given up at ``until``, one that pours at MOST_BYTES."""
    parts, size = [], 0
    while part := response.raw.read1(64 * 1024, decode_content=True):
        parts.append(part)
        size += len(part)
        if time.monotonic() > until or size > MOST_BYTES:
            raise requests.Timeout("the answer does not end")
    return b"".join(parts)
