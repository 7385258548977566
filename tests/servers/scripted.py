"""A chat-completions server that does what a script says: right and wrong answers, and every way of failing.

It speaks the real protocol over real sockets, so that a proposer is tested against what it meets in the field. For end-to-end
runs: `python -m tests.servers.scripted --script FILE [--log FILE]` prints its port as the first line and serves until killed.
"""

import argparse
import hashlib
import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

Do = Literal[
    "answer", "error", "stall", "reset", "half", "drop", "drip", "garbage", "flood", "redirect", "whole", "bomb", "event_error",
]  # fmt: skip
FLOOD_PIECE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What to do with one request; a script is a list of them, taken in turn.

    `when` and `also` restrict it to requests whose messages hold these texts; `times` is how often it is used, -1 for ever.
    `refuse` names request fields on which the reply is a 400 instead, which does not count as a use; a dotted name looks inside.
    With `names_it` that reply says which field it was. `calls` are tool calls, each with `name` and `arguments`, and perhaps an
    `id`; `thinks_as` is the field that reasoning comes in. `prompt` and `usage` are the tokens that the server says it counted.
    `model` restricts it to requests for that model.
    """

    do: Do = "answer"
    text: str = ""
    reasoning: str = ""
    thinks_as: str = "reasoning_content"
    calls: tuple[dict[str, str], ...] = ()
    usage: int | None = None
    prompt: int = 0
    finish: str = "stop"
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"error": {"message": "scripted", "type": "scripted", "code": null}}'
    seconds: float = 30.0
    bytes: int = 10_000_000
    url: str = ""
    refuse: tuple[str, ...] = ()
    names_it: bool = False
    when: str = ""
    also: str = ""
    model: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Scripted(ThreadingHTTPServer):
    """The server; `seen` holds every request."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, script: list[Behaviour], log: Path | None = None) -> None:
        """Listen on a free port of 127.0.0.1."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.log = script, log
        self.used = [0] * len(script)
        self.seen: list[Seen] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.asked = threading.Event()
        """whether a request came"""

    @property
    def url(self) -> str:
        """The base URL that a client is given."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def take(self, seen: Seen) -> Behaviour:
        """Record a request and choose what to do with it."""
        with self.lock:
            self.seen.append(seen)
            self.asked.set()
            if self.log:
                # the digest, not the key: a test looks for the key in every file
                mark = hashlib.sha256(seen.headers.get("authorization", "").encode()).hexdigest()
                line = {"path": seen.path, "headers": {**seen.headers, "authorization": mark}, "body": seen.body}
                with self.log.open("a") as file:
                    file.write(json.dumps(line) + "\n")
            asked = "\n".join(str(m.get("content", "")) for m in seen.body.get("messages", []))
            for i, b in enumerate(self.script):
                meant = b.when in asked and b.also in asked and b.model in ("", seen.body.get("model"))
                if meant and (b.times < 0 or self.used[i] < b.times):
                    if wrong := next((name for name in b.refuse if _holds(seen.body, name)), ""):
                        param = wrong.partition("=")[0] if b.names_it else None
                        return Behaviour(do="error", status=400, body=json.dumps({"error": {"message": "no", "param": param}}))
                    self.used[i] += 1
                    return b
        return Behaviour(do="error", status=410)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that gives up is part of the script."""


def _holds(body: object, name: str) -> bool:
    """Say whether a request's field is there; `a.b=c` asks for a value."""
    path, _, value = name.partition("=")
    for part in path.split("."):
        if not isinstance(body, dict) or part not in body:
            return False
        body = body[part]
    return not value or body == value


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Scripted
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Write nothing."""

    def do_POST(self) -> None:
        """Answer one request as the script says."""
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))))
        self.streams = body.get("stream") is True
        b = self.server.take(Seen(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        getattr(self, f"do_{b.do}")(b)
        self.close_connection = True

    do_GET = do_POST  # noqa: N815 - the base class looks the name up

    def head(self, status: int, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def event(self, delta: dict[str, object], finish: str | None = None, **more: object) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.data(
            json.dumps({"id": "s", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice], **more})
        )

    def data(self, text: str) -> None:
        self.wfile.write(f"data: {text}\n\n".encode())

    def say(self, text: str) -> None:
        for i in range(0, len(text), 20):
            self.event({"content": text[i : i + 20]})

    def call(self, index: int, call: dict[str, str]) -> None:
        """Stream a tool call: its name, then its arguments in pieces."""
        begun = {"name": call["name"], "arguments": ""}
        self.event({"tool_calls": [{"index": index, "id": call.get("id", f"c{index}"), "type": "function", "function": begun}]})
        text = call["arguments"]
        for i in range(0, len(text), 20):
            self.event({"tool_calls": [{"index": index, "function": {"arguments": text[i : i + 20]}}]})

    def do_answer(self, b: Behaviour) -> None:
        if not self.streams:
            self.do_whole(b)
            return
        self.head(200, "text/event-stream", b.headers)
        self.event({"role": "assistant", "content": ""})
        if b.reasoning:
            self.event({b.thinks_as: b.reasoning})
        self.say(b.text)
        for i, call in enumerate(b.calls):
            self.call(i, call)
        self.event({}, "tool_calls" if b.calls else b.finish)
        if b.usage is not None:
            usage = {"prompt_tokens": b.prompt, "completion_tokens": b.usage, "total_tokens": b.prompt + b.usage}
            self.data(json.dumps({"id": "s", "object": "chat.completion.chunk", "choices": [], "usage": usage}))
        self.data("[DONE]")

    def do_whole(self, b: Behaviour) -> None:
        calls = [{"id": c.get("id", f"c{i}"), "type": "function", "function": c} for i, c in enumerate(b.calls)]
        message = {"role": "assistant", "content": b.text, **({"tool_calls": calls} if calls else {})}
        choice = {"index": 0, "message": message, "finish_reason": b.finish}
        self.head(200, "application/json", b.headers)
        self.wfile.write(json.dumps({"id": "s", "object": "chat.completion", "choices": [choice]}).encode())

    def do_error(self, b: Behaviour) -> None:
        self.head(b.status, "application/json", b.headers)
        self.wfile.write(b.body.encode())

    def do_event_error(self, b: Behaviour) -> None:
        self.head(200, "text/event-stream", b.headers)
        self.data(b.body)

    def do_redirect(self, b: Behaviour) -> None:
        self.head(307, "text/plain", {"location": b.url})

    def do_stall(self, b: Behaviour) -> None:
        self.head(200, "text/event-stream", b.headers)
        self.say(b.text[: len(b.text) // 2])
        self.server.closing.wait(b.seconds)

    def do_drip(self, b: Behaviour) -> None:
        self.head(200, "text/event-stream", b.headers)
        while not self.server.closing.wait(b.seconds):
            self.wfile.write(b": \n")

    def do_reset(self, b: Behaviour) -> None:
        self.head(200, "text/event-stream", b.headers)
        self.say(b.text[: len(b.text) // 2])
        self.do_drop(b)

    def do_half(self, b: Behaviour) -> None:
        """Send half of an answer, and end the reply as if that were all."""
        self.head(200, "text/event-stream", b.headers)
        self.say(b.text[: len(b.text) // 2])

    def do_drop(self, b: Behaviour) -> None:
        self.wfile.flush()
        # a zero linger makes close() send RST
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def do_garbage(self, b: Behaviour) -> None:
        self.head(200, "text/event-stream", b.headers)
        self.data(b.text or '{"choices": [{"delta": {"content": ')

    def do_flood(self, b: Behaviour) -> None:
        """Send text without end, `status` as given: events if it is 200, one long body otherwise."""
        self.head(b.status, "text/event-stream" if b.status == 200 else "application/json", b.headers)
        for _ in range(b.bytes // FLOOD_PIECE + 1):
            if b.status == 200:
                self.event({"content": "x" * FLOOD_PIECE})
            else:
                self.wfile.write(b"x" * FLOOD_PIECE)

    def do_bomb(self, b: Behaviour) -> None:
        self.head(200, "text/event-stream", {"content-encoding": "gzip"})
        self.wfile.write(bytes.fromhex("1f8b0800000000000003"))


@contextmanager
def serve(*script: Behaviour, log: Path | None = None) -> Iterator[Scripted]:
    """Run a server for the length of a `with`."""
    server = Scripted(list(script), log)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()


def read_script(path: Path) -> list[Behaviour]:
    """Read a script: a JSON list of objects with the fields of Behaviour."""
    items = json.loads(path.read_text())
    return [Behaviour(**{**i, "refuse": tuple(i.get("refuse", ())), "calls": tuple(i.get("calls", ()))}) for i in items]


def main() -> None:
    """Serve a script until killed."""
    parser = argparse.ArgumentParser(description="A chat-completions server that does what a script says.")
    parser.add_argument("--script", type=Path, required=True, help="JSON list of behaviours")
    parser.add_argument("--log", type=Path, help="append each request here, as JSON Lines; the key as a digest")
    options = parser.parse_args()
    server = Scripted(read_script(options.script), options.log)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
