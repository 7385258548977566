"""No child gets out of the sandbox, at no level that works here; and each fence that is down lets something through."""

import json
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from targets import HEAD, PYRAMID, task_of
from typer.testing import CliRunner

from loop.cli import app
from loop.commands.doctor import is_stopping, sandbox_finding
from verify import python_run, sandbox
from verify.judge import screen
from verify.limits import DEFAULT
from verify.python_run import PythonRun, run_calls
from verify.reasons import NoSandbox, Refusal
from verify.sandbox import CALLS, ESCAPES, LEVELS, OPEN, Level, Sandbox, look_at, probe
from verify.verdict import Broken

EVERY_CALL = [n for n in range(470) if n not in (335, 336)]
"""but for uretprobe and uprobe, which kill who calls them from elsewhere than the kernel's trampolines, filter or not"""
TRIES_ALL = """
libc = ctypes.CDLL(None, use_errno=True)
out = {}
for number in json.loads(sys.stdin.read()):
    got = libc.syscall(number, *[ctypes.c_long(-1)] * 6)
    out[number] = ctypes.get_errno() if got == -1 else 0
print(json.dumps(out), flush=True)
"""
WRONG = PYRAMID[PYRAMID.index("def f") :].replace("total += i * i", "total += i")


@pytest.fixture
def forgetful() -> Iterator[None]:
    """Have the sandbox looked for anew, before and after the test."""
    sandbox._found.cache_clear()
    yield
    sandbox._found.cache_clear()


def working(level: Level) -> Sandbox:
    """Return the sandbox of a level, or skip with the reason why there is none here."""
    look = look_at(level)
    if look.sandbox is None:
        pytest.skip(f"{level}: {look.why}")
    return look.sandbox


def nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every call through the filter and take landlock and bubblewrap away."""
    architecture = CALLS[platform.machine()][0]
    monkeypatch.setattr(sandbox, "CALLS", {platform.machine(): (architecture, tuple(range(200)))})
    monkeypatch.setattr(sandbox, "landlock_ruleset", lambda: b"")
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)


@pytest.mark.parametrize("level", LEVELS)
def test_no_escape_gets_through(level: Level) -> None:
    assert probe(working(level)) == ()


def test_the_probe_sees_every_escape_that_gets_through() -> None:
    assert probe(OPEN) == ESCAPES


def test_without_the_filter_a_child_starts_others() -> None:
    made = working("landlock")
    through = probe(replace(made, program=b""))
    assert "fork" in through
    assert not {"read", "write", "list", "exec"} & set(through)


def test_without_landlock_the_filter_holds_and_without_both_nothing_does() -> None:
    made = working("seccomp")
    assert made.ruleset == b""
    assert probe(replace(made, program=b"")) == ESCAPES


def test_bubblewrap_alone_lets_a_child_start_others() -> None:
    made = working("bubblewrap")
    through = probe(replace(made, ruleset=b"", program=b""))
    assert "fork" in through
    assert not {"read", "write", "connect", "local", "signal"} & set(through)


@pytest.mark.parametrize("level", LEVELS)
def test_every_call_that_is_not_listed_is_refused(level: Level) -> None:
    """The arguments would make most of them fail anyhow; that they fail with EPERM is the filter's doing."""
    made, listed = working(level), CALLS[platform.machine()][1]
    numbers = [n for n in EVERY_CALL if n not in listed]
    command = made.command(("ctypes", "json", "sys"), TRIES_ALL, {})
    done = subprocess.run(command, input=json.dumps(numbers), capture_output=True, text=True, env={}, check=True)  # noqa: S603
    assert json.loads(done.stdout) == {str(n): 1 for n in numbers}


