"""Attacks that are no text of a proof: each is carried out against a real session, with the text gate out of the way.

What has to be shown twice is shown twice: with its control the attack is refused for its reason, without it the same attack
gets through, or reaches the next control.
"""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from attack_case import met
from kernel_cases import REJECT

from verify import session as session_module
from verify.gates.kernel import Controls, judge_audit
from verify.lean_files import files_state, is_pinned
from verify.reasons import Refusal
from verify.session import DEFAULT_LIMITS, Session, SessionLost
from verify.statement import PINNED, THEOREM
from verify.toolchain import Toolchain, library_digest

SECTION = "@[expose] public section\n"
LIE = f"def {PINNED} : Prop := False\n"
META = "module\npublic meta import Lean\npublic import Lean\n"
NOT_INIT = frozenset({"Std", "Lean", "Lake", "Std.olean", "Lean.olean", "Lake.olean", "LakeMain.olean", "Leanc.olean"})
DRIVER = Path(session_module.__file__).parent / "driver.js"


@pytest.fixture(scope="module")
def session(toolchain: Toolchain) -> Iterator[Session]:
    """Give one session to all attacks that leave it alive."""
    with Session.start(toolchain, DEFAULT_LIMITS) as shared:
        yield shared


@pytest.fixture(scope="module")
def init(session: Session) -> int:
    """Give an environment as a statement has it, whose claim is false."""
    return made(session, imported(session, "import Init\n"), LIE)


@pytest.fixture(scope="module")
def meta(session: Session) -> int:
    """Give one in which Lean's own parts are in reach, as they are not in that of a statement."""
    return made(session, imported(session, META), LIE)


@pytest.fixture(scope="module")
def prelude(session: Session) -> int:
    """Give one that holds nothing at all."""
    return imported(session, "prelude\n")


def imported(session: Session, header: str) -> int:
    """Return the environment of a header."""
    done = session.import_header(header)
    assert (done.errors, done.env is None) == (0, False), done.messages
    return done.env or 0


def made(session: Session, env: int, text: str) -> int:
    """Return the environment after a text that Lean takes without error."""
    done = session.elaborate(env, SECTION + text, keep=True)
    assert (done.errors, done.env is None) == (0, False), [m.text[:200] for m in done.messages]
    return done.env or 0


def verdict(session: Session, base: int, env: int, *off: str) -> str:
    """Return the class of the reason for which an environment is refused, or Passed, with some controls off.

    With all of them on it is what an attack has met.
    """
    found = "Passed"
    try:
        judge_audit(session.audit(base, env, THEOREM), Controls(**dict.fromkeys(off, False)))
    except Refusal as refusal:
        found = type(refusal.reason).__name__
    return found if off else met(found)


def of(attacks: Iterable[str], due: str, control: str) -> list[object]:
    """Return attacks that begin with their number as parameters, with their marks."""
    parts = {attack: attack.partition(" ") for attack in attacks}
    return [pytest.param(a, id=a, marks=pytest.mark.attack(n, tries, due, control)) for a, (n, _, tries) in parts.items()]


# -- L17, L18, L19: programs that run while Lean elaborates, and go around its kernel -------------------------------------------

PROGRAM = """open Lean
syntax (name := corrupted) "corrupt" : command
@[command_elab corrupted] public meta unsafe def corrupting : Elab.Command.CommandElab := fun _ _ ref => do
  let s ← ref.get
  match Lean.Environment.addDeclCore s.env 0 ({declaration}) none false with
  | .ok env => ref.set {{ s with env := env }}
  | .error _ => throw (.error .missing "it was not added")
corrupt
"""
CHEAT = "{{ name := `cheat, levelParams := [], type := .const `False [], value := {value}{more} }}"
UNCHECKED = {
    "L17 another theorem": (".thmDecl", ".const `True.intro []", ""),
    "L17 an opaque value": (".opaqueDecl", ".const `True.intro []", ", isUnsafe := false, all := []"),
    "L17 a free variable": (".thmDecl", ".fvar ⟨`x⟩", ""),
    "L19 a projection": (".thmDecl", ".proj `And 4294967296 (.const `True.intro [])", ""),
    "L19 a field of nothing": (".thmDecl", ".proj `Eq 0 (.const `True.intro [])", ""),
}


