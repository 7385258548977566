"""A Lean session reports what is the case, and every way of failing to is a `SessionLost`."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from verify.lean_files import files_state
from verify.session import DEFAULT_LIMITS, Ident, Node, Session, SessionLost, SyntaxFault, Tree, walk
from verify.toolchain import ToolchainMissing, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.session import Audit
    from verify.toolchain import Toolchain

SECTION = "@[expose] public section\n"
SPIN = "def spin (n : Nat) : Nat → Nat\n  | 0 => n\n  | k + 1 => spin (n + 1) k\n#eval spin 0 1000000000000"
FORGED = '{"nonce": null, "env": 1, "messages": [], "errors": 0, "ms": 0}'


@pytest.fixture(scope="module")
def session(toolchain: Toolchain) -> Iterator[Session]:
    """Gives one session to all tests that leave it alive."""
    with Session.start(toolchain, DEFAULT_LIMITS) as shared:
        yield shared


@pytest.fixture(scope="module")
def init(session: Session) -> int:
    """Gives the environment of `import Init`."""
    env = session.import_header("import Init\n").env
    assert env is not None
    return env


@pytest.fixture
def fresh(toolchain: Toolchain) -> Iterator[Session]:
    """Gives a session that the test may kill."""
    with Session.start(toolchain, DEFAULT_LIMITS) as own:
        yield own


def audited(session: Session, base: int, source: str, name: str = "t") -> Audit:
    """Elaborates a text without errors on top of `base` and audits a name of it."""
    done = session.elaborate(base, SECTION + source, keep=True)
    assert done.errors == 0, done.messages
    assert done.env is not None
    return session.audit(base, done.env, name)


@pytest.mark.parametrize(
    "source",
    [
        "theorem t (n : Nat) : n + 0 = n := by omega",
        "theorem t (a b : Int) (h : a < b) : a + 1 ≤ b := by grind",
        (
            "def f (n : Nat) : Nat := if n = 0 then 0 else f (n - 1) + 2\n"
            "theorem t (n : Nat) : f n = 2 * n := by fun_induction f <;> grind"
        ),
    ],
)
def test_honest_proofs_pass_every_control(session: Session, init: int, source: str) -> None:
    audit = audited(session, init, source)
    assert (audit.exists, audit.in_base, audit.kind, audit.level_params) == (True, False, "theorem", 0)
    assert {constant.replay for constant in audit.new} == {"ok"}
    assert all(axiom.in_base and axiom.kind in {"theorem", "definition"} for axiom in audit.axioms)


def test_the_type_of_a_pinned_theorem_is_named(session: Session, init: int) -> None:
    base = session.elaborate(init, SECTION + "namespace Q\ndef Goal : Prop := ∀ n : Nat, n + 0 = n", keep=True).env
    assert base is not None
    audit = audited(session, base, "theorem Q.t : Q.Goal := fun n => Nat.add_zero n", "Q.t")
    assert (audit.type_const, audit.type_in_base) == ("Q.Goal", True)
    assert [(constant.name, constant.replay) for constant in audit.new] == [("Q.t", "ok")]


def test_a_goal_that_the_candidate_defines_is_not_in_base(session: Session, init: int) -> None:
    audit = audited(session, init, "def Goal : Prop := 1 = 1\ntheorem t : Goal := rfl")
    assert (audit.type_const, audit.type_in_base) == ("Goal", False)


def test_replay_rejects_what_skipped_the_kernel(session: Session, init: int) -> None:
    audit = audited(session, init, "theorem t : 1 = 2 := by set_option debug.skipKernelTC true in decide +kernel")
    assert all(axiom.kind == "theorem" for axiom in audit.axioms), "the axioms alone do not show it"
    assert any(constant.replay.startswith("rejected") for constant in audit.new)


@pytest.mark.parametrize(
    ("source", "axiom", "kind"),
    [
        ("set_option warn.sorry false\ntheorem t : 1 = 2 := by sorry", "sorryAx", "axiom"),
        ("theorem t : 10000 * 10000 = 100000000 := by native_decide", "Lean.ofReduceBool", "axiom"),
        ("def c := true\ntheorem t : Lean.reduceBool c = true := rfl", "Lean.reduceBool", "opaque"),
        ("theorem t (p q : Prop) (h : p ↔ q) : p = q := propext h", "propext", "axiom"),
    ],
)
def test_axioms_of_the_library_keep_their_kind(session: Session, init: int, source: str, axiom: str, kind: str) -> None:
    found = {use.name: use for use in audited(session, init, source).axioms}
    assert (found[axiom].kind, found[axiom].in_base) == (kind, True)


def test_an_axiom_of_the_candidate_is_new_and_refused(session: Session, init: int) -> None:
    audit = audited(session, init, "axiom bad : 1 = 2\ntheorem t : 1 = 2 := bad")
    assert [(use.name, use.in_base) for use in audit.axioms] == [("bad", False)]
    assert {constant.name: constant.replay for constant in audit.new}["bad"] == "refused: axiom"


def test_a_name_that_does_not_exist_is_not_clean(session: Session, init: int) -> None:
    audit = audited(session, init, "theorem other : 1 = 1 := rfl", "missing")
    assert not audit.exists


def test_an_environment_never_changes(session: Session, init: int) -> None:
    audited(session, init, "def onlyHere := 1\ntheorem t : onlyHere = 1 := rfl")
    assert session.elaborate(init, SECTION + "example := onlyHere", keep=False).errors > 0


def lean_text(text: str) -> str:
    """Returns a text as a literal of Lean."""
    return '"' + "".join(c if c.isalnum() or c in " .,:[]" else f"\\x{ord(c):02x}" for c in text) + '"'


FRAME = "\x00\x00\x00" + chr(len(FORGED)) + FORGED
CHANNELS = {
    "println": "#eval IO.println {}",
    "eprintln": "#eval IO.eprintln {}",
    "print without a line's end": "#eval IO.print {}",
    "dbg_trace": "#eval dbg_trace {}; 1",
    "dbgTrace": "#eval dbgTrace {} fun _ => 1",
    "dbgTraceVal": "#eval dbgTraceVal {}",
    "in a definition": "def f (n : Nat) : Nat := dbg_trace {}; n\n#eval f 3",
    "panic": "#eval (panic! {} : Nat)",
    "as a value": "#eval {}",
    "as an error": "#eval (throw (IO.userError {}) : IO Unit)",
    "as a proposition": "#check ({} : String)",
    "device stdout": '#eval IO.FS.writeFile "/dev/stdout" {}',
    "device stderr": '#eval IO.FS.writeFile "/dev/stderr" {}',
    "device tty": '#eval IO.FS.writeFile "/dev/tty" {}',
    "stdout's handle": "#eval show IO Unit from do (← IO.getStdout).putStr {}",
    "stderr's handle": "#eval show IO Unit from do (← IO.getStderr).putStr {}",
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("look_alike", [FORGED + "\n", FRAME, FRAME + "\n"], ids=["line", "frame", "frame and line"])
def test_printing_cannot_forge_a_reply(session: Session, init: int, channel: str, look_alike: str) -> None:
    printed = CHANNELS[channel].format(lean_text(look_alike))
    done = session.elaborate(init, f"{SECTION}{printed}\ntheorem t : 1 = 2 := rfl", keep=True)
    assert done.errors > 0
    assert done.env not in (None, 1), "that of the forged reply"
    assert session.elaborate(init, f"{SECTION}theorem t : 1 = 1 := rfl", keep=False).errors == 0
    session.forget(done.env or 0)


def test_no_path_leads_to_the_descriptors_of_the_process(session: Session, init: int) -> None:
    numbers = sorted(int(fd.name) for fd in Path(f"/proc/{session.pid}/fd").iterdir())
    assert len(numbers) > 5
    folders = ("/dev/fd", "/proc/self/fd", f"/proc/{session.pid}/fd", "/lean/../proc/self/fd", "/lean/../dev/fd")
    paths = [f"{folder}/{number}" for folder in folders for number in numbers]
    attempts = "".join(f'#eval IO.FS.writeFile "{path}" {lean_text(FRAME)}\n' for path in paths)
    done = session.elaborate(init, f"{SECTION}{attempts}theorem t : 1 = 2 := rfl", keep=False)
    assert done.errors >= len(paths) - 2, "but for stdout and stderr, which are not this process's either"
    assert session.elaborate(init, f"{SECTION}theorem t : 1 = 1 := rfl", keep=False).errors == 0


@pytest.mark.parametrize(
    "action",
    [
        'IO.FS.writeFile "/lean/X" "x"',
        'IO.FS.writeFile "/lean/Init.olean" ""',
        'IO.FS.writeFile "/lean/../lean/./Init.olean" ""',
        'IO.FS.writeBinFile "/lean/Init/Prelude.olean" ⟨#[1]⟩',
        'IO.FS.removeFile "/lean/Init.olean"',
        'IO.FS.createDir "/lean/X"',
        'IO.FS.createDirAll "/lean/X/Y"',
        'IO.FS.removeDir "/lean/Init"',
        'IO.FS.removeDirAll "/lean/Init"',
        'IO.FS.rename "/lean/Init.olean" "/lean/X"',
        'IO.FS.rename "/lean/Init" "/lean/X"',
        'IO.FS.rename "/lean/Init/Prelude.olean" "/lean/Init.olean"',
        'IO.setAccessRights "/lean/Init.olean" {}',
        'show IO Unit from do IO.Process.setCurrentDir "/lean"; IO.FS.writeFile "Init.olean" ""',
        'do let h ← IO.FS.Handle.mk "/lean/Init.olean" .append; h.putStr "x"',
        'do let h ← IO.FS.Handle.mk "/lean/Init.olean" .readWrite; h.putStr "x"',
        'do let h ← IO.FS.Handle.mk "/lean/Init.olean" .write; h.truncate',
        'do let h ← IO.FS.Handle.mk "/lean/X" .writeNew; h.putStr "x"',
    ],
)
def test_the_library_cannot_be_written(session: Session, toolchain: Toolchain, init: int, action: str) -> None:
    before = files_state(toolchain)
    done = session.elaborate(init, f"{SECTION}#eval {action}", keep=False)
    assert "read-only file system" in done.messages[0].text
    assert before
    assert files_state(toolchain) == before


@pytest.mark.parametrize(
    "action",
    [
        'IO.FS.rename "/lean/Init.olean" "/tmp/X"',
        'show IO Unit from do IO.FS.writeFile "/tmp/X" "x"; IO.FS.rename "/tmp/X" "/lean/Init.olean"',
        'IO.FS.readFile "/etc/passwd"',
        'IO.FS.readFile "/lean/../etc/passwd"',
        'IO.FS.readFile "/lean/../../package/lean.patched.js"',
        'show IO Unit from discard <| IO.Process.spawn { cmd := "/bin/true" }',
    ],
)
def test_nothing_leads_out_of_the_library(session: Session, toolchain: Toolchain, init: int, action: str) -> None:
    before = files_state(toolchain)
    done = session.elaborate(init, f"{SECTION}#eval {action}", keep=False)
    said = ("cross-device link", "no such file", "function not implemented")
    assert done.errors == 1
    assert any(reason in done.messages[0].text for reason in said), done.messages[0].text
    assert files_state(toolchain) == before


def test_a_term_is_read_as_a_tree(session: Session, init: int) -> None:
    tree = session.parse(init, "term", "fun x => by omega")
    assert isinstance(tree, Tree)
    parts = list(walk(tree))
    assert {"Lean.Parser.Term.fun", "Lean.Parser.Tactic.omega"} <= {p.kind for p in parts if isinstance(p, Node)}
    assert Ident("x", "x") in parts


@pytest.mark.parametrize("text", ["by omega )", "by omega\n#eval 1", "", "by omega\nend X", "x y z -/", "«"])
def test_what_is_not_one_term_is_a_fault(session: Session, init: int, text: str) -> None:
    assert isinstance(session.parse(init, "term", text), SyntaxFault)


def test_memory_is_reported(session: Session) -> None:
    assert 10 << 20 < session.memory() < 2 << 30


def test_a_killed_process_is_a_loss(fresh: Session) -> None:
    env = fresh.import_header("import Init\n").env
    assert env is not None
    threading.Timer(1.0, os.kill, (fresh.pid, signal.SIGKILL)).start()
    with pytest.raises(SessionLost, match="ended in the middle") as lost:
        fresh.elaborate(env, SECTION + SPIN, keep=False)
    assert lost.value.limit is None
    assert fresh.lost is lost.value
    with pytest.raises(SessionLost, match="closed"):
        fresh.memory()


def test_a_timeout_kills_the_process(fresh: Session) -> None:
    env = fresh.import_header("import Init\n").env
    assert env is not None
    with pytest.raises(SessionLost, match="no answer within") as lost:
        fresh.elaborate(env, SECTION + SPIN, keep=False, timeout=1.0)
    assert lost.value.limit == "time"
    with pytest.raises(ProcessLookupError):
        os.kill(fresh.pid, 0)


def test_deep_nesting_is_a_message_or_a_loss(fresh: Session) -> None:
    env = fresh.import_header("import Init\n").env
    assert env is not None
    nested = "(" * 20000 + "1" + ")" * 20000
    try:
        errors = fresh.elaborate(env, f"{SECTION}theorem t : {nested} = 2 := rfl", keep=False).errors
    except SessionLost as lost:
        assert "Lean could not answer" in lost.reason  # noqa: PT017 - both outcomes are fine
    else:
        assert errors > 0


def test_lean_that_exits_is_a_loss(fresh: Session) -> None:
    env = fresh.import_header("import Init\n").env
    assert env is not None
    with pytest.raises(SessionLost, match="Lean could not answer"):
        fresh.elaborate(env, SECTION + "#eval (IO.Process.exit 0 : IO Unit)", keep=False)


def test_an_unknown_environment_is_a_loss(fresh: Session) -> None:
    with pytest.raises(SessionLost, match="there is no environment 99"):
        fresh.elaborate(99, SECTION, keep=False)


@pytest.mark.parametrize(
    ("limits", "limit"),
    [({"memory_bytes": 1 << 20}, "memory"), ({"reply_bytes": 5_000}, "reply"), ({"output_bytes": 100_000}, "output")],
)
def test_a_limit_is_named(toolchain: Toolchain, limits: dict[str, int], limit: str) -> None:
    text = (
        f"def big : Nat → String → String\n  | 0, s => s\n  | n + 1, s => big n (s ++ s)\n#eval IO.eprint (big 9 {'x' * 40!r})\n"
    )
    text = text.replace("'", '"') + '#eval IO.FS.writeFile "/dev/stderr" (big 12 "a line of forty bytes, more or less....\\n")'

    def reach() -> None:
        with Session.start(toolchain, replace(DEFAULT_LIMITS, **limits)) as session:
            env = session.import_header("import Init\n").env
            assert env is not None
            session.elaborate(env, SECTION + text, keep=False)

    with pytest.raises(SessionLost) as lost:
        reach()
    assert lost.value.limit == limit


def test_another_thread_may_end_a_session(fresh: Session) -> None:
    env = fresh.import_header("import Init\n").env
    assert env is not None
    assert fresh.alive()
    threading.Timer(0.5, fresh.interrupt).start()
    with pytest.raises(SessionLost, match="ended in the middle"):
        fresh.elaborate(env, SECTION + SPIN, keep=False)
    assert fresh.closed
    assert not fresh.alive()
    fresh.interrupt()
    fresh.close()


def test_a_reply_of_the_wrong_shape_ends_the_session(fresh: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.session.checked", lambda body, nonce: {"nonce": nonce, "bytes": True})
    with pytest.raises(SessionLost, match="no proper 'bytes'"):
        fresh.memory()
    assert fresh.closed


def test_native_lean_answers_the_same() -> None:
    try:
        native = find("native")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with Session.start(native, DEFAULT_LIMITS) as session:
        env = session.import_header("import Init\n").env
        assert env is not None
        audit = audited(session, env, "theorem t (n : Nat) : n + 0 = n := by omega")
        assert {constant.replay for constant in audit.new} == {"ok"}
