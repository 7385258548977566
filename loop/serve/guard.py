"""The border of the server: which requests come in, and the headers that every answer has.

A page from elsewhere may make a browser send requests here. They name another host (which it lets resolve to this machine)
or another origin, and do not come in. No answer may be framed, read or loaded by another origin, and no script
runs but the package's.
"""

import os
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loop.serve.peers import owner

METHODS: Final = frozenset({"GET", "HEAD", "POST"})
BODY_BYTES: Final = 16_384
"""longest body of a request: a form with a name and a reason"""
TARGET_BYTES: Final = 2_048
"""longest path with its query"""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types qed"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Border:
    """The names under which the server may be asked for, and who may ask."""

    port: int

    users: frozenset[int | None] = frozenset((None, os.getuid()))
    """who may ask; None where the system does not say who does"""

    @property
    def hosts(self) -> frozenset[str]:
        """What a Host header may say."""
        names = ("127.0.0.1", "localhost", "[::1]")
        bare = names if self.port == _HTTP else ()
        return frozenset((*bare, *(f"{name}:{self.port}" for name in names)))

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the sentence with which a request is refused, None where it may come in."""
        headers, method = Headers(scope=scope), scope["method"]
        if scope.get("client") and scope.get("server") and owner(scope["client"], scope["server"]) not in self.users:
            return 403, "This server answers to the user who started it only."
        host = headers.get("host", "").lower()
        if len(headers.getlist("host")) != 1 or host not in self.hosts:
            return 421, "This server answers to 127.0.0.1, localhost and [::1] with its own port only."
        if method not in METHODS:
            return 405, "Only GET, HEAD and POST mean something here."
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > TARGET_BYTES:
            return 414, f"An address here has {TARGET_BYTES} bytes at most."
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isascii() or not length.isdigit():
            return 411, "A body needs its length."
        if int(length[:20]) > BODY_BYTES:
            return 413, f"A body has {BODY_BYTES} bytes at most."
        if method == "POST" and not self._is_own(headers, host):
            return 403, "A form is sent from a page of this server only."
        return None

    def _is_own(self, headers: Headers, host: str) -> bool:
        """Whether a form comes from a page of this server.

        A browser that was told to send no referrer gives the origin of a plain form as `null`. Then what counts is its word that
        the page is of the same origin, which no script can set.
        """
        site, origin = headers.get("sec-fetch-site"), headers.get("origin", "").lower()
        if site not in (None, "same-origin"):
            return False
        return origin == f"http://{host}" or (origin == "null" and site == "same-origin")


_HTTP: Final = 80


class Guard:
    """Refuses what may not come in, and puts the headers on everything that goes out."""

    def __init__(self, app: ASGIApp, border: Border) -> None:
        self._app, self._border = app, border

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._border.refusal(scope)
        if refused is None:
            await self._app(scope, receive, guarded)
            return
        status, why = refused
        allowed = {"Allow": ", ".join(sorted(METHODS))} if scope["method"] not in METHODS else None
        await PlainTextResponse(f"{why}\n", status, allowed)(scope, receive, guarded)
