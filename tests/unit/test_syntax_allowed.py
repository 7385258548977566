"""The allow-list holds what proofs use and nothing else, and Lean's grammar beyond it is refused, kind by kind.

`cases/syntax/allowed.lean` uses each kind on the list. `golden/refused_kinds.txt` names each tactic of Lean that is not on it,
with a text that uses it (`-` where no text is read as that kind), so that another Lean's new tactics show as a difference.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.gates.kernel import Kernel
from verify.limits import DEFAULT
from verify.proof import Declaration, split
from verify.proof_syntax import _odd_part, allowed, check_declaration, check_text
from verify.reasons import ProofForbidden, Refusal
from verify.session import Node, Session, SyntaxFault, walk
from verify.standby import start_kernel
from verify.toolchain import ToolchainMissing, find

TESTS = Path(__file__).parent.parent
TEXTS = (TESTS / "cases" / "syntax" / "allowed.lean").read_text()
REFUSED = dict(line.split("\t") for line in (TESTS / "golden" / "refused_kinds.txt").read_text().splitlines())
CATEGORIES = ("tactic", "term", "command", "conv", "attr", "level", "doElem", "stx", "prec", "prio", "rcasesPat", "rintroPat")
PARTS = split(TEXTS)
NO_NODE = frozenset({"ident", "choice"})
"""kinds of Lean's that its trees show as something else: an identifier, and what was read in two ways (never allowed)"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Give the one kernel of these tests."""
    try:
        found = start_kernel(find("auto"), DEFAULT)
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with found.session:
        yield found


@pytest.fixture(scope="module")
def session(kernel: Kernel) -> Session:
    """Give the one session of these tests."""
    return kernel.session


@pytest.fixture(scope="module")
def library(kernel: Kernel) -> int:
    """Give the environment that statements are elaborated in."""
    return kernel.library


def kinds_of(session: Session, env: int, text: str) -> set[str]:
    """Return the node kinds of a declaration as Lean reads it; none where it does not."""
    tree = session.parse(env, "command", text)
    return set() if isinstance(tree, SyntaxFault) else {p.kind for p in walk(tree) if isinstance(p, Node)}


def test_the_texts_are_characters_that_a_proof_may_hold() -> None:
    check_text(TEXTS, DEFAULT)


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.text.split()[1])
def test_each_text_passes_the_gate(session: Session, library: int, part: Declaration) -> None:
    assert check_declaration(session, library, part) == part.text.split()[1].rstrip(":")


def test_every_kind_on_the_list_is_used(session: Session, library: int) -> None:
    used = {kind for part in PARTS for kind in kinds_of(session, library, part.text)}
    assert sorted(allowed().kinds.keys() - used) == [], "take these off the list, or write a text that needs them"


@pytest.mark.parametrize("option", sorted(allowed().options))
def test_every_option_on_the_list_is_let_through(session: Session, library: int, option: str) -> None:
    for form in (f"+{option}", f"-{option}", f"({option} := 1)", f"({option} := true)"):
        check_declaration(session, library, Declaration(1, f"theorem a : p := by\n  grind {form}\n"))
    for form in (f"({option} := f 1)", f"({option} := by exact 1)", f"({option} := n)"):
        with pytest.raises(Refusal) as refused:
            check_declaration(session, library, Declaration(1, f"theorem a : p := by\n  grind {form}\n"))
        assert type(refused.value.reason) is ProofForbidden


def test_the_refused_tactics_are_the_known_ones(session: Session, library: int) -> None:
    refused = session.kinds(library, "tactic")
    assert {*refused} - allowed().kinds.keys() == REFUSED.keys()


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_a_text_with_a_refused_tactic_is_refused(session: Session, library: int, kind: str) -> None:
    if REFUSED[kind] == "-":
        assert isinstance(_odd_part(Node(kind, ()), 1), ProofForbidden)
        return
    text = f"theorem a : p := by\n  {REFUSED[kind]}\n"
    assert kind in kinds_of(session, library, text), "Lean reads this text as something else"
    with pytest.raises(Refusal) as refused:
        check_declaration(session, library, Declaration(1, text))
    assert type(refused.value.reason) is ProofForbidden


def test_few_tactics_have_no_text() -> None:
    assert {kind for kind, text in REFUSED.items() if text == "-"} == {
        "Lean.Parser.Tactic.nestedTactic",  # its tree is that of the braces
        "Lean.Parser.Tactic.unknown",  # Lean's own word for a tactic that it does not know
    }


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_a_category_adds_is_listed_or_refused(session: Session, library: int, category: str) -> None:
    kinds = set(session.kinds(library, category)) - NO_NODE
    assert len(kinds) > 1
    refused = {kind for kind in kinds if isinstance(_odd_part(Node(kind, ()), 1), ProofForbidden)}
    assert refused == kinds - allowed().kinds.keys()
    if category in {"command", "conv", "attr", "stx", "doElem"}:
        assert len(refused) > len(kinds) // 2, "most of these are not for proofs"


def test_everything_else_that_lean_has_is_refused(session: Session, library: int) -> None:
    kinds = set(session.kinds(library)) - NO_NODE
    assert len(kinds) > 1500
    unlisted = kinds - allowed().kinds.keys()
    assert len(unlisted) > 1200
    assert all(isinstance(_odd_part(Node(kind, ()), 1), ProofForbidden) for kind in unlisted)
    assert allowed().kinds.keys() - kinds == {"fieldIdx"}, "a kind that this Lean does not have"
