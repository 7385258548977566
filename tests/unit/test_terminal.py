"""The command line on a real terminal and in a real pipe: colours only where they are wanted, and an end that is always clean."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_graph import chain, put
from targets import TRIANGULAR

from loop.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
STYLED = re.compile(rb"\x1b\[[0-9;]*m")
"""what sets a colour or a weight"""
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
COMMANDS = ("graph show", "explain tri", "graph log tri", "check bad.py", "run bad.py", "explain WrongResult", "--help")
BAD = "from verify import target\n\n\n@target\ndef f(n: int) -> int:\n    return n / 2\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("accepted"), *chain("tri", 2))
    Path("bad.py").write_text(BAD)
    Path("tri.py").write_text(TRIANGULAR)


def environment(**more: str) -> dict[str, str]:
    plainly = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM", "COLUMNS"}}
    return {**plainly, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **more}


def on_terminal(arguments: str, typed: bytes = b"", **more: str) -> tuple[int, bytes]:
    """Run a command on a terminal of its own, and return its exit code and all that it wrote there.

    What is typed is typed at its first question. A key that ends programs is typed again where nothing follows, as anyone
    would: between writing a question and waiting for its answer, readline loses an interrupt.
    """
    pid, descriptor = pty.fork()
    if not pid:
        os.execve(sys.executable, [sys.executable, "-m", "loop", *arguments.split()], environment(**more))  # noqa: S606
    out, ending, patience = b"", typed[-1:] if typed[-1:] in {b"\x03", b"\x04"} else b"", 24
    while True:
        ready, _, _ = select.select([descriptor], [], [], 5)
        if not ready:
            assert (patience := patience - 1), out
            if ending and not typed:
                os.write(descriptor, ending)
            continue
        try:
            part = os.read(descriptor, 65_536)
        except OSError:  # Linux says so where the other end is closed
            part = b""
        if not part:
            break
        out += part
        if typed and out.endswith(b": "):
            os.write(descriptor, typed)
            typed = b""
    os.close(descriptor)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), out


def in_pipe(arguments: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "loop", *arguments.split()]
    return subprocess.run(command, env=environment(**more), capture_output=True, check=False, timeout=120)  # noqa: S603


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_pipe_gets_text_and_nothing_else(arguments: str) -> None:
    done = in_pipe(arguments)
    assert not CONTROL.search(done.stdout + done.stderr)
    assert done.stdout
    assert done.stderr == b"", "no progress"


def test_a_terminal_gets_colours_unless_it_asks_for_none() -> None:
    code, plain = on_terminal("check bad.py")
    assert code == 3
    assert STYLED.search(plain)
    for arguments, more in (
        ("check bad.py", {"NO_COLOR": "1"}),
        ("check bad.py", {"TERM": "dumb"}),
        ("--no-color check bad.py", {}),
        ("check bad.py --no-color", {}),
    ):
        code, said = on_terminal(arguments, **more)
        assert code == 3
        assert not STYLED.search(said), arguments
        assert STYLED.sub(b"", plain).split() == said.split()


def test_colours_that_are_forced_on_a_pipe_move_nothing() -> None:
    done = in_pipe("run bad.py", FORCE_COLOR="1")
    assert not re.search(rb"\x1b\[[0-9;?]*[A-HJKSTfhl]", done.stdout + done.stderr)


def test_a_text_of_the_graph_cannot_steer_a_terminal() -> None:
    _, said = on_terminal("explain \x1b[31mtri")
    assert b"\\x1b[31mtri" in said
    assert b"\x1b[31mtri" not in said.replace(b"\\x1b[31mtri", b"")


def test_new_asks_on_a_terminal_and_writes_what_was_answered() -> None:
    code, said = on_terminal("new", b"asked\nmine\nn: int\nint\nn >= 0\n\n\n")
    assert code == 0, said
    assert b"next: qed check specs/mine/asked.py" in said
    assert "@require(lambda n: n >= 0)" in Path("specs/mine/asked.py").read_text()


@pytest.mark.parametrize("typed", [b"\x03", b"name\n\x03", b"\x04"])
def test_new_is_ended_by_the_keys_that_end_programs(typed: bytes) -> None:
    code, said = on_terminal("new", typed)
    assert code == 130, said
    assert b"Traceback" not in said
    assert not Path("specs").exists()


# -- the end --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["graph show", "explain tri", "graph export - --format json", "--help"])
def test_a_reader_who_goes_away_meets_no_traceback(arguments: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "loop", *arguments.split()]
    done = subprocess.run(  # noqa: S603
        command, env=environment(), stdout=writing, stderr=subprocess.PIPE, check=False, timeout=200
    )
    os.close(writing)
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def descendants(pid: int) -> set[int]:
    """Return all processes below one."""
    out: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = set(map(int, task.read_text().split()))
        except OSError:
            continue
        for child in found:
            out |= {child} | descendants(child)
    return out


def until(seen: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def interrupted(arguments: str) -> tuple[int, str, str]:
    """Run a command, press Ctrl-C once it has processes of its own, and return its exit code and what it wrote; they are gone."""
    command = [sys.executable, "-m", "loop", *arguments.split()]
    process = subprocess.Popen(  # noqa: S603
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: descendants(process.pid), 120)
    time.sleep(2)
    below = descendants(process.pid)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 20)
    return process.returncode, out, err


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("arguments", ["check tri.py", "rules find", "bench --times 50", "ci --all"])
def test_ctrl_c_ends_a_long_command_with_one_line(arguments: str) -> None:
    if arguments == "ci --all":
        arguments += f" --accepted {ROOT / 'accepted'}"  # a graph that takes minutes
    kept = set(Path(tempfile.gettempdir()).glob("qed-ci-*"))
    code, out, err = interrupted(arguments)
    assert code == 130, err
    assert out == ""
    assert len(err.splitlines()) == 1, err
    assert err.startswith("qed: stopped")
    assert set(Path(tempfile.gettempdir()).glob("qed-ci-*")) <= kept


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("arguments", ["check tri.py", "ci --all"])
def test_ctrl_c_is_an_object_where_json_is_due(arguments: str) -> None:
    more = f" --accepted {ROOT / 'accepted'}" if arguments.startswith("ci") else ""
    code, out, err = interrupted(f"{arguments} --json{more}")
    data = json.loads(out)
    assert (code, data["reason"], data["exit_code"]) == (130, "Stopped", 130)
    assert err.splitlines()[-1] == f"qed: {data['message']}"


def test_ctrl_c_is_heard_while_the_command_line_is_still_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Pressed:
        """Is asked for every module, as an import is."""

        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "loop.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "loop.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Pressed, *sys.meta_path])
    assert main() == 130
    assert capsys.readouterr().err == "qed: stopped.\n"
