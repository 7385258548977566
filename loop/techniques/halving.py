"""Halving: the loop that finds how many elements of an ordered list come before a value, and what is proved of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template
from types import MappingProxyType
from typing import Final

from loop.simplify import static_cost
from loop.techniques.claim_facts import Noted
from loop.techniques.ordered import SIGNS
from verify import ir
from verify.ir import Block, Expr, Name, Relation, Type, Var
from verify.lean_expr import condition, lean_type, plain, value
from verify.lean_expr import field as lean_name
from verify.shape import Shape, slot

NAMES: Final = ("low", "high", "middle")
ASKED, HALF, MOVED = 2, 6, 1
"""ticks of asking whether two ends are apart, of comparing the element between them, and of the cheaper move"""
LEMMAS: Final = """def spent : Nat → Nat → Nat → Nat
  | 0, _, _ => $asked
  | d + 1, w, k => if w = 0 then $asked else if w / 2 < k then $turn + 1 + spent d (w - w / 2 - 1) (k - w / 2 - 1)
      else $turn + spent d (w / 2) k

theorem spent_none (d k : Nat) : spent d 0 k = $asked := by
  cases d <;> simp [spent]

theorem spent_most (d : Nat) : ∀ w k : Nat, spent d w k ≤ $asked + $turn * d + k := by
  induction d with
  | zero => intro w k; simp only [spent]; omega
  | succ d ih =>
    intro w k
    have a := ih (w - w / 2 - 1) (k - w / 2 - 1)
    have b := ih (w / 2) k
    rw [spent]
    split
    · omega
    · split <;> omega

theorem halve $binders (g : 0 ≤ $low ∧ $low ≤ $high ∧ $high ≤ $xs.length$inside)
    (before : ∀ i : Int, 0 ≤ i → i + 1 = $low → item $xs i $sign $t) (after : $high < $xs.length → ¬item $xs $high $sign $t)
    (d : Nat) (w : $high - $low < 2 ^ d) : $low ≤ ($at).$low ∧ ($at).$low ≤ $high ∧
    (∀ i : Int, 0 ≤ i → i + 1 = ($at).$low → item $xs i $sign $t) ∧ (($at).$low < $xs.length → ¬item $xs ($at).$low $sign $t) ∧
    ($at).ticks ≤ spent d ($high - $low).toNat (($at).$low - $low).toNat := by
  fun_induction $at generalizing d with
  | case1 $moving c p ih =>
    obtain ⟨d, rfl⟩ : ∃ e, d = e + 1 := by
      cases d with
      | zero => simp at w; omega
      | succ d => exact ⟨d, rfl⟩
    rw [Int.pow_succ] at w
    have r := ih (by first | omega | grind) (by
      intro i _ e
      rw [show i = ($low + $high) / 2 by omega]
      exact p) after d (by omega)
    have u : ∀ z : Int, z - (($low + $high) / 2 + 1) = z - $low - ($high - $low) / 2 - 1 := by omega
    have v : spent (d + 1) ($high - $low).toNat (($after).$low - $low).toNat = $turn + 1 +
        spent d ($high - (($low + $high) / 2 + 1)).toNat (($after).$low - (($low + $high) / 2 + 1)).toNat := by
      rw [spent, if_neg (by omega), if_pos (by omega)]
      congr 2 <;> omega
    dsimp only
    refine ⟨by omega, by omega, r.2.2.1, r.2.2.2.1, ?_⟩
    omega
  | case2 $moving c p ih =>
    obtain ⟨d, rfl⟩ : ∃ e, d = e + 1 := by
      cases d with
      | zero => simp at w; omega
      | succ d => exact ⟨d, rfl⟩
    rw [Int.pow_succ] at w
    have r := ih (by first | omega | grind) before (fun _ => p) d (by omega)
    have v : spent (d + 1) ($high - $low).toNat (($earlier).$low - $low).toNat = $turn +
        spent d ((($low + $high) / 2) - $low).toNat (($earlier).$low - $low).toNat := by
      rw [spent, if_neg (by omega), if_neg (by omega)]
      congr 2 <;> omega
    dsimp only
    refine ⟨r.1, by omega, r.2.2.1, r.2.2.2.1, ?_⟩
    omega
  | case3 $moving c =>
    have e : $high = $low := by omega
    have z : spent d ($high - $low).toNat ($low - $low).toNat = $asked := by
      rw [show ($high - $low).toNat = 0 by omega, spent_none]
    dsimp only
    refine ⟨by omega, by omega, before, by rw [e] at after; exact after, ?_⟩
    omega
