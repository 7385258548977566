"""The driver of the portable Lean keeps its protocol, whatever is sent to it: the real Node, the real driver, raw frames."""

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verify.pipe import Pipe, PipeLimits, open_pipe
from verify.session import DEFAULT_LIMITS, _command
from verify.toolchain import Toolchain

ROOT = Path(__file__).resolve().parent.parent.parent
LIMITS = PipeLimits(DEFAULT_LIMITS.reply_bytes, DEFAULT_LIMITS.output_bytes, DEFAULT_LIMITS.memory_bytes)
SECTION = "@[expose] public section\n"
SPIN = "def spin (n : Nat) : Nat → Nat\n  | 0 => n\n  | k + 1 => spin (n + 1) k\n#eval spin 0 1000000000000"
DEEP = "(" * 20_000 + "1" + ")" * 20_000


class Driver:
    """A child that runs the driver, with its pipes in hand."""

    def __init__(self, toolchain: Toolchain) -> None:
        self.pipe: Pipe = open_pipe(lambda *fds: _command(toolchain, DEFAULT_LIMITS, fds, None, None), LIMITS)
        self.requests, self.replies = self.pipe._ends.requests, self.pipe._ends.replies
        os.set_blocking(self.requests, True)

    def send(self, frame: bytes) -> None:
        os.write(self.requests, frame)

    def receive(self, seconds: float = 120.0) -> Any:
        """Return the next reply, or None where the child closed its end instead."""
        body = self._exactly(4, seconds)
        return json.loads(self._exactly(struct.unpack(">I", body)[0], seconds)) if body else None

    def _exactly(self, count: int, seconds: float) -> bytes:
        out = b""
        while len(out) < count:
            ready, _, _ = select.select([self.replies], [], [], seconds)
            assert ready, "the driver says nothing"
            chunk = os.read(self.replies, count - len(out))
            if not chunk:
                assert not out, "half a reply"
                return b""
            out += chunk
        return out

    def ask(self, **request: object) -> Any:
        """Send a request with a nonce and return the reply to it."""
        nonce = f"nonce of {time.monotonic_ns()}"
        self.send(framed(json.dumps({**request, "nonce": nonce}).encode()))
        reply = self.receive()
        assert reply is None or reply["nonce"] == nonce
        return reply

    def died(self) -> bool:
        """Return whether the child is gone by a signal, without another word."""
        return self.receive() is None and self.pipe.process.wait(60) == -signal.SIGKILL


@pytest.fixture(scope="module")
def shared(toolchain: Toolchain) -> Iterator[Driver]:
    """Give one child to the tests that leave it alive."""
    driver = Driver(toolchain)
    yield driver
    driver.pipe.kill()


@pytest.fixture
def own(toolchain: Toolchain) -> Iterator[Driver]:
    """Give a child that the test may lose."""
    driver = Driver(toolchain)
    yield driver
    driver.pipe.kill()


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def init(driver: Driver) -> int:
    env = driver.ask(op="import", header="import Init\n")["env"]
    assert isinstance(env, int)
    return env


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"op": "reboot"}, "no operation reboot"),
        ({"op": "constructor"}, "no operation"),
        ({"op": "__proto__"}, "no operation"),
        ({"op": 7}, "no operation"),
        ({"op": ["version"]}, "no operation"),
        ({}, "no operation"),
        ({"op": "import"}, "needs 'header'"),
        ({"op": "elaborate", "env": 1, "source": SECTION}, "needs 'keep'"),
        ({"op": "elaborate", "env": 1, "source": 7, "keep": False}, "needs 'source'"),
        ({"op": "elaborate", "env": "1", "source": SECTION, "keep": False}, "needs 'env'"),
        ({"op": "elaborate", "env": 99, "source": SECTION, "keep": False}, "no environment 99"),
        ({"op": "elaborate", "env": -1, "source": SECTION, "keep": False}, "no environment -1"),
        ({"op": "parse", "env": 99, "category": "term", "source": "1"}, "no environment 99"),
        ({"op": "parse", "env": 1, "source": "1"}, "needs 'category'"),
        ({"op": "audit", "base": 1, "env": 1}, "needs 'name'"),
        ({"op": "audit", "base": 99, "env": 98, "name": "t"}, "no environment"),
        ({"op": "forget", "env": 99}, "no environment 99"),
        ({"op": "forget", "env": None}, "needs 'env'"),
        ({"op": "kinds", "env": 1, "category": 3}, "needs 'category'"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_else_happens(shared: Driver, request_: dict[str, object], said: str) -> None:
    reply = shared.ask(**request_)
    assert set(reply) == {"nonce", "refused"}
    assert said in reply["refused"]
    assert shared.ask(op="version")["version"]


def test_a_reply_carries_the_nonce_of_its_request_only(shared: Driver) -> None:
    nonces = ["a", "", '"}{"error": 1', "\u0000\u2028", "x" * 10_000]
    for nonce in nonces:
        shared.send(framed(json.dumps({"op": "memory", "nonce": nonce}).encode()))
    assert [shared.receive()["nonce"] for _ in nonces] == nonces


def test_a_frame_that_comes_in_pieces_is_one_frame(shared: Driver) -> None:
    frame = framed(json.dumps({"op": "memory", "nonce": "n"}).encode())
    for byte in frame:
        shared.send(bytes([byte]))
    assert shared.receive()["bytes"] > 0


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (struct.pack(">I", (64 << 20) + 1), "exceeds the frame limit"),
        (b"\xff\xff\xff\xff", "exceeds the frame limit"),
        (framed(b"version"), "JSON"),
        (framed(b""), "JSON"),
        (framed(b"\xff\xfe{}"), "JSON"),
        (framed(b"null"), "no nonce"),
        (framed(b"[1]"), "no nonce"),
        (framed(b'{"op": "version"}'), "no nonce"),
        (framed(b'{"op": "version", "nonce": 7}'), "no nonce"),
    ],
)
def test_what_is_no_request_ends_the_session(own: Driver, frame: bytes, said: str) -> None:
    own.send(frame)
    reply = own.receive()
    assert (reply["nonce"], reply["poisoned"]) == (None, True)
    assert said in reply["error"]
    assert own.died()


