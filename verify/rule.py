"""Decides: what a rewrite rule is: its file -> Rule -> the lemma that says it.

A rule says that two expressions of the language are equal wherever its conditions hold. It is written as Python over letters of
fixed types, and its lemma is printed from that text. The lemma is about Lean's total functions, so in it `x // 0` is 0, and
`x % 0` is `x`; whoever rewrites with a rule has what came of it judged as anything else.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from verify import ir
from verify.canonical import Data, Digest, digest, digest_bytes, from_json, to_json
from verify.ir import Expr
from verify.lean_expr import condition, field, lean_type, plain, value
from verify.lemma import NAME, Lemma
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.reasons import Malformed, Refusal
from verify.source import to_source

RULE_FILE: Final = "rule.json"
INTS: Final = ("x", "y", "z")
LITERALS: Final = ("c", "d")
"""ints that are literals where the rule is used"""
BOOLS: Final = ("p", "q", "r")
LISTS: Final = ("xs", "ys")
SCOPE: Final[Mapping[ir.Name, ir.Type]] = {
    **dict.fromkeys((*INTS, *LITERALS), "int"), **dict.fromkeys(BOOLS, "bool"), **dict.fromkeys(LISTS, ir.ListOf("int")),
}  # fmt: skip
"""the letters that a rule may have, with their types"""


@dataclass(frozen=True, slots=True)
class Rule:
    """`left` is `right` where each of the conditions `where` holds; all are Python over the letters of SCOPE."""

    name: str
    left: str
    right: str
    where: tuple[str, ...] = ()

    @property
    def digest(self) -> Digest:
        """The name of what it says; two rules with one such digest differ in name or proof at most."""
        return digest("rule", {"left": self.left, "right": self.right, "where": list(self.where)})

    @property
    def sides(self) -> tuple[Expr, Expr]:
        """Both expressions. Raises Refusal."""
        return read(self.left), read(self.right)

    @property
    def letters(self) -> tuple[ir.Name, ...]:
        """The letters that stand in it, in the order of SCOPE. Raises Refusal."""
        used = frozenset[str]().union(*map(ir.variables, (*self.sides, *map(read, self.where))))
        return tuple(n for n in SCOPE if n in used)

    @property
    def equation(self) -> str:
        """What it says where its conditions hold, in Lean. Raises Refusal."""
        left, right = self.sides
        text, sign = (condition, "↔") if left.type == "bool" else (value, "=")
        return f"{text(left, plain)} {sign} {text(right, plain)}"

    @property
    def statement(self) -> str:
        """The proposition that the rule is, as one Lean term: over its letters, named as `field` names them, and h0, h1, ...

        Raises Refusal: Malformed where the sides are of two types or no letter stands in it, or as the reader and the printer do.
        """
        left, right = self.sides
        conditions = [read(c) for c in self.where]
        if left.type != right.type:
            raise _malformed("its sides are of two types")
        if wrong := next((w for w, c in zip(self.where, conditions, strict=True) if c.type != "bool"), None):
            raise _malformed(f"its condition {wrong[:60]!a} is not one")
        if not self.letters:
            raise _malformed("no letter stands in it")
        over = "".join(f" ({field(n)} : {lean_type(SCOPE[n])})" for n in self.letters)
        given = "".join(f" (h{i} : {condition(c, plain)})" for i, c in enumerate(conditions))
        return f"∀{over}{given}, {self.equation}"

    def lemma(self, proof: str) -> Lemma:
        """Return the lemma that says it, with a proof. Raises Refusal as `statement` does."""
        return Lemma(self.name, "", self.statement, proof)


@cache
def read(text: str) -> Expr:
    """Return an expression over the letters; an int or a list of ints where it can be one, else a condition. Raises Refusal."""
    return read_over(text, SCOPE)


def read_over(text: str, scope: Mapping[ir.Name, ir.Type]) -> Expr:
    """Return an expression over other letters, as `read` does. Raises Refusal."""
    source = to_source(text.encode(), RULE_FILE, DEFAULT)
    match source.tree.body:
        case [ast.Expr(value=node)]:
            pass
        case _:
            raise _malformed(f"{text[:60]!a} is not one expression")
    kinds: tuple[ir.Type, ...] = ("int", ir.ListOf("int"))
    for kind in kinds:
        try:
            return to_expression(source, node, scope, kind)
        except Refusal:
            continue
    return to_expression(source, node, scope, "bool")


def rule_to_bytes(rule: Rule) -> bytes:
    """Return the bytes of a rule's file."""
    return to_json({"left": rule.left, "right": rule.right, "where": list(rule.where)})


def rule_from_bytes(name: str, content: bytes) -> Rule:
    """Read what `rule_to_bytes` wrote. Raises Refusal(Malformed)."""
    if not NAME.fullmatch(name):
        raise _malformed(f"its name {name[:60]!a} is not one of letters, digits and underscores")
    try:
        data = from_json(content)
    except ValueError as error:
        raise _malformed(str(error)) from None
    match data:
        case {"left": str(left), "right": str(right), "where": list(where), **rest} if not rest and _texts(where):
            return Rule(name, left, right, tuple(map(str, where)))
    raise _malformed("it is not a mapping of `left`, `right` and `where`, a list of conditions")


def rule_binding(rule: Rule, statement: bytes, proof: bytes) -> dict[str, Digest | int | None]:
    """Return the fields of a certificate that say which rule was proved: what it says takes the place of spec and program."""
    return {
        "spec": rule.digest,
        "implementation": digest("rule", {"name": rule.name}),
        "old": None,
        "statement": digest_bytes(statement),
        "proof": digest_bytes(proof),
        "order": None,
        "slack": 0,
    }


def _texts(items: list[Data]) -> bool:
    return all(isinstance(i, str) for i in items)


def _malformed(what: str) -> Refusal:
    do = "Write both sides and the conditions in Python, over the letters x y z c d, p q r, xs ys."
    return Refusal(Malformed(what=f"the rule is malformed: {what}.", where=RULE_FILE, do=do))