@pytest.mark.parametrize("cheat", of(UNCHECKED, "ProofNotReplayed", "replay"))
def test_what_was_added_without_the_kernel_is_not_added_again(session: Session, meta: int, cheat: str) -> None:
    command, value, more = UNCHECKED[cheat]
    declaration = f"{command} {CHEAT.format(value=value, more=more)}"
    env = made(session, meta, PROGRAM.format(declaration=declaration) + f"theorem {THEOREM} : {PINNED} := cheat\n")
    assert verdict(session, meta, env) == "ProofNotReplayed"
    assert verdict(session, meta, env, "axioms") == "ProofNotReplayed"
    assert verdict(session, meta, env, "replay") == "Passed"


@pytest.mark.attack("L17", "an unsafe definition that is its own value", "ProofAxioms", "axioms")
def test_an_unsafe_definition_proves_nothing(session: Session, meta: int) -> None:
    """It is its own value; what rests on it is refused by the kernel where Lean adds it, and again by the audit."""
    declaration = f".defnDecl {CHEAT.format(value='.const `cheat []', more=', hints := .opaque, safety := .unsafe')}"
    text = PROGRAM.format(declaration=declaration) + f"theorem {THEOREM} : {PINNED} := cheat\n"
    done = session.elaborate(meta, SECTION + text, keep=True)
    assert done.errors == 1
    assert done.env is not None
    assert verdict(session, meta, done.env) == "ProofAxioms"
    assert verdict(session, meta, done.env, "axioms") == "ProofNotReplayed"


def test_programs_have_no_lean_to_work_on_above_a_statement(session: Session, init: int, meta: int) -> None:
    """A statement's environment imports `Init` alone, so the very text that corrupts the other one has nothing to call."""
    text = PROGRAM.format(declaration=f".thmDecl {CHEAT.format(value='.const `True.intro []', more='')}")
    assert session.elaborate(meta, SECTION + text, keep=False).errors == 0
    assert session.elaborate(init, SECTION + text, keep=False).errors > 0


@pytest.mark.attack("L18", "a negative number among the natural ones", "ProofAxioms", "axioms")
@pytest.mark.parametrize("claim", ["cheat ≤ 0", "cheat + 4294967296 = 0", "Nat.succ cheat = 0", "¬ 0 ≤ cheat"])
def test_a_number_that_is_none_proves_nothing_false(session: Session, meta: int, claim: str) -> None:
    """L18: a negative number in the place of a natural one is taken in; what it would make true by evaluation is refused."""
    corrupt = ".lit (.natVal (unsafeCast (-4294967296 : Int)))"
    number = CHEAT.format(value=corrupt, more=", hints := .abbrev, safety := .safe").replace("`False", "`Nat")
    text = PROGRAM.format(declaration=f".defnDecl {number}")
    env = made(session, meta, text + "theorem itself : cheat = cheat := rfl\n")
    done = session.elaborate(
        env, f"{SECTION}theorem {THEOREM} : {PINNED} := absurd (show {claim} by decide) (by omega)\n", keep=True
    )
    assert done.errors > 0
    assert done.env is not None
    assert verdict(session, meta, done.env) == "ProofAxioms"


# -- L06, L12, L20: a world of one's own ----------------------------------------------------------------------------------------

WORLDS = {
    "L06 an axiom with a known name and another type": (
        f"inductive False : Prop\n{LIE}axiom propext : False\ntheorem {THEOREM} : {PINNED} := propext\n"
    ),
    "L06 an axiom with the name of a theorem": (
        f"inductive False : Prop\n{LIE}axiom Classical.em : False\ntheorem {THEOREM} : {PINNED} := Classical.em\n"
    ),
    "L12 a statement with the pinned name": (
        f"inductive True : Prop where\n  | intro\ndef {PINNED} : Prop := True\ntheorem {THEOREM} : {PINNED} := True.intro\n"
    ),
    "L20 a primitive with another meaning": (
        "inductive Box : Prop where\n  | mk\ndef Char.ofNat : Box := Box.mk\n"
        f"def {PINNED} : Prop := Box\ntheorem {THEOREM} : {PINNED} := Char.ofNat\n"
    ),
}


@pytest.mark.parametrize("world", of(WORLDS, "ProofNotReplayed", "replay"))
def test_a_theorem_of_another_world_is_none_of_this_one(session: Session, init: int, prelude: int, world: str) -> None:
    """By their names all its parts are known here; only adding it here again shows that they are not these."""
    env = made(session, prelude, WORLDS[world])
    assert verdict(session, init, env) == "ProofNotReplayed"
    assert verdict(session, init, env, "axioms", "pinned_type") == "ProofNotReplayed"
    assert verdict(session, init, env, "replay") == "Passed"