def test_half_a_request_is_never_answered(own: Driver) -> None:
    assert own.ask(op="version")["version"]
    own.send(framed(json.dumps({"op": "version", "nonce": "n"}).encode())[:-1])
    os.close(own.requests)
    own.pipe._ends.requests = os.open(os.devnull, os.O_RDONLY)  # for `kill`, which closes it
    assert own.died()


def test_a_parse_that_overflows_the_stack_reaches_a_limit_and_ends_the_session(own: Driver) -> None:
    reply = own.ask(op="parse", env=init(own), category="term", source=DEEP)
    assert set(reply) == {"nonce", "error", "poisoned", "limit"}
    assert (reply["error"], reply["poisoned"], reply["limit"]) == ("Maximum call stack size exceeded", True, "stack")
    assert own.died()


def test_an_elaboration_that_overflows_the_stack_ends_the_session(own: Driver) -> None:
    reply = own.ask(op="elaborate", env=init(own), source=f"{SECTION}theorem t : {DEEP} = 2 := rfl", keep=True)
    assert reply["poisoned"] is True
    # where it ends inside a thread's entry, the glue has made a bare word of the exception
    assert reply.get("limit") == "stack" or "unwound its stack" in reply["error"]
    assert own.died()


def test_lean_that_exits_is_a_failure_and_no_limit(own: Driver) -> None:
    reply = own.ask(op="elaborate", env=init(own), source=f"{SECTION}#eval (IO.Process.exit 0 : IO Unit)", keep=True)
    assert reply["poisoned"] is True
    assert "limit" not in reply
    assert own.died()


def test_stdin_is_not_lean_s_to_read(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, given = os.pipe()
    os.write(given, b"a secret line\n")
    start = subprocess.Popen

    def with_stdin(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        return start(*args, **{**options, "stdin": kept})

    monkeypatch.setattr(subprocess, "Popen", with_stdin)
    driver = Driver(toolchain)
    try:
        source = '#eval show IO Unit from do\n  let line ← (← IO.getStdin).getLine\n  IO.println s!"read {line.length}"'
        reply = driver.ask(op="elaborate", env=init(driver), source=SECTION + source, keep=False)
    finally:
        driver.pipe.kill()
    assert "secret" not in json.dumps(reply)
    assert [m["data"] for m in reply["messages"]] == ["read 0\n"]
    assert os.read(kept, 100) == b"a secret line\n"
    os.close(kept)
    os.close(given)


def test_a_child_dies_with_its_parent(toolchain: Toolchain) -> None:
    parent = textwrap.dedent(f"""
        from verify.session import DEFAULT_LIMITS, Session
        from verify.toolchain import find
        session = Session.start(find("portable"), DEFAULT_LIMITS)
        env = session.import_header("import Init\\n").env
        print(session.pid, flush=True)
        session.elaborate(env, {SECTION + SPIN!r}, keep=False)
    """)
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    time.sleep(0.5)
    os.kill(pid, 0)
    process.kill()
    process.wait()
    process.stdout.close()
    until = time.monotonic() + 60
    while time.monotonic() < until and _runs(pid):
        time.sleep(0.1)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Return whether a process is there and no zombie that waits for its new parent."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False
