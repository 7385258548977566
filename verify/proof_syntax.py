"""Refuses only: a proof's text that holds more than plain theorems and definitions in plain tactics.

Lean's own parser reads each declaration, in an environment that has never seen a candidate's text, and every node kind of the
tree must be listed in `syntax_allowed.toml`. Before that a filter over characters, which knows no Lean at all. What passes
here has proved nothing: the audit of the kernel gate decides.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verify.limits import Limits
from verify.proof import PROOF_FILE, Declaration
from verify.reasons import ProofForbidden, Reason, Refusal, TooLarge, WrongTheorem
from verify.session import Atom, Ident, Missing, Node, Session, SyntaxFault, Tree, walk

LAST: Final = "accepted"
"""the name of the last declaration; the first one, and those between, are called otherwise"""
RESERVED: Final = frozenset({LAST, "Statement", "statement_of", "QED", "Proof", "Old", "New", "Pre", "Post"})
NESTING: Final = 100
"""deepest nesting of brackets; Lean's parser recurses, and its stack is small"""
NODES: Final = 100_000
"""most nodes in the tree of one declaration"""

_SYMBOLS: Final = "∀∃λ→←↔∧∨¬≤≥≠∣×⟨⟩·▸∘∈∉↑↓⊢↦‹›⦃⦄₀₁₂₃₄₅₆₇₈₉"
_GREEK: Final = "αβγδεζηθικμνξοπρςστυφχψω"
_CHARACTERS: Final = frozenset({"\n", *map(chr, range(0x20, 0x7F)), *_SYMBOLS, *_GREEK}) - frozenset('#`"$\\')
_BANNED: Final = ("@[", "set_option", "native_decide", "run_tac", "unsafe", "sorry", "_root_", "%[")
_BANNED_WORDS: Final = re.compile(r"\b(open|import|macro|syntax|notation|elab|axiom|opaque|attribute|extern)\b")
_OPENING: Final = "([{⟨‹⦃"
_CLOSING: Final = ")]}⟩›⦄"

_LETTER: Final = "A-Za-z_" + _GREEK
_PART: Final = f"[{_LETTER}][{_LETTER}0-9'!?₀-₉]*"
_IDENTIFIER: Final = re.compile(rf"{_PART}(\.({_PART}|[0-9]+))*")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_']*")
_FIRST: Final = frozenset({"Lean", "IO", "System", "EIO", "BaseIO", "ST", "EST", "Lake", "Task", "Runtime", "USize", "ISize"})
"""namespaces of meta-programming, of the outer world and of the machine's word size; no proof needs them"""
_ANYWHERE: Final = frozenset({
    "sorryAx", "ofReduceBool", "ofReduceNat", "reduceBool", "reduceNat", "trustCompiler", "lcProof", "lcAny", "lcUnreachable",
    "lcCast", "dbgTrace", "dbgTraceVal", "dbgTraceIfShared", "dbgStackTrace", "dbgSleep", "panic", "panicCore", "panicWithPos",
    "panicWithPosWithDecl", "implemented_by", "csimp", "extern", "ptrAddr", "ptrEq", "withPtrEq", "withPtrAddr", "runtime",
})  # fmt: skip
_COMMAND: Final = "Lean.Parser.Command."
_TACTIC: Final = "Lean.Parser.Tactic."


@dataclass(frozen=True, slots=True)
class Allowed:
    """What `syntax_allowed.toml` lists: node kinds, and options of tactics, each with why it is safe."""

    kinds: Mapping[str, str]
    options: Mapping[str, str]


@functools.cache
def allowed() -> Allowed:
    """Read the allow-list that stands beside this module. Raises OSError and tomllib.TOMLDecodeError: then nothing passes."""
    with (Path(__file__).parent / "syntax_allowed.toml").open("rb") as stream:
        tables: dict[str, dict[str, str]] = tomllib.load(stream)
    options = tables.pop("options")
    return Allowed({kind: why for table in tables.values() for kind, why in table.items()}, options)


