"""What a contract says of the order of a list, and the lemmas that searches in such a list rest on."""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Template
from typing import Final

from loop.techniques.written import binders
from verify import ir
from verify.gates.bounds import conjuncts
from verify.ir import Expr, ListOf, Program, Relation, Var
from verify.lean_expr import field as lean_name
from verify.lean_expr import plain, value

TURNED: Final[dict[Relation, Relation]] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
"""what a relation is called from the other side"""
DENIED: Final[dict[Relation, Relation]] = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
SIGNS: Final[dict[Relation, str]] = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥"}

LEMMAS: Final = """theorem in_order $binders (h : Pre $parameters) :
    ∀ i : Int, 0 ≤ i → i + 1 < ($xs.length : Int) → item $xs i $sign item $xs (i + 1) := by
  simp only [Pre] at h
  intro i i0 i1
  $order

theorem apart (xs : List Int) (h : ∀ i : Int, 0 ≤ i → i + 1 < (xs.length : Int) → item xs i $sign item xs (i + 1)) (i : Int)
    (i0 : 0 ≤ i) (d : Nat) : i + d < xs.length → item xs i $sign item xs (i + d) := by
  induction d with
  | zero => intro _; simp
  | succ d ih =>
    intro l
    have a := ih (by omega)
    have b := h (i + d) (by omega) (by omega)
    have e : i + ((d + 1 : Nat) : Int) = i + d + 1 := by omega
    rw [e]
    omega

theorem few (w : Nat) : ∃ d : Nat, (w : Int) < 2 ^ d ∧ $turn * (d : Int) ≤ w + $spread := by
  induction w using Nat.strongRecOn with
  | ind w ih =>
    by_cases s : w < 64
    · exact ⟨6, by omega, by omega⟩
    · obtain ⟨d, a, b⟩ := ih (w / 2) (by omega)
      refine ⟨d + 1, ?_, by omega⟩
      rw [Int.pow_succ]
      omega
"""
"""the last one says that halving takes few turns, each of which costs `turn` ticks at most"""
BY_PLACE: Final = """have m : i - ($offset) ∈ upto $start $stop := mem_upto.mpr ⟨by omega, by omega⟩
  grind"""


@dataclass(frozen=True, slots=True)
class Order:
    """A list that a contract says to rise, or to fall; `proof` is how that is read off it in Lean."""

    xs: Var
    rises: bool
    strictly: bool
    proof: str

    @property
    def sign(self) -> str:
        """How an element stands to the next one, at most."""
        return "≤" if self.rises else "≥"

    def is_first(self, relation: Relation) -> bool:
        """Say whether elements that stand so to a value come before all others."""
        return relation in (("lt", "le") if self.rises else ("gt", "ge"))

    def lemmas(self, program: Program, turn: int) -> str:
        """Return lemmas: that the list is in order, on which elements apart are, and of the turns of halving."""
        names = " ".join(lean_name(p.name) for p in program.parameters)
        return Template(LEMMAS).substitute(
            binders=binders(program.parameters), parameters=names, xs=lean_name(self.xs.name), sign=self.sign,
            order=self.proof, turn=turn, spread=6 * turn,
        )  # fmt: skip


def order_of(require: Expr, program: Program) -> Order | None:
    """Return the order of the first list that a contract puts in one, and that is never assigned anew."""
    fixed = {p.name for p in program.parameters} - ir.writes(program.body)
    return next((o for e in conjuncts(require) for o in _orders(e) if o.xs.name in fixed), None)


def _orders(e: Expr) -> Iterator[Order]:
    """Yield the order that one condition puts a list in."""
    match e:
        case ir.Unary("not", ir.Fold("any", ir.Each(ir.Compare((a, b), (relation,)) as test, variable, source, None))):
            said = ir.Compare(test.operands, (DENIED[relation],))
            yield from _orders(ir.Fold("all", ir.Each(said, variable, source, None)))
        case ir.Fold("all", ir.Each(ir.Compare((a, b), (relation,)), variable, ir.Span(start, stop, ir.Const(1)), None)):
            match a, b:
                case (ir.Item(Var(n, ListOf("int")) as xs, first), ir.Item(Var(m), second)) if n == m:
                    yield from _neighbours(xs, (first, second), relation, variable, (start, stop))


def _neighbours(
    xs: Var, places: tuple[Expr, Expr], relation: Relation, variable: Var, reach: tuple[Expr, Expr]
) -> Iterator[Order]:
    """Yield the order that is said of two places next to each other, over a range of a variable."""
    one, other = (offset(p, variable) for p in places)
    if one is None or other is None or abs(one - other) != 1 or relation in ("eq", "ne"):
        return
    least, (start, stop) = min(one, other), reach
    if start == ir.Const(-least) and offset(stop, ir.Length(xs)) == -1 - least:
        said = relation if one < other else TURNED[relation]
        ends = {"start": value(start, plain), "stop": value(stop, plain)}
        proof = Template(BY_PLACE).substitute(ends, offset=least)
        yield Order(xs, said in ("lt", "le"), said in ("lt", "gt"), proof)


def offset(e: Expr, base: Expr) -> int | None:
    """Return by which literal an expression is more than another; None where it is no such sum."""
    match e:
        case ir.Binary("add", left, ir.Const(c)) | ir.Binary("add", ir.Const(c), left) if left == base:
            return int(c)
        case ir.Binary("sub", left, ir.Const(c)) if left == base:
            return -int(c)
    return 0 if e == base else None
