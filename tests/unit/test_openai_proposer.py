"""Each way in which a model's server can behave, met over real sockets; and after each, the key has stayed where it belongs."""

import copy
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from targets import TRIANGULAR

from loop.proposal import Brief, Proposal, ProposerFailed
from loop.proposers.endpoint import Key, Settings, check_url, from_environment
from loop.proposers.openai import OpenAI
from loop.recording import Entry, Recorder
from tests.servers.scripted import Behaviour, Scripted, serve
from verify.limits import DEFAULT
from verify.spec import to_specs
from verify.task import Version

SECRET = "sk-canary-0123456789abcdef"  # noqa: S105 - it opens nothing
SPEC = TRIANGULAR.encode()
PROGRAM = "def tri(n: int) -> int:\n    return n * (n + 1) // 2\n"
RIGHT = json.dumps({"program": PROGRAM, "lemmas": "", "idea": "Gauss"})


def brief(round_: int = 0) -> Brief:
    (spec,) = to_specs(SPEC, "specs/tri.py", DEFAULT)
    return Brief(spec, Version(spec.source, spec.program), (), 7, round_)


def proposer(server: Scripted, **more: object) -> OpenAI:
    quick: dict[str, object] = {
        "stall_seconds": 0.3, "answer_seconds": 3.0, "backoff_seconds": 0.01, "retries": 2, "longest_wait_seconds": 1.5,
    }  # fmt: skip
    return OpenAI(Settings(url=server.url, model="m", **{**quick, **more}), Key(SECRET))  # type: ignore[arg-type]  # by name


def ask(p: OpenAI) -> tuple[list[Proposal], str]:
    """Return the proposals and what the failure said."""
    out: list[Proposal] = []
    try:
        out.extend(p.propose(brief()))
    except ProposerFailed as failed:
        # what led here may not hold the key either
        return out, f"{failed.what}|{failed.do}|{failed!r}|{failed}|{failed.__cause__!r}|{failed.__context__!r}"
    return out, ""


