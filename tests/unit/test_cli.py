"""The commands as people call them: what they say of bad input, and one true thread through all of them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shadows
from small_graph import chain, put
from targets import HEAD
from typer.testing import CliRunner

from loop.cli import app
from loop.commands import doctor as doctors
from loop.commands.run import KEYS, spec_paths
from loop.commands.run_arguments import RunArguments, parse_budget, run_arguments
from loop.journal import journal_path
from loop.proposal import Proposal
from loop.recording import Entry, to_line
from loop.timing import Timing, growing_inputs, measure
from loop.words import duration, ratio
from tests.servers.scripted import Behaviour, serve
from verify.graph import Graph, head, load
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.spec import to_candidate, to_specs
from verify.task import Version
from verify.toolchain import Finding

ROOT = Path(__file__).resolve().parents[2]
SPEC = f"""{HEAD}@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 2 * result == n * (n + 1))
def tri(n: int) -> int:
    total = 0
    for i in range(1, n + 1):
        total += i
    return total
"""
ASKED = "--proposer openai --model m --base-url http://127.0.0.1:1/v1"
GOOD = "def tri(n: int) -> int:\n    return n * (n + 1) // 2\n"
WRONG = "def tri(n: int) -> int:\n    if n == 4097:\n        return 0\n    return n * (n + 1) // 2\n"
SLOW = SPEC[SPEC.index("def tri") :].replace("total += i", "total += i + 0")


def qed(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*KEYS, "QED_MODEL", "QED_MODEL_URL", "OPENAI_BASE_URL", "QED_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    Path("spec.py").write_text(SPEC)
    Path("good.py").write_text(GOOD)


# -- wrong usage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("frob", "No such command"),
        ("check", "Missing argument"),
        ("check spec.py --frob", "No such option"),
        ("check missing.py", "there is no spec file missing.py"),
        ("check folder", "folder is a folder"),
        ("check spec.py missing.py", "there is no candidate file missing.py"),
        ("check spec.py --function g", "has no target 'g'; it has tri"),
        ("check two.py good.py", "2 targets; name one with --function: tri, more"),
        ("check spec.py --lean other", "--lean is one of auto, portable, native"),
        ("check spec.py good.py --accepted spec.py", "spec.py is a file"),
        ("run", "there is no folder specs/"),
        ("run missing.py", "there is no spec file missing.py"),
        ("run folder", "the folder folder holds no spec file"),
        ("run spec.py --accepted good.py", "good.py is a file"),
        ("run spec.py --budget soon", "--budget is a number and a unit"),
        ("run spec.py --budget 5", "--budget is a number and a unit"),
        ("run spec.py --rounds 0", "--rounds must be at least 1"),
        ("run spec.py --rounds x", "valid integer"),
        ("run spec.py --executor other", "--executor is one of local, ray"),
        ("run spec.py --address here", "--address names a Ray cluster"),
        ("run spec.py --jobs 0", "--jobs must be at least 1"),
        ("run spec.py --max-proposals -1", "--max-proposals must not be negative"),
        ("run spec.py --max-money much", "--max-money is an amount such as 2.50"),
        ("resume", "there is no journal .qed/accepted/journal.sqlite"),
        ("run spec.py --proposer other", "--proposer is symbolic, openai or replay:FILE"),
        ("run spec.py --proposer replay:missing", "the recording missing cannot be read"),
        ("run spec.py --proposer replay:rec --record rec", "must not name the recording that is replayed"),
        ("run spec.py --proposer openai", "name the model"),
        ("run spec.py --proposer openai --model m", "no API key is set"),
        (f"run spec.py {ASKED} --max-money x", "--max-money is an amount such as 2.50"),
        (f"run spec.py {ASKED} --max-money 1", "'m' has no price"),
        (f"run spec.py {ASKED} --price m", "is not NAME=IN/OUT"),
        (f"run spec.py {ASKED} --prices missing", "the prices missing cannot be read"),
        (f"run spec.py {ASKED} --turns -1", "--turns must not be negative"),
        (f"run spec.py {ASKED} --exchanges folder", "the exchanges file folder cannot be written"),
        ("run spec.py --exchanges x.jsonl", "--exchanges needs a proposer that has some"),
        ("run spec.py --proposer replay:rec --exchanges x.jsonl", "--exchanges needs a proposer that has some"),
        ("explain tri", "has no node and no target 'tri'"),
        ("lean missing.lean", "there is no Lean file missing.lean"),
        ("ci --workers 0", "--workers must be at least 1"),
        ("ci --accepted missing", "there is no graph at missing"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_code_2(arguments: str, said: str) -> None:
    Path("folder").mkdir()
    Path("rec").write_bytes(b"")
    Path("two.py").write_text(SPEC + SPEC[len(HEAD) :].replace("def tri", "def more").replace("@target", "\n\n@target"))
    done = qed(*arguments.split())
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not Path("accepted").exists()


def test_wrong_usage_with_json_is_an_object_too() -> None:
    done = qed("check", "missing.py", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout) == {
        "verdict": "error", "reason": "Usage", "message": "there is no spec file missing.py.", "exit_code": 2,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "5", "s", "5d", "-5s", "5 s", "1.5m", "٣s"])
def test_a_budget_is_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(Exception, match="--budget is a number"):
        parse_budget(text)


def test_the_options_of_a_run_are_kept_whole() -> None:
    given = RunArguments(
        specs=(Path("spec.py"),), record=Path("out"), proposer="replay:rec", seed=3, max_money="2.50", jobs=2, rounds=7,
    )  # fmt: skip
    back = run_arguments(json.loads(json.dumps(given.as_data())))
    here = Path.cwd()
    assert (back.specs, back.record, back.proposer) == ((here / "spec.py",), here / "out", f"replay:{here}/rec")
    assert (back.accepted, back.seed, back.max_money, back.jobs, back.rounds) == (here / "accepted", 3, "2.50", 2, 7)
    assert run_arguments(back.as_data()) == back
    with pytest.raises(Exception, match="does not say how the run was called"):
        run_arguments({"seed": 3})


def test_a_file_stops_every_run_before_it_begins() -> None:
    Path("qed.stop").touch()
    done = qed("run", "spec.py")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "qed.stop stops every run; remove it first" in done.stderr


def test_folders_are_read_recursively_and_once() -> None:
    for name in ("a/b/x.py", "a/y.py", "a/.hidden/z.py", "a/__init__.py", "a/notes.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("")
    assert spec_paths([Path("a"), Path("a/y.py")]) == [Path("a/b/x.py"), Path("a/y.py")]


# -- files that are no specs and no candidates ----------------------------------------------------------------------------

DEEP = "(" * 70 + "n" + ")" * 70
BAD_SPECS: Mapping[str, tuple[str, str, int]] = {
    "no target": (SPEC.replace("@target\n", ""), "NoTarget", 1),
    "syntax": ("def f(:\n", "Malformed", 1),
    "not text": ("\x00", "Malformed", 1),
    "unsupported": (SPEC.replace("total += i", "total += i / 2"), "Unsupported", 3),
    "contract": (SPEC.replace("n >= 0", "known(n)"), "BadContract", 1),
    "contract's name": (SPEC.replace("lambda n: n >= 0", "lambda m: m >= 0"), "BadContract", 1),
    "type": (SPEC.replace("total += i", "total = n > 0"), "IllTyped", 1),
    "import": ("import os\n" + SPEC, "Unsupported", 3),
    "foreign import": ("from os import path\n" + SPEC, "Forbidden", 1),
    "reserved": (SPEC.replace("total", "sum"), "Forbidden", 1),
    "deep": (SPEC.replace("total += i", f"total += {'-' * 80}i"), "TooLarge", 3),
}


@pytest.mark.parametrize("name", BAD_SPECS)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_that_is_no_spec_is_named_with_its_reason(name: str, command: str) -> None:
    text, reason, code = BAD_SPECS[name]
    Path("bad.py").write_text(text)
    done = qed(command, "bad.py")
    assert (done.exit_code, done.stderr) == (code, "")
    assert f"{reason}" in done.stdout
    assert "bad.py" in done.stdout
    data = json.loads(qed(command, "bad.py", "--json").stdout)
    (found,) = [data] if command == "check" else data["problems"]
    assert (found["reason"], found["counterexample"]) == (reason, None)
    assert found["verdict"] == {1: "reject", 3: "decline"}[code]
    assert not Path("accepted").exists()


BAD_CANDIDATES: Mapping[str, tuple[str, str, int]] = {
    "other name": (GOOD.replace("tri", "f"), "SignatureMismatch", 1),
    "other types": (GOOD.replace("n: int", "n: bool").replace("n * (n + 1) // 2", "1 if n else 0"), "SignatureMismatch", 1),
    "decorated": ("@target\n" + GOOD, "Forbidden", 1),
    "set": ("def tri(n: int) -> int:\n    return sum({n})\n", "Unsupported", 3),
    "unassigned": ("def tri(n: int) -> int:\n    if n > 3:\n        x = 1\n    return x\n", "IllTyped", 1),
    "empty": ("", "SignatureMismatch", 1),
}


@pytest.mark.parametrize("name", BAD_CANDIDATES)
def test_a_file_that_is_no_candidate_is_named_with_its_reason(name: str) -> None:
    text, reason, code = BAD_CANDIDATES[name]
    Path("bad.py").write_text(text)
    done = qed("check", "spec.py", "bad.py", "--json")
    data = json.loads(done.stdout)
    assert (done.exit_code, data["reason"], data["gate"], data["target"]) == (code, reason, "policy", "tri")
    assert "bad.py" in data["message"]


def test_lemmas_that_are_no_text_are_refused() -> None:
    Path("good.lean").write_bytes(b"\xff")
    data = json.loads(qed("check", "spec.py", "good.py", "--json").stdout)
    assert (data["reason"], data["verdict"]) == ("Malformed", "reject")


@pytest.mark.parametrize("content", [b"{}\n", b"half", to_line(Entry(0, Proposal("f", b"x", b"", "o")))[:-1] + b" \n"])
def test_a_recording_that_does_not_read_is_refused(content: bytes) -> None:
    Path("rec").write_bytes(content)
    done = qed("run", "spec.py", "--proposer", "replay:rec")
    assert (done.exit_code, "Malformed: rec:1" in done.stderr) == (1, True)


# -- graphs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["run spec.py", "check spec.py good.py --admit", "graph show", "explain tri"])
def test_a_corrupt_graph_is_named_and_left_alone(arguments: str) -> None:
    nodes = chain("tri", 2)
    put(Path("accepted"), *nodes)
    (Path("accepted") / nodes[-1].id / "program.py").write_text("x")
    done = qed(*arguments.split())
    assert (done.exit_code, done.stdout) == (1, "")
    assert "GraphCorrupt" in done.stderr
    assert nodes[-1].id in done.stderr


@pytest.mark.parametrize("arguments", ["run spec.py", "check spec.py good.py --admit"])
def test_a_graph_that_cannot_be_written_is_an_error_before_anything_is_judged(arguments: str) -> None:
    done = qed(*arguments.split(), "--accepted", "/proc/qed/accepted")
    assert (done.exit_code, done.stdout) == (4, "")
    assert "GraphUnavailable: /proc/qed" in done.stderr


def test_graph_show_lists_targets_and_nodes() -> None:
    nodes = chain("tri", 3)
    put(Path("accepted"), *nodes)
    shown = qed("graph", "show")
    assert shown.exit_code == 0
    assert nodes[-1].id[:12] in shown.stdout
    data = json.loads(qed("graph", "show", "--json").stdout)
    assert data["targets"][0]["versions"] == [n.id for n in nodes[1:]]
    assert data["targets"][0]["order"] == "always"
    assert {n["node"] for n in data["nodes"]} == {n.id for n in nodes}
    assert "is empty" in qed("graph", "show", "--accepted", "other").stdout


def test_explain_finds_a_node_by_its_beginning_and_says_what_it_rests_on() -> None:
    spec, *line = chain("tri", 2)
    put(Path("accepted"), spec, *line)
    for name in (line[-1].id, line[-1].id[:8], "tri"):
        said = qed("explain", name).stdout
        assert line[-1].id in said
        assert "The Lean kernel" in said
        assert "never more ticks" in said
    data = json.loads(qed("explain", spec.id[:10], "--json").stdout)
    assert (data["kind"], data["certificate"], data["resting_on_it"]) == ("spec", None, sorted(n.id for n in line))


# -- words ----------------------------------------------------------------------------------------------------------------


def test_times_are_for_people() -> None:
    assert duration(999) == "999 ns"
    assert ratio(Timing((1,), 1_000, 100)) == "10x"
    assert ratio(Timing((1,), 1_000, 1_090)) == "0.9x"
    assert ratio(Timing((1,), 1_000, 1_200)) == "0.8x, proved cheaper, measured slower"


def test_both_versions_are_measured_on_the_same_growing_inputs() -> None:
    (spec,) = to_specs(SPEC.encode(), "spec.py", DEFAULT)
    new = Version(*to_candidate(GOOD.encode(), "good.py", spec, DEFAULT))
    found = measure(spec, Version(spec.source, spec.program), new, DEFAULT)
    assert [t.arguments for t in found] == list(growing_inputs(spec, DEFAULT))[: len(found)]
    assert found[-1].old > found[-1].new > 0
    assert not found[-1].slower


def test_a_measurement_has_inputs_that_the_contract_allows() -> None:
    text = SPEC.replace("lambda n: n >= 0", "lambda n: 0 <= n and n < 40 and n % 2 == 1")
    (spec,) = to_specs(text.encode(), "spec.py", DEFAULT)
    found = list(growing_inputs(spec, DEFAULT))
    assert found
    assert all(0 <= n < 40 and n % 2 == 1 for (n,) in found)
    (never,) = to_specs(SPEC.replace("n >= 0", "n > 0 and n < 0").encode(), "spec.py", DEFAULT)
    version = Version(never.source, never.program)
    assert measure(never, version, version, DEFAULT) == ()


@pytest.mark.parametrize(
    ("states", "code"),
    [({}, 0), ({"bubblewrap": "missing"}, 0), ({"z3": "missing"}, 4), ({"portable Lean": "broken"}, 4), ({"node": "missing"}, 4),
     ({"portable Lean": "missing", "node": "missing", "native Lean": "ok"}, 0)],
)  # fmt: skip
def test_doctor_tells_what_stands_in_the_way(states: dict[str, Any], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("portable Lean", "node", "npm", "native Lean", "z3", "bubblewrap")
    found = [Finding(n, states.get(n, "missing" if n == "native Lean" else "ok"), "1", "mend it") for n in names]
    monkeypatch.setattr(doctors, "diagnose", lambda: found)
    done = qed("doctor")
    assert done.exit_code == code
    assert json.loads(qed("doctor", "--json").stdout)["ok"] is (code == 0)
    assert bool(qed("doctor", "--quiet").stdout) is (code != 0)


def test_an_unforeseen_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("of its own\nkind")

    monkeypatch.setattr(doctors, "diagnose", broken)
    done = qed("doctor")
    assert (done.exit_code, done.stderr) == (4, "qed: RuntimeError: of its own kind (QED_DEBUG=1 shows where)\n")
    monkeypatch.setenv("QED_DEBUG", "1")
    with pytest.raises(RuntimeError):
        qed("doctor")


@pytest.mark.parametrize("arguments", ["check spec.py", "run spec.py", "lean a.lean"])
def test_a_machine_without_lean_is_told_the_command(arguments: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("a.lean").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/nowhere")
    done = qed(*arguments.split())
    assert done.exit_code == 4
    assert "qed doctor --install" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# -- real runs ------------------------------------------------------------------------------------------------------------


def process(*arguments: object, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loop", *map(str, arguments)]
    whole = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(command, env=whole, capture_output=True, text=True, check=False, timeout=280)  # noqa: S603


def record(*programs: str) -> None:
    Path("rec.jsonl").write_bytes(b"".join(to_line(Entry(0, Proposal("tri", p.encode(), b"", "test"))) for p in programs))


@pytest.mark.lean
def test_from_a_spec_to_a_graph_that_is_proved_again() -> None:
    record(WRONG, SLOW, GOOD)
    arguments = ("run", "spec.py", "--proposer", "replay:rec.jsonl", "--json")
    first = process(*arguments)
    assert first.returncode == 0, first.stderr
    data = json.loads(first.stdout)
    (target,) = data["targets"]
    assert (target["improved"], target["tier"], target["outcome"]) == (True, "kernel", "improved")
    assert target["order"] in {"always", "eventually"}
    assert (data["accepted"], data["rejected"], data["declined"]) == (2, 2, 0)
    data = json.loads(process(*arguments).stdout)
    assert data["spent"]["judgements"] == 1, "what was no cheaper than the baseline, now against the head; the rest is known"
    assert (data["accepted"], data["targets"][0]["outcome"]) == (0, "already improved")
    assert data["targets"][0]["node"] == target["node"]

    Path("wrong.py").write_text(WRONG)
    data = json.loads(process("check", "spec.py", "wrong.py", "--accepted", "accepted", "--json").stdout)
    assert (data["verdict"], data["counterexample"]["arguments"]) == ("reject", {"n": "4097"})
    said = process("explain", "tri").stdout
    assert "measured now" in said
    assert "return n * (n + 1) // 2" in said

    again = process("ci", "--all")
    assert again.returncode == 0, again.stdout
    assert "re-proved 3 of 3" in again.stdout
    assert "1 lemmas" in again.stdout
    program = Path("accepted") / target["node"] / "program.py"
    program.write_text(GOOD.replace("// 2", "// 3"))
    again = process("ci", "--all")
    assert again.returncode == 1
    assert target["node"] in again.stdout


@pytest.mark.lean
def test_check_with_admit_brings_the_baseline_along() -> None:
    done = process("check", "spec.py", "good.py", "--admit", "--json")
    assert done.returncode == 0, done.stdout
    data = json.loads(done.stdout)
    graph = load(Path("accepted"))
    assert isinstance(graph, Graph)
    assert head(graph, spec_node("tri", SPEC.encode()).id).id == data["node"]  # type: ignore[union-attr]
    assert len(graph.nodes) == 3


@pytest.mark.lean
def test_ctrl_c_ends_a_run_with_one_line_and_a_sound_graph() -> None:
    record(GOOD)
    command = [sys.executable, "-m", "loop", "run", "spec.py", "--proposer", "replay:rec.jsonl"]
    started = subprocess.Popen(  # noqa: S603
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    children = wait_for(lambda: descendants(started.pid), 60)
    time.sleep(2)
    children |= descendants(started.pid)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out) == (130, "")
    assert err.splitlines() == ["qed: stopped; what was accepted so far is in the graph."]
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 10)
    assert isinstance(load(Path("accepted")), Graph)


def test_no_file_of_the_folder_passes_for_a_module(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("installed")
    shadows.lay(Path(), place / "ran")
    record(GOOD)
    words = ("run", "spec.py", "--proposer", "replay:rec.jsonl", "--budget", "1s")
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(shadows.script(place / "bin")), *words], env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "1 targets" in done.stdout
    assert not (place / "ran").exists()


def descendants(pid: int) -> set[int]:
    """Return the children of a process that run Node, at any depth."""
    out: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            out |= {child} | descendants(child)
    return out


def wait_for(found: Callable[[], Any], seconds: float) -> Any:
    end = time.monotonic() + seconds
    while not (got := found()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
    return got


@pytest.mark.slow
@pytest.mark.lean
def test_a_model_behind_a_url_is_asked_with_the_key_and_its_answer_judged() -> None:
    secret = "sk-test-0123456789abcdef"  # noqa: S105
    answers = [Behaviour(text=json.dumps({"program": p, "lemmas": "", "idea": "a closed form"})) for p in (WRONG, GOOD)]
    with serve(Behaviour(do="error", status=500), Behaviour(text="no idea"), *answers) as server:
        done = process(
            "run", "spec.py", "--proposer", "openai", "--model", "m", "--base-url", server.url, "--rounds", "1", "--json",
            "--record", "new.jsonl", "--exchanges", "said.jsonl", "--price", "m=1/2", "--max-money", "0.50",
            env={"OPENAI_API_KEY": secret},
        )  # fmt: skip
        assert {r.headers["authorization"] for r in server.seen} == {f"Bearer {secret}"}
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["targets"][0]["improved"]
    assert (data["accepted"], data["rejected"], data["spent"]["unusable_answers"]) == (2, 1, 1)
    assert 0 < Decimal(data["spent"]["money"]) <= Decimal("0.50")
    # the refused answer went back with its counterexample, in the same conversation
    assert "WrongResult" in server.seen[-1].body["messages"][-1]["content"]
    written = [p for p in Path().rglob("*") if p.is_file()]
    assert journal_path(Path("accepted")) in written
    assert not [p for p in written if secret.encode() in p.read_bytes()]
    assert secret not in done.stdout + done.stderr
    again = process(
        "run", "spec.py", "--proposer", "replay:said.jsonl", "--rounds", "1", "--json", "--accepted", "again",
        "--exchanges", "again.jsonl",
    )  # fmt: skip
    assert json.loads(again.stdout)["spent"]["money"] == data["spent"]["money"]
    assert Path("again.jsonl").read_bytes() == Path("said.jsonl").read_bytes()
    assert json.loads(again.stdout)["targets"][0]["improved"]