@pytest.mark.attack("L06", "a known name on a new axiom", "ProofAxioms", "axioms")
def test_a_known_name_is_no_excuse_for_a_new_axiom(session: Session, prelude: int) -> None:
    base = made(session, prelude, f"inductive False : Prop\n{LIE}")
    env = made(session, base, f"axiom propext : False\ntheorem {THEOREM} : {PINNED} := propext\n")
    assert verdict(session, base, env) == "ProofAxioms"
    assert verdict(session, base, env, "axioms") == "ProofNotReplayed"
    assert verdict(session, base, env, "axioms", "replay") == "Passed"


@pytest.mark.parametrize(
    "primitive", ["def Nat.gcd (_ _ : Nat) : Nat := 0", "def Char.ofNat (_ : Nat) : Nat := 0", "axiom Quot.lift : Nat"]
)
def test_a_primitive_cannot_be_declared_a_second_time(session: Session, init: int, primitive: str) -> None:
    assert session.elaborate(init, SECTION + primitive, keep=False).errors > 0


# -- L26: facts about the machine ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("how", ["rfl", "by decide", "by decide +kernel", "by simp", "by grind", "by omega"])
def test_the_word_size_of_this_machine_is_no_theorem(session: Session, init: int, bits: int, how: str) -> None:
    text = f"{SECTION}theorem word : System.Platform.numBits = {bits} := {how}\n"
    assert session.elaborate(init, text, keep=False).errors > 0


# -- L22: what a candidate leaves behind -----------------------------------------------------------------------------------------


def candidate(name: str) -> str:
    """Return the first command of a case, which is what the attack is."""
    return (REJECT / name / "proof.lean").read_text().split("\n\n")[0] + "\n"


def test_a_candidate_speaks_to_the_next_one_of_the_same_process_only(session: Session, init: int, toolchain: Toolchain) -> None:
    depends, leaves = SECTION + candidate("L22-depends"), candidate("L22-file")
    assert session.elaborate(init, depends, keep=False).errors > 0
    made(session, init, leaves)
    assert session.elaborate(init, depends, keep=False).errors == 0, "in a warm process the verdict would hang on another text"
    with Session.start(toolchain, DEFAULT_LIMITS) as fresh:
        assert fresh.elaborate(imported(fresh, "import Init\n"), depends, keep=False).errors > 0


@pytest.mark.attack("L22", "constants of the candidate before", "WrongTheorem", "exists")
def test_constants_of_a_candidate_are_not_there_for_the_next_one(session: Session, init: int) -> None:
    made(session, init, f"axiom boom : False\ntheorem {THEOREM} : {PINNED} := boom\n")
    assert session.elaborate(init, f"{SECTION}theorem t : False := boom", keep=False).errors > 0
    assert verdict(session, init, init) == "WrongTheorem"


WRITE = '#eval IO.FS.writeFile "/lean/ATTACK" "x"\n'
MOUNT = "function writableMount() { M.FS.mkdir('/lean'); M.FS.mount(M.NODEFS, { root: libDir }, '/lean'); }\n"


@contextmanager
def fenced(toolchain: Toolchain, folder: Path, *off: str) -> Iterator[Session]:
    """Give a session over a copy of Lean's library in `folder`, with some of the fences around it taken down."""
    source = DRIVER.read_text()
    assert "\n  readOnlyMount();" in source
    if "read_only_mount" in off:
        source = source.replace("\n  readOnlyMount();", "\n  writableMount();") + MOUNT
    (folder / "driver.js").write_text(source)
    (folder / "package").mkdir()  # what a state of the files is taken over, besides the library
    shutil.copytree(toolchain.root / "lib", folder / "lib", ignore=lambda _, names: [n for n in names if n in NOT_INIT])
    real = session_module._command

    def command(of: Toolchain, *rest: object) -> list[str]:
        moved = {str(DRIVER): str(folder / "driver.js"), str(of.root / "lib"): str(folder / "lib")}
        node, *words = [moved.get(word, word) for word in real(of, *rest)]  # type: ignore[arg-type]  # handed on as it came
        if "permission" in off:
            return [node, *(word for word in words if not word.startswith(("--permission", "--allow")))]
        return [node, f"--allow-fs-read={folder}", *words]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session_module, "_command", command)
        started = Session.start(toolchain, DEFAULT_LIMITS)
    with started:
        yield started


