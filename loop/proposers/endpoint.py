"""One request to a chat-completions endpoint: where it may go, with which key, and what came back.

Redirects are not followed, compressed replies are not read, silence, whole time and bytes are limited. The outcome is a `Sent`,
whatever the server did; nothing of the server's own words about an error is repeated, because they may hold the key.
"""

import email.utils
import ipaddress
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai

from loop.models.exchanges import to_text
from loop.models.features import hint_of
from loop.models.instructions import INSTRUCTIONS
from loop.models.money import Model
from loop.models.reply import Event, Fault, Heard, LimitHit, Sent
from loop.proposal import ProposerFailed

DEFAULT_URL = "https://api.openai.com/v1"
SECRET_CHARACTERS = 8
"""a shorter key is a placeholder for a server that wants none, and is not looked for in texts"""
WIRE_FACTOR = 64
"""bytes on the wire for one character of text: a streamed token comes in an envelope of some hundred bytes"""
BAD_REQUEST, SERVER_ERROR, UNAVAILABLE = 400, 500, 503


class Key:
    """A secret: it prints as `<key>` and refuses to be copied or sent to another process."""

    __slots__ = ("_reveal",)

    def __init__(self, secret: str) -> None:
        """Hold a secret; empty for a server that wants none."""
        self._reveal: Callable[[], str] = lambda: secret  # a closure, so that no dump of fields shows it

    def __repr__(self) -> str:
        """Return a placeholder."""
        return "<key>"

    def __reduce__(self) -> str:
        """Refuse pickling and copying."""
        raise TypeError("a key stays in the process that made it")

    def reveal(self) -> str:
        """Return the secret, for the HTTP client."""
        return self._reveal()

    def redact(self, text: str) -> str:
        """Return a text with the secret replaced."""
        secret = self.reveal()
        return text.replace(secret, "<key>") if len(secret) >= SECRET_CHARACTERS else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to talk to an endpoint; seconds are wall clock.

    `temperatures` and `models` are taken in turn, one a conversation; `model` is the short form for one without a price.
    `answers` conversations are had for each brief: in each a model may use tools in `turns` replies, `whole_checks` times for
    a whole judgement, and answers once more up to `repairs` times where its answer was refused. `answer_tokens` is the most
    that one reply may hold, `money` the budget in picodollars, `instructions` what models are told of how to go about their task.
    """

    url: str
    model: str = ""
    models: tuple[Model, ...] = ()
    temperatures: tuple[float, ...] = (0.2, 0.7, 1.0)
    answers: int = 1
    connect_seconds: float = 10.0
    stall_seconds: float = 60.0
    answer_seconds: float = 600.0
    answer_characters: int = 262_144
    retries: int = 4
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    max_requests: int = 2_000
    max_tokens: int = 1_000_000
    money: int | None = None
    answer_tokens: int = 16_384
    turns: int = 0
    repairs: int = 0
    whole_checks: int = 2
    instructions: str = INSTRUCTIONS

    def __post_init__(self) -> None:
        """Refuse an address to which no key may be sent."""
        check_url(self.url)

    @property
    def asked(self) -> tuple[Model, ...]:
        """The models that are asked."""
        return self.models or (Model(self.model),)


def check_url(url: str) -> None:
    """Raise ProposerFailed for an address that is neither https nor http on this machine, or that carries a user."""
    do = "Give the endpoint as https://HOST/v1, or as http://127.0.0.1:PORT/v1."
    try:
        parts = urlsplit(url)
        host, user, _ = parts.hostname or "", parts.username, parts.port
        agreed = httpx2.URL(url).host.lower() == host.lower()  # two parsers, one host: else the key could go elsewhere
    except (ValueError, httpx2.InvalidURL):
        host, user, agreed = "", None, False
    # the address is not quoted, because it may hold a password
    if not host or not agreed or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ProposerFailed("The model's address is not a URL.", do)
    if user is not None or "@" in parts.netloc or parts.query or parts.fragment:
        raise ProposerFailed("The model's address holds a user, a query or a fragment.", do)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ProposerFailed("The model's address is neither https nor http on this machine.", do)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def from_environment(environ: MutableMapping[str, str]) -> tuple[str, Key]:
    """Take the address and the key out of an environment: QED_MODEL_URL and QED_API_KEY, else OPENAI_BASE_URL and OPENAI_API_KEY.

    The two pairs are never mixed, so that a key goes to the host that it was set for only. Both keys are removed from
    `environ`, so that no child inherits them: call it once.
    """
    keys = {name: environ.pop(name, "") for name in ("QED_API_KEY", "OPENAI_API_KEY")}
    if environ.get("QED_MODEL_URL") or keys["QED_API_KEY"]:
        return environ.get("QED_MODEL_URL") or DEFAULT_URL, Key(keys["QED_API_KEY"])
    return environ.get("OPENAI_BASE_URL") or DEFAULT_URL, Key(keys["OPENAI_API_KEY"])


@dataclass(slots=True)
class Limit:
    """Counts one request's bytes and time; shared by the thread that reads and the one that waits."""

    wire_bytes: int
    deadline: float
    abandoned: threading.Event = field(default_factory=threading.Event)

    def hold(self, response: httpx2.Response) -> None:
        """Put a reply's body, that of an error included, under the limit, before any of it is read."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise LimitHit("the reply is compressed, though none was asked for")
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Stream(response.stream, self)

    def count(self, size: int) -> None:
        """Take `size` more bytes in; raises LimitHit where that is too many, too late or no longer wanted."""
        self.wire_bytes -= size
        if self.wire_bytes < 0:
            raise LimitHit("the reply is longer than the limit")
        if self.abandoned.is_set() or time.monotonic() > self.deadline:
            raise LimitHit("the reply took longer than the limit")


class _Stream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, limit: Limit) -> None:
        self.inner, self.limit = inner, limit

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.inner:
            self.limit.count(len(chunk))
            yield chunk

    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True, slots=True)
class Request:
    """One question, ready to be sent; `body` holds what the protocol calls so, and no key."""

    settings: Settings
    key: Key
    body: dict[str, Any]
    limit: Limit

    def run(self) -> Sent:
        """Send the request and read its reply; whatever the SDK makes of a hostile reply, the outcome is a Sent."""
        heard, events = Heard(self.settings.answer_characters), list[Event]()
        fault = self._fault(heard, events)
        # a server that echoes its caller's key must not get it into a file, in pieces or escaped neither
        said = [*heard.texts(), *map(to_text, events)]
        if any(self.key.redact(part) != part for text in said for part in (text, _unescaped(text))):
            return Sent((), Fault("cut", "the answer holds the API key", billed=True))
        return Sent(tuple(events), fault)

    def _fault(self, heard: Heard, events: list[Event]) -> Fault | None:
        """Read what comes into `heard` and `events`; return what ended it before its end, if anything did."""
        try:
            with self._client() as client:
                self._converse(client, heard, events)
        except LimitHit as hit:
            return Fault("cut", str(hit), billed=True)
        except openai.APIStatusError as fault:
            return _status(fault)
        except openai.APITimeoutError as fault:
            billed = not isinstance(fault.__cause__, httpx2.ConnectTimeout)
            return Fault("broken", f"The model's server was silent for {self.settings.stall_seconds:g} seconds.", billed=billed)
        except openai.APIConnectionError as fault:
            billed = not isinstance(fault.__cause__, httpx2.ConnectError)
            return Fault("broken", "The connection to the model's server failed.", billed=billed)
        except Exception as fault:  # noqa: BLE001 - the thread must answer; only the type is told, a text could hold anything
            what = f"The model's server sent what is no chat completion ({type(fault).__name__})."
            return Fault("broken", what, billed=True)
        return None if events else Fault("broken", "The model's server sent an empty reply.", billed=True)

    def _client(self) -> openai.OpenAI:
        s = self.settings
        # A proxy or a certificate of the environment is for https; over http on this machine the key must not leave it.
        trust_env = s.url.startswith("https:")
        http = openai.DefaultHttpxClient(
            event_hooks={"response": [self.limit.hold]}, follow_redirects=False, trust_env=trust_env,
            timeout=httpx2.Timeout(s.stall_seconds, connect=s.connect_seconds),
        )  # fmt: skip
        headers = {"Accept-Encoding": "identity"}
        key = self.key.reveal() or "none"
        return openai.OpenAI(api_key=key, base_url=s.url, max_retries=0, http_client=http, default_headers=headers)

    def _converse(self, client: openai.OpenAI, heard: Heard, events: list[Event]) -> None:
        """Read the stream; a server that does not stream is read too."""
        stream = client.chat.completions.create(**self.body)  # the SDK's own types name every field that there is

        def take(data: Any) -> None:
            heard.event(data)
            to_text(data)  # what could not be written down is no event
            events.append(data)

        with stream:
            if stream.response.headers.get("content-type", "").startswith("application/json"):
                take(json.loads(stream.response.read()))
                return
            for event in stream:
                take(event.to_dict(warnings=False))  # a warning would print what the server sent


def _unescaped(text: str) -> str:
    """Return a text with the escapes of JSON read that can stand for any character."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)


