"""What the allow-list makes of a syntax tree, with trees written by hand: Lean's own are the matter of `test_syntax_allowed`."""

from collections.abc import Mapping
from typing import cast

import pytest

from verify.limits import DEFAULT
from verify.proof import Declaration
from verify.proof_syntax import (
    NODES,
    RESERVED,
    _head,
    _odd_part,
    allowed,
    check_declaration,
    check_declarations,
    check_proposition,
    check_text,
)
from verify.reasons import ProofForbidden, Reason, Refusal, TooLarge, WrongTheorem
from verify.session import Atom, Ident, Missing, Node, Session, SyntaxFault, Tree

COMMAND, TERM, TACTIC = "Lean.Parser.Command.", "Lean.Parser.Term.", "Lean.Parser.Tactic."
NULL = Node("null", ())
PINNED = Node(COMMAND + "declSig", (NULL, Node(TERM + "typeSpec", (Atom(":"), Ident("Statement", "Statement")))))
PLAIN = Node(COMMAND + "declSig", (NULL, Node(TERM + "typeSpec", (Atom(":"), Ident("p", "p")))))
VALUE = Node(COMMAND + "declValSimple", (Atom(":="), Ident("h", "h")))


def declared(
    name: Tree, kind: str = "theorem", signature: Tree = PLAIN, *, modifiers: tuple[Tree, ...] = (NULL,) * 6, value: Tree = VALUE,
    levels: Tree = NULL,
) -> Node:  # fmt: skip
    """Return the tree of a declaration."""
    head = Node(COMMAND + "declId", (name, levels))
    parts = Node(COMMAND + kind, (Atom(kind), head, signature, value))
    return Node(COMMAND + "declaration", (Node(COMMAND + "declModifiers", modifiers), parts))


def ident(name: str) -> Ident:
    return Ident(name, name)


class Reads:
    """A session whose parser knows a few texts."""

    def __init__(self, trees: Mapping[tuple[str, str], Tree]) -> None:
        self.trees = trees

    def parse(self, env: int, category: str, text: str) -> Tree | SyntaxFault:
        assert env == 7
        return self.trees.get((category, text), SyntaxFault("<input>:1:0: unexpected token"))


def read(*trees: Tree) -> tuple[str, ...] | type[Reason]:
    """Return the class of the reason for which a proof of these declarations is refused, or their names."""
    session = cast("Session", Reads({("command", str(i)): tree for i, tree in enumerate(trees)}))
    parts = tuple(Declaration(10 * i + 1, str(i)) for i in range(len(trees)))
    try:
        names = tuple(check_declaration(session, 7, part) for part in parts)
        check_declarations(session, 7, parts)
    except Refusal as refusal:
        return type(refusal.reason)
    return names


def reason_of(*trees: Tree) -> Reason:
    session = cast("Session", Reads({("command", str(i)): tree for i, tree in enumerate(trees)}))
    with pytest.raises(Refusal) as refused:
        check_declarations(session, 7, tuple(Declaration(10 * i + 1, str(i)) for i in range(len(trees))))
    return refused.value.reason


ACCEPTED = declared(ident("accepted"), signature=PINNED)

# -- heads ----------------------------------------------------------------------------------------------------------------------


def test_theorems_and_definitions_before_the_last_theorem_pass() -> None:
    assert read(ACCEPTED) == ("accepted",)
    found = read(declared(ident("a")), declared(ident("f"), "definition", Node(COMMAND + "optDeclSig", ())), ACCEPTED)
    assert found == ("a", "f", "accepted")


@pytest.mark.parametrize("kind", ["axiom", "instance", "opaque", "abbrev", "inductive", "structure", "example", "x"])
def test_another_kind_of_declaration_is_refused(kind: str) -> None:
    assert read(declared(ident("a"), kind), ACCEPTED) is ProofForbidden
    assert read(declared(ident("accepted"), kind, PINNED)) is ProofForbidden


def test_what_is_no_declaration_is_refused() -> None:
    odd = (Atom("x"), Missing(), ident("a"), Node(COMMAND + "open", ()), Node(COMMAND + "declaration", ()),
           Node(COMMAND + "mutual", ACCEPTED.children), Node(COMMAND + "declaration", (*ACCEPTED.children, NULL)),
           Node(COMMAND + "declaration", ACCEPTED.children[::-1]))  # fmt: skip
    for tree in odd:
        assert read(tree, ACCEPTED) is ProofForbidden, tree


