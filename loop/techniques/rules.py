"""The rules by which expressions are rewritten: each says that two expressions are equal, and carries its proof.

A rule is written as Python, and everything is made from that text: the pattern that an e-graph looks for, the theorem that Lean
checks, and what is run on random inputs. The letters have fixed types: `x y z` are ints, `c d` ints that are literals where the
rule is used, `p q r` bools, `xs ys` lists of ints.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from loop.bit_streams import bit_lines
from verify import ir
from verify.ir import Expr
from verify.lean_expr import condition, field, lean_type, plain, value
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.reasons import Refusal
from verify.source import to_source

INTS: Final = ("x", "y", "z")
LITERALS: Final = ("c", "d")
BOOLS: Final = ("p", "q", "r")
LISTS: Final = ("xs", "ys")
SCOPE: Final[dict[ir.Name, ir.Type]] = {
    **dict.fromkeys((*INTS, *LITERALS), "int"), **dict.fromkeys(BOOLS, "bool"), **dict.fromkeys(LISTS, ir.ListOf("int")),
}  # fmt: skip
_SCOPE: Final[dict[ir.Name, ir.Type]] = {
    **SCOPE, **{f"{v}_{end}": "int" for v in (*INTS, *LITERALS) for end in ("low", "high")},
}  # fmt: skip
BITS: Final = "bits"
"""stands for a proof by automata over bits, which `loop/bit_streams.py` finds"""
PLAIN: Final = "first | rfl | omega | (simp; done) | grind"


@dataclass(frozen=True, slots=True)
class Rule:
    """`left` may be written as `right`, where each of the conditions `where` holds; the other way as well if it is `both`."""

    name: str
    left: str
    right: str
    where: tuple[str, ...] = ()
    proof: str = PLAIN
    both: bool = False

    @property
    def sides(self) -> tuple[Expr, Expr]:
        """Both expressions."""
        return parsed(self.left), parsed(self.right)

    @property
    def conditions(self) -> tuple[Expr, ...]:
        """The conditions."""
        return tuple(map(parsed, self.where))

    @property
    def variables(self) -> tuple[ir.Var, ...]:
        """The letters that occur."""
        used = frozenset[str]().union(*map(ir.variables, (*self.sides, *self.conditions)))
        return tuple(ir.Var(n, t) for n, t in SCOPE.items() if n in used)


@dataclass(frozen=True, slots=True)
class Bound:
    """`term` is at least `low`, or at most `high`, which are over the bounds of its letters: `x_low <= x <= x_high`."""

    name: str
    term: str
    low: str = ""
    high: str = ""
    where: tuple[str, ...] = ()
    proof: str = PLAIN

    @property
    def conditions(self) -> tuple[Expr, ...]:
        """What must hold of the bounds."""
        return tuple(map(parsed, self.where))

    @property
    def scope(self) -> dict[ir.Name, ir.Type]:
        """The letters and their bounds."""
        return _SCOPE

    @property
    def given(self) -> tuple[Expr, ...]:
        """What the bounds that it speaks of are: `x_low <= x`."""
        texts = [f"{n} <= {n[:-4]}" if n.endswith("_low") else f"{n[:-5]} <= {n}" for n in self.ends]
        return tuple(map(parsed, texts))

    @property
    def ends(self) -> tuple[ir.Name, ...]:
        """The bounds of letters that it speaks of."""
        used = frozenset[str]().union(*(ir.variables(parsed(t)) for t in (self.low or self.high, *self.where)))
        return tuple(sorted(n for n in used if "_" in n))


@cache
def parsed(text: str) -> Expr:
    """Return an expression over the letters, and over the bounds of ints among them. Raises Refusal."""
    source = to_source(text.encode(), "rule", DEFAULT)
    node = source.tree.body[0].value  # type: ignore[attr-defined]  # a line with an expression
    kinds: tuple[ir.Type, ...] = ("int", ir.ListOf("int"))
    for kind in kinds:
        try:
            return to_expression(source, node, _SCOPE, kind)
        except Refusal:
            continue
    return to_expression(source, node, _SCOPE, "bool")


def lean_text(rule: Rule | Bound) -> str:
    """Return a rule as a theorem with its proof."""
    if isinstance(rule, Rule):
        left, right = rule.sides
        sign = "↔" if left.type == "bool" else "="
        text = condition if left.type == "bool" else value
        due = f"{text(left, plain)} {sign} {text(right, plain)}"
        hypotheses = [condition(c, plain) for c in rule.conditions]
        variables = rule.variables
    else:
        term = parsed(rule.term)
        ends = [(parsed(rule.low), term)] if rule.low else [(term, parsed(rule.high))]
        due = " ∧ ".join(f"{value(a, plain)} ≤ {value(b, plain)}" for a, b in ends)
        used = frozenset[str]().union(*(ir.variables(e) for pair in ends for e in pair), *map(ir.variables, rule.conditions))
        variables = tuple(ir.Var(n, rule.scope[n]) for n in rule.scope if n in used)
        hypotheses = [condition(c, plain) for c in (*rule.given, *rule.conditions)]
    over = "".join(f" ({field(v.name)} : {lean_type(v.type)})" for v in variables)
    given = "".join(f" (h{i} : {h})" for i, h in enumerate(hypotheses))
    return f"theorem rule_{rule.name}{over}{given} : {due} := by\n  {_proof(rule, due)}\n"


def _proof(rule: Rule | Bound, due: str) -> str:
    if rule.proof != BITS:
        return rule.proof
    lines = bit_lines(due)
    if lines is None:
        raise ValueError(f"no automaton proves {rule.name}")
    return "\n  ".join(lines)