@pytest.mark.parametrize("off", [("read_only_mount",), ("permission",), ("read_only_mount", "permission")], ids="-".join)
def test_the_library_is_written_only_with_both_fences_down(toolchain: Toolchain, tmp_path: Path, off: tuple[str, ...]) -> None:
    with fenced(toolchain, tmp_path, *off) as own:
        copy = replace(toolchain, root=tmp_path, digest=library_digest(tmp_path))
        before = files_state(copy)
        assert is_pinned(copy, before)
        done = own.elaborate(imported(own, "import Init\n"), SECTION + WRITE, keep=False)
        written = (tmp_path / "lib" / "ATTACK").exists()
        assert written is (len(off) == 2)
        assert (done.errors > 0) is ("read_only_mount" not in off), "the mount says no; the other fence only sees to it"
        assert is_pinned(copy, files_state(copy)) is not written, "a third control sees what got through"


# -- L27: replies that are none --------------------------------------------------------------------------------------------------

LIAR = """
import json, os, struct, sys
requests, replies, _ = map(int, sys.argv[1:])
def read(count):
    data = b""
    while len(data) < count:
        data += os.read(requests, count - len(data)) or sys.exit()
    return data
last = ""
while True:
    request = json.loads(read(struct.unpack(">I", read(4))[0]))
    reply = {"version": "4", "env": 1, "messages": [], "errors": 0, "ms": 0, "exists": True, "in_base": False, "kind": "theorem",
             "type_const": "QED.Statement", "type_in_base": True, "level_params": 0, "axioms": [],
             "new": [{"name": "QED.Proof.accepted", "kind": "theorem"}], "replay": [{"name": "QED.Proof.accepted", "said": "ok"}]}
    honest = request["op"] == "version"
    own = {"own": {"nonce": request["nonce"]}, "older": {"nonce": last}, "no": {}, "null": {"nonce": None}}
    body = json.dumps(reply | own["own" if honest else NONCE]).encode()
    last = request["nonce"]
    frame = struct.pack(">I", len(body)) + body
    os.write(1, frame)
    os.write(replies, frame * (1 if honest else COUNT))
"""


def liar(toolchain: Toolchain, patch: pytest.MonkeyPatch, nonce: str, count: int = 1) -> Session:
    """Return a session with a process that answers as Lean would for a proof that holds, to whatever it is asked."""
    code = LIAR.replace("NONCE", repr(nonce)).replace("COUNT", str(count))
    patch.setattr(session_module, "_command", lambda of, limits, fds, *_: [sys.executable, "-c", code, *map(str, fds)])
    return Session.start(toolchain, DEFAULT_LIMITS)


@pytest.mark.parametrize("nonce", ["older", "no", "null"])
def test_a_reply_that_belongs_to_no_request_is_a_loss(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch, nonce: str) -> None:
    with liar(toolchain, monkeypatch, nonce) as own, pytest.raises(SessionLost, match="does not belong to this request"):
        own.audit(1, 2, THEOREM)
    real = session_module.checked
    monkeypatch.setattr(session_module, "checked", lambda body, _: real(body, json.loads(body).get("nonce")))
    with liar(toolchain, monkeypatch, nonce) as own:
        assert verdict(own, 1, 2) == "Passed", "but for the nonce it is believed"


@pytest.mark.attack("L27", "a second reply", "SessionLost", "one_reply")
def test_a_second_reply_is_a_loss(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    with liar(toolchain, monkeypatch, "own", 2) as own, pytest.raises(SessionLost, match="more than one came") as lost:
        own.audit(1, 2, THEOREM)
    met(lost.value)


@pytest.mark.attack("L27", "a reply that is printed", "SessionLost", "own_channel")
def test_what_is_printed_in_the_form_of_a_reply_is_no_reply(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    with liar(toolchain, monkeypatch, "own", 0) as own, pytest.raises(SessionLost, match="no answer within") as lost:
        own._ask(1.0, lambda _: None, op="audit", base=1, env=2, name=THEOREM)
    met(lost.value)


@pytest.mark.attack("L27", "a write to the descriptor of replies", "WrongTheorem", "exists")
@pytest.mark.parametrize("path", ["/proc/self/fd/3", "/proc/self/fd/4", "/dev/fd/3", "/dev/fd/1"])
def test_a_text_has_no_way_to_the_descriptor_of_replies(session: Session, init: int, path: str) -> None:
    text = f'{SECTION}#eval IO.FS.writeFile "{path}" "x"\n'
    assert session.elaborate(init, text, keep=False).errors > 0
    assert verdict(session, init, init) == "WrongTheorem"