def check_text(text: str, limits: Limits) -> None:
    """Look at the characters alone. Raises Refusal: ProofForbidden, or TooLarge for size and nesting."""
    if len(text.encode(errors="replace")) > limits.proof_bytes:
        raise Refusal(TooLarge(what=f"the proof is longer than {limits.proof_bytes} bytes.", where=PROOF_FILE))
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if stray := next((c for c in line if c not in _CHARACTERS), None):
            raise _forbidden(number, f"the character {stray!a} does not belong in a proof.", "Write ASCII and Lean's symbols.")
        found = next((word for word in _BANNED if word in line), None) or next(iter(_BANNED_WORDS.findall(line)), None)
        if found:
            raise _forbidden(number, f"`{found}` does not belong in a proof, not even in a comment.", "Prove without it.")
        for c in line:
            depth += (c in _OPENING) - (c in _CLOSING)
            if depth > NESTING:
                what = f"the brackets nest deeper than {NESTING} levels."
                raise Refusal(TooLarge(what=what, where=f"{PROOF_FILE}:{number}", do="State lemmas for the parts."))


def check_declarations(session: Session, base: int, parts: tuple[Declaration, ...]) -> None:
    """Look at every declaration of a proof as Lean reads it in `base`.

    Raises Refusal: ProofForbidden, or WrongTheorem unless the last one is `theorem accepted : Statement`; SessionLost as the
    session does.
    """
    names = [check_declaration(session, base, part) for part in parts]
    for part, name in zip(parts, names, strict=True):
        if names.count(name) > 1:
            raise _forbidden(part.line, f"`{name}` is declared twice.", "Give each declaration a name of its own.")
    if LAST not in names[-1:]:
        what = f"the last declaration is `{names[-1]}`; `theorem {LAST} : Statement` is due."
        raise Refusal(WrongTheorem(what=what, where=f"{PROOF_FILE}:{parts[-1].line}"))


def check_declaration(session: Session, base: int, part: Declaration) -> str:
    """Look at one declaration and return its name. Raises as `check_declarations` does."""
    tree = session.parse(base, "command", part.text)
    if isinstance(tree, SyntaxFault):
        said = tree.text.removeprefix("<input>:")[:200]
        raise _forbidden(part.line, f"Lean's parser does not read it as one declaration: {said!a}.", "")
    name = _head(tree, part.line)
    if reason := _odd_part(tree, part.line):
        raise Refusal(reason)
    return name


def check_proposition(session: Session, base: int, text: str) -> None:
    """Look at the statement of a lemma: one term without tactics, which is read in a declaration as it is read alone.

    Raises Refusal(ProofForbidden), or TooLarge; SessionLost as the session does.
    """
    tree = session.parse(base, "term", text)
    if isinstance(tree, SyntaxFault):
        raise _forbidden(1, f"Lean's parser does not read it as one term: {tree.text.removeprefix('<input>:')[:200]!a}.", "")
    if reason := _odd_part(tree, 1):
        raise Refusal(reason)
    if any(isinstance(p, Node) and p.kind.startswith((_TACTIC, "Lean.Parser.Term.byTactic")) for p in walk(tree)):
        raise _forbidden(1, "a statement holds no tactics.", "Write the terms themselves.")
    match session.parse(base, "command", f"def Statement : Prop :=\n  {text}\n"):
        case Node(_, (_, Node("Lean.Parser.Command.definition", (_, _, _, Node(_, (_, held, *_)), *_)))) if held == tree:
            return
    raise _forbidden(1, "in a declaration it does not read as it does alone.", "Put it in parentheses.")


def _forbidden(line: int, what: str, do: str) -> Refusal:
    return Refusal(ProofForbidden(what=what, where=f"{PROOF_FILE}:{line}", do=do))