def test_modifiers_are_refused_wherever_they_stand() -> None:
    one = Node("null", (Node(COMMAND + "private", (Atom("private"),)),))
    for some in ((one,), (NULL, one), (one, NULL), (NULL, one, NULL), (Atom("private"),), (ident("a"), NULL), (Missing(),)):
        assert read(declared(ident("a"), modifiers=some), ACCEPTED) is ProofForbidden


def test_a_name_has_no_universes_and_is_a_plain_one() -> None:
    assert read(declared(ident("a"), levels=Node("null", (Atom(".{u}"),))), ACCEPTED) is ProofForbidden
    assert read(declared(Atom("a")), ACCEPTED) is ProofForbidden
    for name in ("", "a.b", "1a", "a-b", "α", "a!", "_root_.a", "a b", "a\n", "accepted\n"):
        assert read(declared(ident(name)), ACCEPTED) is ProofForbidden, name
    for name in ("a", "_a", "A1", "a'", "a_b"):
        assert read(declared(ident(name)), ACCEPTED) == (name, "accepted"), name
    for odd in (Ident("a", "b"), Ident("b", "«b»"), Ident("accepted", "accepted✝")):
        assert read(declared(odd, signature=PINNED), ACCEPTED) is ProofForbidden


@pytest.mark.parametrize("name", ["Statement", "statement_of", "QED", "Proof", "Old", "New", "Pre", "Post"])
def test_names_of_the_statement_are_taken(name: str) -> None:
    assert name in RESERVED
    for kind in ("theorem", "definition"):
        assert read(declared(ident(name), kind), ACCEPTED) is ProofForbidden


def test_a_name_is_declared_once() -> None:
    a, b = declared(ident("a")), declared(ident("b"))
    assert read(a, b, ACCEPTED) == ("a", "b", "accepted")
    for parts in ((a, a, ACCEPTED), (a, b, a, ACCEPTED), (ACCEPTED, a, ACCEPTED), (ACCEPTED, ACCEPTED)):
        assert read(*parts) is ProofForbidden
    assert reason_of(a, b, a, ACCEPTED).where == "proof.lean:1"


def test_the_last_declaration_is_the_theorem_with_the_pinned_type() -> None:
    assert reason_of(ACCEPTED, declared(ident("a"))).where == "proof.lean:11"
    assert read(ACCEPTED, declared(ident("a"))) is WrongTheorem
    assert read(declared(ident("a"))) is WrongTheorem
    binder = Node("null", (Node(TERM + "explicitBinder", ()),))
    of_type = Node(TERM + "typeSpec", (Atom(":"), Ident("Statement", "Statement")))
    odd = (PLAIN, NULL, Node(COMMAND + "declSig", (binder, of_type)), Node(COMMAND + "optDeclSig", (NULL, of_type)),
           Node(COMMAND + "declSig", (NULL, Node(TERM + "typeSpec", (Atom(":"), Ident("Statement", "Old.Statement"))))),
           Node(COMMAND + "declSig", (NULL, Node(TERM + "typeSpec", (Atom(":"), Ident("Old.Statement", "Statement"))))),
           Node(COMMAND + "declSig", (NULL, Node(TERM + "typeSpec", (Atom(":"), Node(TERM + "paren", ()))))))  # fmt: skip
    for signature in odd:
        assert read(declared(ident("accepted"), signature=signature)) is WrongTheorem, signature
    assert read(declared(ident("accepted"), "definition", PINNED)) is WrongTheorem


def test_what_leans_parser_does_not_read_is_refused_with_its_line() -> None:
    session = cast("Session", Reads({}))
    with pytest.raises(Refusal) as refused:
        check_declaration(session, 7, Declaration(4, "theorem"))
    assert (type(refused.value.reason), refused.value.reason.where) == (ProofForbidden, "proof.lean:4")
    assert "<input>" not in refused.value.reason.what


# -- bodies ---------------------------------------------------------------------------------------------------------------------