@pytest.fixture(autouse=True)
def canary(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """After each test: no file, log or output holds the key."""
    for name in ("", "openai", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, name)
    yield
    out, err = capfd.readouterr()
    assert SECRET not in out + err + caplog.text
    assert not [r for r in caplog.records if SECRET in repr(r.__dict__)]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def closed(p: OpenAI, server: Scripted, said: str, tmp_path: Path, proposals: list[Proposal]) -> None:
    """Check that every request carried the key in its header and that nothing else holds it."""
    assert server.seen
    for seen in server.seen:
        assert seen.headers["authorization"] == f"Bearer {SECRET}"
        assert seen.headers["accept-encoding"] == "identity"
        assert SECRET not in json.dumps(seen.body) + seen.path
    assert SECRET not in f"{said}{p!r}{p.last_faults}{p.settings}{proposals}"
    with Recorder(tmp_path / "run.jsonl") as recorder:
        for proposal in proposals:
            recorder.append(Entry(0, proposal))


FENCED = f"Here you go.\n```python\n{PROGRAM}```\nand\n```lean\ntheorem a : 1 = 1 := rfl\n```\n"
ONCE = Behaviour(text=RIGHT)

ANSWERS = {
    "plain": ([ONCE], 1),
    "reasoning": ([Behaviour(text=RIGHT, reasoning="let me see " * 50)], 1),
    "fenced": ([Behaviour(text=FENCED)], 1),
    "fenced json": ([Behaviour(text=f"Sure:\n```json\n{RIGHT}\n```")], 1),
    "not streamed": ([Behaviour(do="whole", text=RIGHT)], 1),
    "429": ([Behaviour(do="error", status=429, headers={"Retry-After": "0"}), ONCE], 2),
    "500": ([Behaviour(do="error", status=500), ONCE], 2),
    "503 twice": ([Behaviour(do="error", status=503, times=2), ONCE], 3),
    "stall": ([Behaviour(do="stall", text=RIGHT), ONCE], 2),
    "reset": ([Behaviour(do="reset", text=RIGHT), ONCE], 2),
    "drop": ([Behaviour(do="drop"), ONCE], 2),
    "garbage": ([Behaviour(do="garbage"), ONCE], 2),
    "wrong shape": ([Behaviour(do="garbage", text='[1, "a"]'), ONCE], 2),
    "wrong fields": ([Behaviour(do="garbage", text='{"choices": 7, "usage": "x"}'), ONCE], 1),
    "error event": ([Behaviour(do="event_error"), ONCE], 2),
    "no schema": ([Behaviour(text=RIGHT, refuse=("response_format.type=json_schema",))], 2),
    "no format": ([Behaviour(text=RIGHT, refuse=("response_format",))], 3),
    "no temperature": ([Behaviour(text=RIGHT, refuse=("temperature",))], 5),
    "no temperature, and says so": ([Behaviour(text=RIGHT, refuse=("temperature",), names_it=True)], 2),
    "another limit": ([Behaviour(text=RIGHT, refuse=("max_tokens",), names_it=True)], 2),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_right_answer_comes_through(case: str, tmp_path: Path) -> None:
    script, requests = ANSWERS[case]
    with serve(*script) as server:
        p = proposer(server)
        proposals, said = ask(p)
        assert said == ""
        if case == "wrong fields":  # an event without any text is an empty answer, not a broken one
            assert proposals == []
            assert "malformed" in p.last_faults[0]
        else:
            assert [x.program for x in proposals] == [PROGRAM.encode()]
            assert p.last_faults == []
            assert proposals[0].lemmas == (b"theorem a : 1 = 1 := rfl\n" if case == "fenced" else b"")
        assert (len(server.seen), p.requests) == (requests, requests)
        closed(p, server, said, tmp_path, proposals)


FAULTS = {
    "not json": (Behaviour(text="I would rather not."), "malformed"),
    "broken json": (Behaviour(text='{"program": "def'), "malformed"),
    "cut off": (Behaviour(text='{"program": "def', finish="length"), "cut the answer off"),
    "no program": (Behaviour(text='{"lemmas": ""}'), "malformed"),
    "wrong types": (Behaviour(text='{"program": 1}'), "malformed"),
    "surrogate": (Behaviour(text='{"program": "\\ud800"}'), "malformed"),
    "flood": (Behaviour(do="flood", status=200), "longer than the limit"),
    "flooded error": (Behaviour(do="flood", status=500, bytes=40_000_000), "longer than the limit"),
    "compressed": (Behaviour(do="bomb"), "compressed"),
    "drip": (Behaviour(do="drip", seconds=0.05), "longer than the limit|no whole answer"),
    "echoes the key": (Behaviour(text=json.dumps({"program": PROGRAM + "# " + SECRET})), "API key"),
    "echoes it escaped": (
        Behaviour(text=json.dumps({"program": PROGRAM, "idea": SECRET}).replace("sk-c", "\\u0073k-c")),
        "API key",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_bad_answer_yields_nothing_and_is_told(case: str, tmp_path: Path) -> None:
    behaviour, fault = FAULTS[case]
    with serve(behaviour) as server:
        p = proposer(server, answer_seconds=1.0)
        proposals, said = ask(p)
        assert (proposals, said, len(p.last_faults)) == ([], "", 1)
        assert any(f in p.last_faults[0] for f in (*fault.split("|"), "took longer"))
        assert len(server.seen) == 1
        closed(p, server, said, tmp_path, proposals)


FAILURES = {
    "401": (
        Behaviour(do="error", status=401, body=json.dumps({"error": {"message": f"bad key {SECRET}"}})),
        1,
        "refuses the key",
    ),
    "404": (Behaviour(do="error", status=404), 1, "404"),
    "quota": (
        Behaviour(do="error", status=429, body='{"error": {"message": "", "code": "insufficient_quota"}}'),
        1,
        "quota",
    ),
    "429 for an hour": (Behaviour(do="error", status=429, headers={"Retry-After": "3600"}), 1, "3600 seconds"),
    "400 whatever is asked": (Behaviour(do="error", status=400, times=-1), 5, "400"),
    "500 for ever": (Behaviour(do="error", status=500, times=-1), 3, "500"),
    "stalls for ever": (Behaviour(do="stall", text=RIGHT, times=-1), 3, "silent"),
    "drops for ever": (Behaviour(do="drop", times=-1), 3, "connection"),
    "garbage for ever": (Behaviour(do="garbage", times=-1), 3, "no chat completion"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_server_that_does_not_serve_ends_the_proposer(case: str, tmp_path: Path) -> None:
    behaviour, requests, what = FAILURES[case]
    with serve(behaviour) as server:
        p = proposer(server)
        proposals, said = ask(p)
        assert proposals == []
        assert what in said
        assert len(server.seen) == requests
        closed(p, server, said, tmp_path, proposals)


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with serve(ONCE) as thief, serve(Behaviour(do="redirect", url=f"{thief.url}/chat/completions")) as server:
        p = proposer(server)
        proposals, said = ask(p)
        assert proposals == []
        assert "redirects" in said
        assert thief.seen == []
        closed(p, server, said, tmp_path, proposals)


def test_retry_after_is_kept_to() -> None:
    with serve(Behaviour(do="error", status=429, headers={"Retry-After": "1"}), ONCE) as server:
        begin = time.monotonic()
        proposals, _ = ask(proposer(server))
        assert len(proposals) == 1
        assert time.monotonic() - begin >= 1


def test_nobody_listens() -> None:
    with serve() as server:
        p = proposer(server)
    assert "connection" in ask(p)[1]


def test_budgets_end_the_proposer() -> None:
    with serve(Behaviour(text=RIGHT, usage=5_000, times=-1)) as server:
        p = proposer(server, max_requests=2, answers=5)
        proposals, said = ask(p)
        assert (len(proposals), p.requests, p.tokens) == (2, 2, 10_000)
        assert "2 requests" in said
        p = proposer(server, max_tokens=40_000, answers=9)
        proposals, said = ask(p)
        assert "40000 tokens" in said
        assert len(proposals) >= 2
        assert p.tokens == 5_000 * len(proposals) <= 40_000


def test_without_usage_the_tokens_are_estimated() -> None:
    with serve(Behaviour(text=RIGHT, reasoning="x" * 4_000), Behaviour(text=RIGHT)) as server:
        p = proposer(server)
        ask(p)
        first = p.tokens
        ask(p)
        assert first > (p.tokens - first) + 900


def test_the_format_that_worked_is_asked_for_at_once_the_next_time() -> None:
    with serve(Behaviour(text=RIGHT, refuse=("response_format",), times=-1)) as server:
        p = proposer(server)
        ask(p)
        ask(p)
        assert [s.body.get("response_format", {}).get("type") for s in server.seen] == ["json_schema", "json_object", None, None]


def test_waiting_can_be_stopped() -> None:
    with serve(Behaviour(do="stall", times=-1)) as server:
        p = proposer(server, stall_seconds=30.0, answer_seconds=30.0)
        threading.Thread(target=lambda: (server.asked.wait(60), p.stop.set())).start()
        assert "Stopped" in ask(p)[1]
        assert len(server.seen) == 1


def test_a_key_shows_itself_to_nobody() -> None:
    key = Key(SECRET)
    assert SECRET not in f"{key} {key!r} {key.__reduce__.__name__}"
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(key)


def test_taking_the_key_leaves_none_to_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.delenv("QED_MODEL_URL", raising=False)
    monkeypatch.delenv("QED_API_KEY", raising=False)
    _, key = from_environment(os.environ)
    assert key.reveal() == SECRET
    code = "import os; print(sorted(os.environ.items()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    assert SECRET not in done.stdout


def test_keys_and_addresses_are_not_mixed() -> None:
    both = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "https://a.example/v1", "QED_MODEL_URL": "http://127.0.0.1:1/v1"}
    url, key = from_environment(both)
    assert (url, key.reveal()) == ("http://127.0.0.1:1/v1", "")
    url, key = from_environment({"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": "https://a.example/v1"})
    assert (url, key.reveal()) == ("https://a.example/v1", SECRET)


def test_no_key_for_a_distant_server_is_told_before_anything_is_sent() -> None:
    p = OpenAI(Settings(url="https://model.invalid/v1", model="m"), Key(""))
    assert "No API key" in ask(p)[1]
    assert p.requests == 0


def test_a_proxy_of_the_environment_gets_nothing_of_a_request_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ONCE) as thief, serve(ONCE) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, thief.url.removesuffix("/v1"))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert len(ask(proposer(server))[0]) == 1
        assert thief.seen == []


GOOD_URLS = ["https://api.openai.com/v1", "http://127.0.0.1:8080/v1", "http://localhost:1/v1", "http://[::1]:1/v1"]
BAD_URLS = [
    "http://169.254.169.254/v1", "http://example.com/v1", "file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1:80", "",
    "https://user:pw@example.com/v1", "https://api.openai.com@evil.example/", "http://127.0.0.1@evil.example/",
    "http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "https://", "https://a b/", "https://a\\@b/",
    "https://a/?key=1", "https://a/#x", "https://\u0430pi.openai.com/", "http://127.0.0.1:99999/", "https://a\n.b/",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD_URLS)
def test_an_address_for_a_key(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize("url", BAD_URLS)
def test_no_address_for_a_key(url: str) -> None:
    with pytest.raises(ProposerFailed) as failed:
        Settings(url=url, model="m")
    assert "pw" not in str(failed.value)


def test_the_server_runs_as_a_command(tmp_path: Path) -> None:
    script, log = tmp_path / "script.json", tmp_path / "log.jsonl"
    script.write_text(json.dumps([{"text": RIGHT, "when": "tri(n: int)"}]))
    command = [sys.executable, "-m", "tests.servers.scripted", "--script", str(script), "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            p = OpenAI(Settings(url=f"http://127.0.0.1:{port}/v1", model="m"), Key(SECRET))
            assert len(ask(p)[0]) == 1
            assert len(log.read_text().splitlines()) == 1
        finally:
            process.kill()
