"""The rules by which expressions are rewritten: each says that two expressions are equal, and carries its proof.

A rule is written as Python, and everything is made from that text: the pattern that an e-graph looks for, the theorem that Lean
checks, and what is run on random inputs. The letters and their types are those of `verify/rule.py`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from loop.bit_streams import bit_lines
from verify import ir
from verify.ir import Expr
from verify.lean_expr import condition, field, lean_type, plain, value
from verify.rule import INTS, LITERALS, SCOPE, read_over
from verify.rule import Rule as Stated

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
    def stated(self) -> Stated:
        """What it says, as the graph holds it."""
        return Stated(self.name, self.left, self.right, self.where)


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
    return read_over(text, _SCOPE)


def lean_text(rule: Rule | Bound) -> str:
    """Return a rule as a theorem with its proof. Raises ValueError where its proof is to be by automata, and none decides it."""
    if isinstance(rule, Rule):
        return accepted(rule).replace("theorem accepted : Statement", f"theorem rule_{rule.name} : {rule.stated.statement}", 1)
    term = parsed(rule.term)
    ends = [(parsed(rule.low), term)] if rule.low else [(term, parsed(rule.high))]
    due = " ∧ ".join(f"{value(a, plain)} ≤ {value(b, plain)}" for a, b in ends)
    used = frozenset[str]().union(*(ir.variables(e) for pair in ends for e in pair), *map(ir.variables, rule.conditions))
    over = "".join(f" ({field(n)} : {lean_type(rule.scope[n])})" for n in rule.scope if n in used)
    given = "".join(f" (h{i} : {condition(c, plain)})" for i, c in enumerate((*rule.given, *rule.conditions)))
    return f"theorem rule_{rule.name}{over}{given} : {due} := by\n  {_script(rule, due)}\n"


def accepted(rule: Rule) -> str:
    """Return the proof of what a rule states, as a lemma's proof is written. Raises ValueError as `lean_text` does."""
    names = " ".join([*map(field, rule.stated.letters), *(f"h{i}" for i in range(len(rule.where)))])
    return f"theorem accepted : Statement := by\n  intro {names}\n  {_script(rule, rule.stated.equation)}\n"


def _script(rule: Rule | Bound, due: str) -> str:
    if rule.proof != BITS:
        return rule.proof
    given = [(f"h{i}", condition(c, plain)) for i, c in enumerate(rule.conditions)] if isinstance(rule, Rule) else []
    lines = bit_lines(due, given)
    if lines is None:
        raise ValueError(f"no automaton proves {rule.name}")
    return "\n  ".join(lines)