def _status(fault: openai.APIStatusError) -> Fault:
    """Say what a status means; the server's own words are not repeated, because they may hold the key."""
    status = fault.status_code
    match status:
        case 400 | 422:
            what = f"The model's server refuses the request (HTTP {status})."
            return Fault("format", what, "Check the model's name.", hint=hint_of(fault.param, fault.body))
        case 401 | 403:
            return Fault("refused", f"The model's server refuses the key (HTTP {status}).", "Check the key and its host.")
        case 429 if fault.code == "insufficient_quota":
            return Fault("refused", "The account's quota is used up (HTTP 429).", "Raise it, or use another model.")
        case 408 | 409 | 425 | 429:
            return Fault("busy", f"The model's server is busy (HTTP {status}).", wait=_retry_after(fault.response))
        case _ if status >= SERVER_ERROR:
            # a server that is not there has counted nothing; one that failed at its work may have
            what, wait = f"The model's server failed (HTTP {status}).", _retry_after(fault.response)
            return Fault("busy", what, wait=wait, billed=status != UNAVAILABLE)
        case _ if status < BAD_REQUEST:
            what = f"The model's server redirects (HTTP {status}), which is not followed."
            return Fault("refused", what, "Give the address that it redirects to, if you trust it.")
    return Fault("refused", f"The model's server refuses (HTTP {status}).", "Check the address and the model's name.")


def _retry_after(response: httpx2.Response) -> float | None:
    """Return the seconds of a Retry-After header, given as seconds or as a date."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - thirty years
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
