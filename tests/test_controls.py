"""Each control on a proof matters: some attack that it stops gets through, or reaches another control, once it alone is off.

`docs/controls.md` is the table of them, made from what stands here and from the cases. To write it anew:
`PYTHONPATH=.:tests/unit python tests/test_controls.py`.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from control_list import FURTHER, OFF, Control
from graph_attacks import GRAPH
from kernel_cases import OF_THE_GATE, SWITCHES, Case, cases
from process_attacks import PROCESS
from python_attacks import PYTHON
from smt_attacks import SMT
from switches import OFFS

from verify.canonical import digest_bytes
from verify.gates.kernel import ALL_ON, Base, Kernel, Token
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.reasons import NotToken
from verify.session import Session
from verify.statement import THEOREM, Statement
from verify.task import Passed, Task
from verify.toolchain import Toolchain

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "controls.md"
ATTACKS = (*SMT, *PYTHON, *GRAPH, *PROCESS)
KNOWN = tomllib.loads((ROOT / "tests" / "cases" / "attacks.toml").read_text())
CATALOGUE = KNOWN["attacks"].keys() - KNOWN["no_case"].keys()
"""the numbers of the attacks that can be tried here"""


KERNEL, SYNTAX = "verify/gates/kernel.py", "verify/proof_syntax.py"
OWN, BY_HAND = "tests/test_controls.py", "tests/test_attacks.py"
CONTROLS = (
    Control("allow_list", "the text lies within the allow-list, all of the next eight together", f"{SYNTAX}:check_declarations"),
    Control("characters", "no character and no word but listed ones, comments included", f"{SYNTAX}:check_text"),
    Control("columns", "nothing but `theorem` and `def` begins at column 0", "verify/proof.py:split"),
    Control("tree", "Lean's parser reads each part as one declaration", f"{SYNTAX}:check_declaration"),
    Control("head", "a declaration has a plain name of its own, no modifier, no universe", f"{SYNTAX}:_head"),
    Control("kinds", "every node kind is listed in `verify/syntax_allowed.toml`", f"{SYNTAX}:_odd_part"),
    Control("identifiers", "no name leads to meta-programs, the outer world or the machine", f"{SYNTAX}:_odd_identifier"),
    Control("options", "an option of a tactic is a listed one with a plain value", f"{SYNTAX}:_odd_option"),
    Control("alone", "each declaration is elaborated alone, in a scope that ends with it", f"{KERNEL}:_prove"),
    Control("exists", "the theorem is there, and was not before", f"{KERNEL}:_wrong_theorem"),
    Control("theorem", "it was declared as a theorem", f"{KERNEL}:_wrong_theorem"),
    Control("levels", "it has no universe parameters", f"{KERNEL}:_wrong_theorem"),
    Control("pinned_type", "its type is the pinned constant of the statement", f"{KERNEL}:_wrong_theorem"),
    Control("axioms", "it rests on three axioms and on what Lean's library proves, and on nothing else", f"{KERNEL}:judge_audit"),
    Control("replay", "every new constant is added once more, with the kernel on", f"{KERNEL}:judge_audit"),
    Control("own_names", "a new constant has a name of the proof's own", f"{KERNEL}:_may_be_new"),
    Control("itself", "the theorem is among those that were added again", f"{KERNEL}:judge_audit"),
    Control(
        "token", "the answer is the token that was asked for: nonce, statement, Lean, library, theorem", f"{KERNEL}:Token",
        ("L08", "L27"), f"{OWN}:test_without_the_token_check_another_statement_passes",
    ),
    Control(
        "init_only", "a statement's environment imports `Init`, in which a program finds no Lean to work on",
        "verify/lean_library.py:LIBRARY_HEADER", ("L06", "L17", "L18", "L19"),
        f"{BY_HAND}:test_programs_have_no_lean_to_work_on_above_a_statement",
    ),
    Control(
        "statement_first", "the statement is elaborated before any text of the proof, in a world that the proof cannot choose",
        f"{KERNEL}:_base", ("L06", "L12", "L15", "L20"), f"{BY_HAND}:test_a_theorem_of_another_world_is_none_of_this_one",
    ),
    Control(
        "fresh_process", "a process that judged a candidate judges no other one", "verify/judge.py:decide", ("L22",),
        f"{BY_HAND}:test_a_candidate_speaks_to_the_next_one_of_the_same_process_only",
    ),
    Control(
        "read_only_mount", "the library's folder is mounted for reading", "verify/driver.js:readOnlyMount", ("L22",),
        f"{BY_HAND}:test_the_library_is_written_only_with_both_fences_down",
    ),
    Control(
        "permission", "Node itself writes nothing, and reads two folders", "verify/session.py:_command", ("L22",),
        f"{BY_HAND}:test_the_library_is_written_only_with_both_fences_down",
    ),
    Control(
        "pinned_files", "the files of Lean have the pinned digest, before and after", "verify/lean_files.py:is_pinned", ("L22",
                                                                                                                         "G08"),
        f"{BY_HAND}:test_the_library_is_written_only_with_both_fences_down",
    ),
    Control(
        "nonce", "a reply repeats the nonce of its request", "verify/answers.py:checked", ("L09", "L27"),
        f"{BY_HAND}:test_a_reply_that_belongs_to_no_request_is_a_loss",
    ),
    Control(
        "one_reply", "a request has one reply", "verify/pipe.py:_exchange", ("L27",), f"{BY_HAND}:test_a_second_reply_is_a_loss",
    ),
    Control(
        "own_channel", "replies have a descriptor of their own, and what is printed is none", "verify/pipe.py:_drain",
        ("L09", "L27"), f"{BY_HAND}:test_what_is_printed_in_the_form_of_a_reply_is_no_reply",
    ),
    Control(
        "two_solvers", "at the tier smt both solvers say what is due, and the inputs that they name are run",
        "verify/gates/solvers.py:_reason", ("L27",), "tests/unit/test_solvers.py:test_one_solver_alone_admits_nothing",
    ),
    Control(
        "solver_reply", "an answer of a solver repeats the nonce, and the digest of the script that it is about",
        "verify/gates/solvers.py:_ask", ("L09", "L27"), "tests/unit/test_solvers.py:test_a_solver_that_is_none_declines",
    ),
    Control(
        "tier", "a version of the tier smt carries none of the tier kernel, and its target asked for it",
        "verify/misfits.py:_implementation_misfits", (),
        "tests/unit/test_tier.py:test_a_tier_is_never_higher_than_that_of_what_it_supersedes",
    ),
    Control(
        "sandbox", "what a proposer wrote runs behind fences that a probe tried: no file, no network, no other process",
        "verify/sandbox.py:probe", (), "tests/unit/test_sandbox.py:test_the_probe_sees_every_escape_that_gets_through",
    ),
    Control(
        "filter", "of the system calls a child has those that computing takes", "verify/sandbox.py:filter_program", (),
        "tests/unit/test_sandbox.py:test_without_the_filter_a_child_starts_others",
    ),
    Control(
        "limits", "wall clock, memory, output and heartbeats are limited from outside", "verify/session.py:SessionLimits",
        ("L21",), "tests/unit/test_session.py:test_a_timeout_kills_the_process",
    ),
    *FURTHER,
)  # fmt: skip
CASES = {(case.name, case.off): case for case in cases()}


def witnesses(control: str) -> Iterator[Case]:
    """Yield the cases that pass without some controls, of which this is one, and with any one of them do not."""
    for (name, off), case in CASES.items():
        less = [CASES.get((name, off - {one})) for one in off]
        if control in off and case.due == "Passed" and all(one is not None and one.due != "Passed" for one in less):
            yield case


def stopped(control: Control) -> list[str]:
    """Return the attacks for which it makes a difference whether this control is on."""
    ids = {*control.attacks, *(a.id for a in ATTACKS if a.control == control.name)}
    for (name, off), case in CASES.items():
        other = CASES.get((name, off - {control.name}))
        if control.name in off and other is not None and other.due != case.due:
            ids.add(case.attack)
        if control.name == "allow_list" and not off and case.due == "ProofForbidden":
            ids.add(case.attack)
    return sorted(ids - {"X"})


def shown_by(control: Control) -> str:
    """Return the test, or the case with the fewest controls off, that shows what the control is for."""
    if control.shown == OFF:
        switch = next(s for s in OFFS if s.control == control.name)
        return f"`{switch.attack}`"
    if control.shown:
        return f"`{control.shown.rpartition(':')[2]}`"
    case = min(witnesses(control.name), key=lambda c: (len(c.off), c.name))
    others = sorted(case.off - {control.name})
    return f"`{case.name}`" + (f", which also {', '.join(others)} keep{'s' * (len(others) == 1)} out" if others else "")


def table() -> str:
    """Return the text of `docs/controls.md`."""
    rows = [f"| {c.name} | {c.asks} | `{c.code}` | {', '.join(stopped(c))} | {shown_by(c)} |\n" for c in CONTROLS]
    return (
        "# Controls\n\n"
        "Every way that is known in which something unproved could be accepted, or the machine harmed, has a number\n"
        "(`tests/cases/attacks.toml`) and cases: texts of proofs under `tests/cases/reject`, all others in\n"
        "`tests/unit/*_attacks.py` and in tests that are marked with `attack`. Each case states the reason for which it is\n"
        "refused; `make attacks` runs them all and prints what became of each. A control is here because something would\n"
        "get through without it: the last column names the case or the test in which it is taken away. Where several\n"
        "controls stop one attack on a proof, the case passes only with all of them away, and `expected` states the reason\n"
        "that each gives alone.\n\n"
        "`tests/test_controls.py` makes this table; it fails where a control or an attack is missing here.\n\n"
        "| control | what it asks | where | attacks | shown by |\n|---|---|---|---|---|\n" + "".join(rows)
    )


@pytest.mark.parametrize("control", [c for c in CONTROLS if not c.shown], ids=lambda c: c.name)
def test_without_the_control_a_case_gets_through(control: Control) -> None:
    """The lines of `expected` are run, each of them, by test_cases_kernel."""
    assert any(witnesses(control.name)), f"no case passes without {control.name} and is refused with it"


def test_the_table_has_every_control_and_every_attack() -> None:
    assert {c.name for c in CONTROLS if not c.shown} == OF_THE_GATE | SWITCHES.keys()
    assert {attack for c in CONTROLS for attack in stopped(c)} == CATALOGUE
    assert {case.attack for case in CASES.values()} >= {i for i in CATALOGUE if i.startswith("L")}
    assert {a.control for a in ATTACKS} <= {c.name for c in CONTROLS}
    assert TABLE.read_text() == table(), "write it anew; the docstring says how"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: c.name)
def test_the_table_names_what_there_is(control: Control) -> None:
    for place in filter(None, (control.code, control.shown)):
        file, _, name = place.rpartition(":")
        assert re.search(rf"^\s*(def|class|function) {name}\b|^{name}: ", (ROOT / file).read_text(), re.MULTILINE), place


def test_without_the_token_check_another_statement_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = Statement("def QED.Statement : Prop := False", "")
    lean = Toolchain("portable", "4", "d" * 64, None, Path())
    gate = Kernel(cast("Session", None), 0, lean, DEFAULT)
    other = Token("0" * 32, digest_bytes(b"another statement"), "d" * 64, gate._digest, THEOREM, ())
    monkeypatch.setattr(Kernel, "_base", lambda *_: Base(1, statement))
    monkeypatch.setattr(Kernel, "_prove", lambda self, base, proof, nonce, controls: replace(other, nonce=nonce))
    task, proof = cast("Task", None), Proof("always", 0, (), (), "")
    assert isinstance(gate.judge(task, proof, ALL_ON), NotToken)
    monkeypatch.setattr(Token, "__eq__", lambda *_: True)
    assert isinstance(gate.judge(task, proof, ALL_ON), Passed)


if __name__ == "__main__":
    sys.exit(TABLE.write_text(table()) < 1)