def _head(tree: Tree, line: int) -> str:
    """Return the name of a declaration that is a theorem or a def, without modifiers, attributes or universes."""
    do = "Write `theorem name ... : ... := ...` or `def name ... := ...`."
    match tree:
        case Node("Lean.Parser.Command.declaration", (Node("Lean.Parser.Command.declModifiers", modifiers), Node(kind, parts))):
            pass
        case _:
            raise _forbidden(line, "it is not a theorem or a def.", do)
    if any(not isinstance(m, Node) or m.children for m in modifiers):
        raise _forbidden(line, "it has modifiers, attributes or a documentation comment.", do)
    if kind not in (_COMMAND + "theorem", _COMMAND + "definition"):
        raise _forbidden(line, f"a `{kind.removeprefix(_COMMAND)}` is not allowed.", do)
    match parts:
        case (Atom(), Node("Lean.Parser.Command.declId", (Ident(name, raw), Node("null", ()))), signature, *_):
            pass
        case _:
            raise _forbidden(line, "its name has universe parameters, or is no name.", do)
    if name != raw or not _NAME.fullmatch(raw):
        raise _forbidden(line, f"`{raw[:60]!a}` is not a name of letters, digits and underscores.", do)
    if name != LAST:
        if name in RESERVED:
            raise _forbidden(line, f"the name `{name}` is taken.", "Choose another one.")
        return name
    match signature:
        case Node(
            "Lean.Parser.Command.declSig",
            (Node("null", ()), Node("Lean.Parser.Term.typeSpec", (Atom(), Ident("Statement", "Statement")))),
        ) if kind == _COMMAND + "theorem":
            return name
    what = f"`{LAST}` is not a theorem with the type `Statement`."
    raise Refusal(WrongTheorem(what=what, where=f"{PROOF_FILE}:{line}", do=f"Write `theorem {LAST} : Statement := ...`."))


def _odd_part(tree: Tree, line: int) -> Reason | None:
    """Return why a tree is refused, None where every part of it is allowed."""
    lists = allowed()
    for count, part in enumerate(walk(tree)):
        if count >= NODES:
            return TooLarge(what=f"its syntax tree has more than {NODES} parts.", where=f"{PROOF_FILE}:{line}")
        match part:
            case Missing():
                odd = "a part that Lean's parser could not read"
            case Ident(name, raw):
                odd = _odd_identifier(name, raw)
            case Node("hygieneInfo", (Ident("", ""),)) | Atom():
                odd = ""
            case Node(kind):
                odd = f"the syntax `{kind}`" if kind not in lists.kinds else _odd_option(part, lists)
        if odd:
            do = "verify/syntax_allowed.toml lists what a proof may hold."
            return ProofForbidden(what=f"{odd} is not allowed in a proof.", where=f"{PROOF_FILE}:{line}", do=do)
    return None


def _odd_identifier(name: str, raw: str) -> str:
    if name == raw == "":  # the parser's mark of hygiene, which no text can write
        return ""
    parts = raw.split(".")
    if name != raw or not _IDENTIFIER.fullmatch(raw):
        return f"the identifier {raw[:60]!a}"
    if parts[0] in _FIRST or not _ANYWHERE.isdisjoint(parts) or any("unsafe" in p.lower() for p in parts):
        return f"the identifier `{raw[:60]}`"
    return ""


def _odd_option(node: Node, lists: Allowed) -> str:
    """Return why an option of a tactic is refused, "" where it is not: Lean runs its value while it elaborates."""
    if node.kind == _TACTIC + "decide":
        if any(isinstance(p, Node) and p.kind == _TACTIC + "configItem" for p in walk(node)):
            return "an option of `decide`"
        return ""
    if node.kind not in (_TACTIC + "posConfigItem", _TACTIC + "negConfigItem", _TACTIC + "valConfigItem"):
        return ""
    match node.children:
        case (Atom("+" | "-"), Ident(name)) if name in lists.options:
            return ""
        case (Atom("("), Ident(name), Atom(":="), Node("num") | Ident("true" | "false"), Atom(")")) if name in lists.options:
            return ""
    return "this option of a tactic"