def body(part: Tree) -> type[Reason] | None:
    """Return the class of the reason for which a part of a body is refused, at its top or deep in it."""
    alone, deep = _odd_part(part, 1), _odd_part(Node("null", (Atom("x"), Node("group", (NULL, part)))), 1)
    assert type(alone) is type(deep)
    found = read(declared(ident("a"), value=Node(COMMAND + "declValSimple", (part,))), ACCEPTED)
    assert found == (("a", "accepted") if alone is None else type(alone))
    return None if alone is None else type(alone)


def test_parts_of_listed_kinds_pass() -> None:
    for part in (Atom("x"), Node("hygieneInfo", (Ident("", ""),)), Node("num", (Atom("3"),)), NULL, ident("x")):
        assert body(part) is None


def test_parts_of_other_kinds_are_refused() -> None:
    for part in (Missing(), Node("choice", ()), Node(TACTIC + "nativeDecide", ()), Node("hygieneinfo", ()), Node("", ())):
        assert body(part) is ProofForbidden


def test_a_tree_has_a_limit() -> None:
    assert _odd_part(Node("null", (Atom("x"),) * (NODES - 1)), 1) is None
    assert type(_odd_part(Node("null", (Atom("x"),) * NODES), 1)) is TooLarge


@pytest.mark.parametrize(
    "name",
    ["Lean", "Lean.Meta.run", "IO", "IO.println", "System", "EIO.x", "BaseIO.x", "ST.x", "EST.x", "Lake.x", "Task.spawn",
     "Runtime.x", "USize", "USize.size", "ISize.x",
     "sorryAx", "ofReduceBool", "x.ofReduceNat", "reduceBool", "a.reduceNat.b", "trustCompiler", "lcProof", "lcAny",
     "lcUnreachable", "lcCast", "dbgTrace", "dbgTraceVal", "dbgTraceIfShared", "dbgStackTrace", "dbgSleep", "panic",
     "panicCore", "panicWithPos", "panicWithPosWithDecl",
     "implemented_by", "csimp", "extern", "ptrAddr", "ptrEq", "withPtrEq", "withPtrAddr", "runtime",
     "unsafeCast", "a.unsafeIO", "UnsafeX", "x.y.unSafe"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert body(ident(name)) is ProofForbidden


@pytest.mark.parametrize(
    "name", ["x", "Old.shadow1", "h.1", "x.Lean", "a.IO", "Leans", "α", "x₁", "x'", "x!", "x?", "_x", "a.b.c1", ""]
)
def test_other_names_pass(name: str) -> None:
    assert body(ident(name)) is None


def test_a_name_is_what_was_written_and_an_identifier() -> None:
    odd = (Ident("a", "b"), Ident("", "a"), Ident("a", ""), ident("1"), ident("a."), ident(".a"), ident("a..b"), ident("«a»"),
           ident("a\n"), ident("a✝"), ident("a b"))  # fmt: skip
    for name in odd:
        assert body(name) is ProofForbidden, name


ARITH = ident("arith")


def test_options_are_listed_and_have_plain_values() -> None:
    assert "arith" in allowed().options
    for sign in "+-":
        assert body(Node(TACTIC + "posConfigItem", (Atom(sign), ARITH))) is None
        assert body(Node(TACTIC + "negConfigItem", (Atom(sign), ident("native")))) is ProofForbidden
    for value in (Node("num", (Atom("1"),)), ident("true"), ident("false")):
        given = (Atom("("), ARITH, Atom(":="), value, Atom(")"))
        assert body(Node(TACTIC + "valConfigItem", given)) is None
        assert body(Node(TACTIC + "valConfigItem", (given[0], ident("native"), *given[2:]))) is ProofForbidden
        assert body(Node(TACTIC + "valConfigItem", given[:4])) is ProofForbidden
    for value in (ident("n"), Node(TERM + "byTactic", ()), Atom("1"), Ident("true", "x")):
        assert body(Node(TACTIC + "valConfigItem", (Atom("("), ARITH, Atom(":="), value, Atom(")")))) is ProofForbidden
    for kind in ("posConfigItem", "negConfigItem", "valConfigItem"):
        assert body(Node(TACTIC + kind, ())) is ProofForbidden
        assert body(Node(TACTIC + kind, (Atom("!"), ARITH))) is ProofForbidden


def test_decide_has_no_options() -> None:
    option = Node(TACTIC + "configItem", (Node(TACTIC + "posConfigItem", (Atom("+"), ARITH)),))
    assert body(Node(TACTIC + "decide", (Atom("decide"), Node(TACTIC + "optConfig", (NULL,))))) is None
    assert body(Node(TACTIC + "decide", (Atom("decide"), Node(TACTIC + "optConfig", (option,))))) is ProofForbidden
    assert body(Node(TACTIC + "simp", (Atom("simp"), Node(TACTIC + "optConfig", (option,))))) is None


# -- statements of lemmas -------------------------------------------------------------------------------------------------------


def test_a_head_that_is_not_what_was_written_is_refused_by_itself() -> None:
    for odd in (Ident("a", "b"), Ident("accepted", "a"), Ident("a", "accepted")):
        with pytest.raises(Refusal) as refused:
            _head(declared(odd, signature=PINNED), 4)
        assert (type(refused.value.reason), refused.value.reason.where) == (ProofForbidden, "proof.lean:4")


def proposition(alone: Tree | None, held: Tree | None) -> type[Reason] | None:
    """Judge the statement `t`, that reads as one tree alone and as another in a declaration."""
    trees: dict[tuple[str, str], Tree] = {}
    if alone is not None:
        trees["term", "t"] = alone
    if held is not None:
        signature = Node(COMMAND + "optDeclSig", ())
        value = Node(COMMAND + "declValSimple", (Atom(":="), held, NULL))
        trees["command", "def Statement : Prop :=\n  t\n"] = declared(ident("Statement"), "definition", signature, value=value)
    try:
        check_proposition(cast("Session", Reads(trees)), 7, "t")
    except Refusal as refusal:
        found = refusal.reason
    else:
        return None
    assert found.where == "proof.lean:1"
    return type(found)


def test_a_statement_reads_in_a_declaration_as_it_does_alone() -> None:
    term = Node(TERM + "app", (ident("p"), ident("x")))
    assert proposition(term, term) is None
    assert proposition(term, ident("p")) is ProofForbidden
    assert proposition(term, None) is ProofForbidden
    assert proposition(None, term) is ProofForbidden


def test_a_statement_holds_no_tactics_and_nothing_that_a_proof_may_not_hold() -> None:
    for part in (Node(TACTIC + "exact", ()), Node(TERM + "byTactic", ()), Node("choice", ()), ident("sorryAx")):
        for term in (part, Node(TERM + "app", (ident("p"), part))):
            assert proposition(term, term) is ProofForbidden


# -- characters -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["@[", "set_option", "native_decide", "run_tac", "unsafe", "sorry", "_root_", "%[", "xsorryx"])
def test_each_banned_text_is_refused_anywhere(word: str) -> None:
    assert refused_text(f"-- {word}") is ProofForbidden


@pytest.mark.parametrize(
    "word", ["open", "import", "macro", "syntax", "notation", "elab", "axiom", "opaque", "attribute", "extern"]
)
def test_each_banned_word_is_refused_as_a_word(word: str) -> None:
    assert refused_text(f"x {word} y") is ProofForbidden
    assert refused_text(f"\n\n({word})") is ProofForbidden
    assert refused_text(f"x{word}x") is None


def refused_text(text: str) -> type[Reason] | None:
    try:
        check_text(text, DEFAULT)
    except Refusal as refusal:
        return type(refusal.reason)
    return None


def test_each_kind_of_bracket_counts() -> None:
    for opening, closing in ("()", "[]", "{}", "⟨⟩", "‹›", "⦃⦄"):
        assert refused_text(opening * 100 + closing * 100) is None
        assert refused_text(opening * 101) is TooLarge
        assert refused_text(f"{opening}{closing}" * 200) is None
    assert refused_text("(\n" * 101) is TooLarge


def test_a_text_as_long_as_the_limit_passes() -> None:
    assert refused_text(" " * DEFAULT.proof_bytes) is None
    assert refused_text(" " * (DEFAULT.proof_bytes + 1)) is TooLarge
    assert refused_text("α" * (DEFAULT.proof_bytes // 2 + 1)) is TooLarge