"""
"""ticks of a halving by its width and by how many elements it passes, and where it ends"""


def halving(index: int, xs: Var, of: Expr, relation: Relation, names: Sequence[Name]) -> Block:
    """Return statements after which the first name holds how many elements stand so to a value, where these come first."""
    low, high, middle = (Var(n, "int") for n in names)
    begin = ir.Assign((low.name, high.name), (ir.Const(0), ir.Length(xs)))
    half = ir.Binary("floordiv", ir.Binary("add", low, high), ir.Const(2))
    test = ir.Compare((ir.Item(xs, middle), of), (relation,))
    moved = ir.If(test, (ir.Assign((low.name,), (ir.plus_constant(middle, 1),)),), (ir.Assign((high.name,), (middle,)),))
    return begin, ir.While(index, ir.Compare((low, high), ("lt",)), (ir.Assign((middle.name,), (half,)), moved))


def turn_of(of: Expr) -> int:
    """Return the ticks of a turn that lowers the upper end; the other one costs one more."""
    return ASKED + HALF + MOVED + static_cost(of)


def spent(turn: int, width: int, k: int) -> int:
    """Return the ticks of halving a width where so many elements are passed."""
    ticks = ASKED
    while width > 0:
        half, ticks = width // 2, ticks + turn
        width, k, ticks = (width - half - 1, k - half - 1, ticks + 1) if half < k else (half, k, ticks)
    return ticks


@dataclass(frozen=True, slots=True)
class Halved:
    """The first loop of a new version, which is a halving."""

    side: Noted
    xs: Var
    of: Expr
    relation: Relation
    turn: int

    @property
    def shape(self) -> Shape:
        """What the loop is in Lean."""
        return self.side.shapes[min(self.side.shapes)]

    @property
    def names(self) -> tuple[Name, Name, Name]:
        """The names of the two ends, and of what is between them."""
        match self.shape.loop:
            case ir.While(test=ir.Compare((ir.Var(low), ir.Var(high)), ("lt",)), body=(ir.Assign((middle,)), *_)):
                return low, high, middle
        raise TypeError("the new version's loop asks whether two ends are apart")

    def end(self, arguments: Sequence[str]) -> str:
        """Return how many elements come first, in Lean, by what the loop's shadow is applied to."""
        return f"(New.shadow{self.shape.index} {' '.join(arguments)}).{lean_name(self.names[0])}"

    def lemma(self) -> str:
        """Return the lemmas about the loop; the last one is `halve`."""
        low, high, middle = self.names
        half = f"(({lean_name(low)} + {lean_name(high)}) / 2)"
        own = self.shape
        return Template(LEMMAS).substitute(
            binders=typed(own, self.side.types), at=call(own, "New"), low=lean_name(low), high=lean_name(high),
            xs=lean_name(self.xs.name), t=f"({value(self.of, plain)})", sign=SIGNS[self.relation],
            inside="" if own.invariant == ir.TRUE else f" ∧ {condition(own.invariant, plain)}", asked=ASKED, turn=self.turn,
            after=call(own, "New", {low: f"({half} + 1)", middle: half}), earlier=call(own, "New", {high: half, middle: half}),
            moving=" ".join(lean_name(n) for n in own.arguments if n in own.written),
        )  # fmt: skip


def typed(shape: Shape, types: Mapping[Name, Type]) -> str:
    """Return the arguments of a loop's shadow with their types."""
    return " ".join(f"({slot(n)} : {lean_type(types[n])})" for n in shape.arguments)


def call(shape: Shape, space: str, terms: Mapping[Name, str] = MappingProxyType({})) -> str:
    """Return a loop's shadow applied to its arguments, or to the terms that stand for them."""
    return " ".join([f"{space}.shadow{shape.index}", *(terms.get(n, slot(n)) for n in shape.arguments)])