@pytest.mark.parametrize("level", LEVELS)
def test_programs_run_as_they_do_without(level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    made = working(level)
    monkeypatch.setattr(python_run, "sandbox", lambda: made)
    code = "def f(n):\n    return [n, (n > 0, n ** 2)]\ndef g(n):\n    return 1 // n\ndef h(n):\n    return f(n)[2]\n"
    big = 3**5000
    runs = run_calls(code, [("f", (big,)), ("g", (0,)), ("h", (1,))], DEFAULT)
    value: list[object] = [big, (True, big**2)]
    assert runs == (PythonRun(value=value), PythonRun(raised="ZeroDivisionError"), PythonRun(raised="IndexError"))  # type: ignore[arg-type]  # lists of the language hold one type


def test_a_child_that_cannot_put_its_fences_up_ends_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = replace(working("seccomp"), program=b"\xff" * 16)
    assert "OSError" in str(probe(made))
    monkeypatch.setattr(python_run, "sandbox", lambda: made)
    (given,) = run_calls("def f():\n    return 1\n", [("f", ())], DEFAULT)
    assert given == PythonRun(gave_up="the child ended without an answer")


def test_a_probe_that_is_answered_by_another_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PROBE", """print('{"nonce": "0", "said": {}}')""")
    assert isinstance(probe(OPEN), str)


def test_a_probe_that_says_nothing_of_an_escape_has_not_prevented_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'job = json.loads(sys.stdin.read())\nprint(json.dumps({"nonce": job["nonce"], "said": {"read": "EPERM"}}))'
    monkeypatch.setattr(sandbox, "PROBE", said)
    assert probe(OPEN) == ESCAPES[1:]


# -- where there is none ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("forgetful")
def test_a_machine_without_a_sandbox_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QED_NO_SANDBOX", raising=False)
    nothing_works(monkeypatch)
    with pytest.raises(Refusal) as refused:
        run_calls("def f():\n    return 1\n", [("f", ())], DEFAULT)
    reason = refused.value.reason
    assert type(reason) is NoSandbox
    assert all(word in str(reason) for word in ("bubblewrap: it is not installed", "seccomp: the probe got out", "fork"))
    verdict = screen(task_of(PYRAMID, WRONG), (), DEFAULT)
    assert isinstance(verdict, Broken)
    assert (type(verdict.reason), verdict.gate) == (NoSandbox, "examples")


@pytest.mark.usefixtures("forgetful")
def test_who_says_so_runs_without_one_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_works(monkeypatch)
    monkeypatch.setenv("QED_NO_SANDBOX", "1")
    (given,) = run_calls("def f():\n    return 1\n", [("f", ())], DEFAULT)
    assert given.value == 1
    assert "plain child" in sandbox.notice()
    finding = sandbox_finding(sandbox.survey())
    assert finding.state == "missing"
    assert not is_stopping(finding, [finding])


@pytest.mark.usefixtures("forgetful")
def test_a_sandbox_that_works_is_used_whatever_anybody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    working("seccomp")
    monkeypatch.setenv("QED_NO_SANDBOX", "1")
    assert sandbox.sandbox().level in LEVELS
    assert sandbox.notice() == ""


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("command", ["check spec.py --json", "run spec.py --json"])
def test_a_command_says_it_before_anything_is_judged(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("QED_NO_SANDBOX", raising=False)
    monkeypatch.chdir(tmp_path)
    nothing_works(monkeypatch)
    Path("spec.py").write_text(HEAD + PYRAMID)
    done = CliRunner().invoke(app, command.split(), catch_exceptions=False)
    assert done.exit_code == 4, done.output
    assert json.loads(done.stdout)["reason"] == "NoSandbox"
    assert not Path("accepted").exists()


@pytest.mark.usefixtures("forgetful")
def test_doctor_says_of_every_level_what_it_lacks_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QED_NO_SANDBOX", raising=False)
    nothing_works(monkeypatch)
    done = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False)
    data = json.loads(done.stdout)
    assert [k["level"] for k in data["sandbox"]] == list(LEVELS)
    assert all(not k["works"] and k["why"] and k["lacks"] and k["mend"] for k in data["sandbox"])
    assert (done.exit_code, data["ok"]) == (4, False)
