"""The proof that a search by doubling and halving finds what counting up finds, for no more ticks but one test."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final

from loop.fit import Poly, horner
from loop.simplify import replaced
from loop.techniques.claim_facts import noted
from loop.techniques.study import Study
from verify import ir
from verify.ir import Expr, Name, Program, Var
from verify.lean_expr import condition, plain, value
from verify.lean_expr import field as lean_name
from verify.shape import Shape

STEP, HALF, ASSIGNED = 3, 3, 2
"""ticks of asking whether two ends are apart, of the number between them, and of giving both a value"""

LEMMAS: Final = """theorem falls ($p k : Int) (k0 : 0 ≤ k) (q : $q_k1) : $q_k := by
  have k2 := Int.mul_nonneg k0 k0
  have k3 := Int.mul_nonneg k2 k0
  grind

theorem below ($p k : Int) (k0 : 0 ≤ k) (d : Nat) : $q_kd → $q_k := by
  induction d with
  | zero => intro q; simpa using q
  | succ d ih =>
    intro q
    apply ih
    apply falls $p (k + d) (by omega)
    have e : k + ((d + 1 : Nat) : Int) = k + (d : Int) + 1 := by omega
    rw [e] at q
    exact q

theorem climb ($p : Int) (d : Nat) : ∀ $moved : Int, 0 ≤ $r → $equations → $inside → ¬$q_rd → (d = 0 ∨ $q_last) →
    ($old).$r = $r + d ∧ (($old).ticks : Int) = $turn * d + $asked := by
  induction d with
  | zero =>
    intro $moved r0 e h stop _
    rw [Old.shadow1, if_neg (by intro c; apply stop; first | (simpa using c) | (simpa using c.2) | grind)]
    simp
  | succ d ih =>
    intro $moved r0 e h stop last
    have f : $r + ((d + 1 : Nat) : Int) = ($r + 1) + (d : Int) := by omega
    have q : $q_r := below $p $r r0 d (by
      have l := last.resolve_left (by omega)
      have g : $r + ((d + 1 : Nat) : Int) - 1 = $r + (d : Int) := by omega
      rw [g] at l; exact l)
    rw [f] at stop last
    have next := ih $following (by omega) (by grind) (by first | trivial | omega | grind) stop (by
      cases d with
      | zero => exact Or.inl rfl
      | succ d => exact Or.inr (last.resolve_left (by omega)))
    rw [Old.shadow1, if_pos (by first | exact ⟨h, q⟩ | exact q | grind)]
    dsimp only
    omega

theorem gallop ($p $low $high : Int) (l : $far ≤ $low) (t : $high = 2 * $low) (q : $q_low) :
    $q_gallop_low ∧ ¬$q_gallop_high ∧ $low ≤ ($gallop).$low ∧ ($gallop).$high = 2 * ($gallop).$low ∧
    (($gallop).ticks : Int) + $low ≤ $tested + ($gallop).$low := by
  fun_induction $gallop with
  | case1 $low $high c ih =>
    have := ih (by omega) rfl (by first | exact c | exact c.2)
    dsimp only
    grind
  | case2 $low $high c =>
    have : 0 ≤ $high * $high := Int.mul_nonneg (by omega) (by omega)
    have : 0 ≤ ($high - 1) * $high := Int.mul_nonneg (by omega) (by omega)
    dsimp only
    grind

theorem halve ($p $low $high $middle : Int) (l : 0 ≤ $low) (b : $low < $high) (q : $q_low) (s : ¬$q_high) :
    ¬$q_halve ∧ $q_before ∧ $low < ($halve).$high ∧ $steps
    (($halve).ticks : Int) ≤ $spread + ($high - $low) := by
  fun_induction $halve with
  | case1 $low $high $middle c d ih =>
    have := ih (by omega) (by omega) d s
    dsimp only
    refine ⟨this.1, this.2.1, ?_⟩
    omega
  | case2 $low $high $middle c d ih =>
    have := ih (by omega) (by omega) q d
    dsimp only
    refine ⟨this.1, this.2.1, ?_⟩
    omega
  | case3 $low $high $middle c =>
    have e : $high - 1 = $low := by omega
    dsimp only
    rw [e]
    refine ⟨s, q, ?_⟩
    omega

theorem alike ($p $moved : Int) (h : $inside) (g : $inside_new) : ($new).$r = ($old).$r ∧ ($new).ticks = ($old).ticks := by
  fun_induction $new with
  | case1 =>
    rename_i c ih
    have i := ih (by first | trivial | omega | grind) (by first | trivial | omega | grind)
    rw [Old.shadow1, if_pos (by first | exact ⟨h, c.2⟩ | exact c | exact c.2 | grind)]
    dsimp only
    omega
  | case2 =>
    rename_i c
    rw [Old.shadow1, if_neg (by first | exact c | grind)]
    exact ⟨rfl, rfl⟩

theorem both ($p : Int) (h : Pre $p) : New.value $p = Old.value $p ∧ New.ticks $p ≤ Old.ticks $p + $slack ∧
    ($q_far → ∃ r : Int, 0 ≤ r ∧ (New.ticks $p : Int) + r ≤ Old.ticks $p ∧ ¬$q_some) := by
  simp only [Pre] at h
  simp only [New.value, New.ticks, New.out, Old.value, Old.ticks, Old.out]
  split
  · rename_i c
    have g := gallop $p $far $twice (by omega) (by omega) (by first | omega | grind)
    have s := halve $p _ _ 0 (by omega) (by omega) g.1 g.2.1
    have u : ($begin : Int) + ((($halved).$high - $begin).toNat : Int) = ($halved).$high := by omega
    have o := climb $p (($halved).$high - $begin).toNat $start (by omega) (by grind) (by first | trivial | omega | grind)
      (by rw [u]; exact s.1) (by right; rw [u]; exact s.2.1)
    have e : (Old.$started).$r = ($halved).$high := by omega
    dsimp only at *
    refine ⟨by first | (rw [e]; done) | omega | grind, by omega, fun _ => ⟨($halved).$high, by omega, by omega, s.1⟩⟩
  · have a := alike $p $start (by first | trivial | omega | grind) (by first | trivial | omega | grind)
    dsimp only
    refine ⟨by first | omega | (rw [a.1]; done) | grind, by omega, fun q => absurd q (by first | assumption | omega | grind)⟩

theorem same ($p : Int) (h : Pre $p) : New.value $p = Old.value $p := (both $p h).1

theorem cost ($p : Int) (h : Pre $p) : New.ticks $p ≤ Old.ticks $p + $slack := (both $p h).2.1

theorem gain : ∀ m : Nat, ∃ ($p : Int), Pre $p ∧ New.ticks $p + m ≤ Old.ticks $p := by
  intro m
  have squared : (0 : Int) ≤ (m : Int) * m := Int.mul_nonneg (by omega) (by omega)
  have cubed : (0 : Int) ≤ (m : Int) * m * m := Int.mul_nonneg squared (by omega)
  obtain ⟨$p, e⟩ : ∃ w : Int, w = $witness := ⟨_, rfl⟩
  have p : Pre $p := by simp only [Pre] <;> first | trivial | omega | grind
  have far : $q_m := by grind
  obtain ⟨r, r0, t, stop⟩ := (both $p p).2.2 (below $p $far (by omega) m (by grind))
  refine ⟨$p, p, ?_⟩
  have beyond : (m : Int) + $far < r := by
    apply Int.lt_of_not_ge
    intro le
    apply stop
    apply below $p r r0 (((m : Int) + $far) - r).toNat
    rw [Int.toNat_of_nonneg (by omega), show r + ((m : Int) + $far - r) = (m : Int) + $far by omega]
    exact far
  omega
"""


@dataclass(frozen=True, slots=True)
class Climb:
    """A loop that counts `r` up from `begin` while `low(r) <= high`, or `<` where it is `strict`, over the one parameter."""

    loop: ir.While
    r: Name
    begin: int
    others: dict[Name, tuple[Poly, int]]
    """what other variables hold, as polynomials of `r` over a denominator"""
    starts: dict[Name, int]
    following: dict[Name, Expr]
    """what the variables hold after a turn"""
    left: Expr
    poly: Poly
    """the left side as a polynomial of `r`"""
    right: Expr
    strict: bool
    result: Expr

    def at(self, n: int) -> int:
        """Return the left side for a number."""
        return sum(c * int(n**k) for (k,), c in self.poly.items())

    def test(self, at: Expr) -> Expr:
        """Return the condition of a number."""
        return ir.Compare((replaced(self.left, Var(self.r, "int"), at), self.right), ("lt" if self.strict else "le",))

    def least(self, n: int) -> Expr:
        """Return the condition of a literal."""
        return ir.Compare((ir.Const(self.at(n)), self.right), ("lt" if self.strict else "le",))


@dataclass(frozen=True, slots=True)
class Costs:
    """Ticks: of a turn of the old loop and of its last test, and of what the new version does."""

    turn: int
    asked: int
    tested: int
    """asking in the loop that doubles"""
    half: int
    """a turn of the loop that halves"""
    halvings: int
    """turns that its lemma counts one by one"""
    far: int
    slack: int

    @property
    def spread(self) -> int:
        """What halving costs at most, besides one tick for each number between its ends."""
        return STEP + self.half * self.halvings - 1


def to_lemmas(study: Study, climb: Climb, costs: Costs, new: Program, names: list[Name]) -> str:
    """Return the proof. Raises Refusal where a loop of the new version cannot be read."""
    p, r = (lean_name(n) for n in (study.head.parameters[0].name, climb.r))
    low, high, middle = map(lean_name, names)
    old_shape = noted(study, study.head, "Old").shapes[climb.loop.index]
    shapes = noted(study, new, "New").shapes
    moved = [n for n in old_shape.arguments if n in climb.starts]

    def q(at: str) -> str:
        count = "the count"
        return condition(climb.test(Var(count, "int")), lambda n: f"({at})" if n == count else plain(n))

    def call(space: str, shape: Shape, terms_of: Mapping[Name, str]) -> str:
        given = [terms_of.get(n, lean_name(n)) for n in shape.arguments]
        return f"{space}.shadow{shape.index} {' '.join(given)}"

    gallop, halve = call("New", shapes[1], {}), call("New", shapes[2], {})
    begun = call("New", shapes[1], {names[0]: str(costs.far), names[1]: str(2 * costs.far)})
    halved = call("New", shapes[2], {names[0]: f"({begun}).{low}", names[1]: f"({begun}).{high}", names[2]: "0"})
    starts = {n: str(climb.starts[n]) for n in moved}
    count = Var(climb.r, "int")
    others = climb.others.items()
    equations = [f"{over} * {lean_name(n)} = {value(horner(poly, [count]), plain)}" for n, (poly, over) in others]
    bounds = ((2**j, STEP + costs.half * j) for j in range(costs.halvings + 1))
    steps = [f"({high} - {low} ≤ {apart} → (({halve}).ticks : Int) ≤ {most}) ∧" for apart, most in bounds]
    witness = value(replaced(climb.left, count, Var("m", "int")), lambda _: f"((m : Int) + {costs.far})")
    inside = [condition(s.invariant, plain) for s in (old_shape, shapes[3])]
    return Template(LEMMAS).substitute(
        p=p, r=r, low=low, high=high, middle=middle, far=costs.far, twice=2 * costs.far,
        turn=costs.turn, asked=costs.asked, tested=costs.tested,
        slack=costs.slack, spread=costs.spread, begin=climb.begin, moved=" ".join(map(lean_name, moved)),
        start=" ".join(starts[n] for n in moved), following=" ".join(f"({value(climb.following[n], plain)})" for n in moved),
        equations=" ∧ ".join(equations) or "True", inside=inside[0], inside_new=inside[1], steps=f"\n    {' '.join(steps)}\n   ",
        old=call("Old", old_shape, {}), new=call("New", shapes[3], {}), gallop=gallop, halve=halve, halved=halved,
        started=call("Old", old_shape, starts).removeprefix("Old."), witness=f"{witness} + 1" if climb.strict else witness,
        q_k=q("k"), q_k1=q("k + 1"), q_kd=q("k + d"), q_r=q(r), q_rd=q(f"{r} + d"), q_last=q(f"{r} + d - 1"), q_low=q(low),
        q_high=q(high),
        q_gallop_low=q(f"({gallop}).{low}"), q_gallop_high=q(f"({gallop}).{high}"), q_halve=q(f"({halve}).{high}"),
        q_before=q(f"({halve}).{high} - 1"), q_some=q("r"), q_m=q(f"(m : Int) + {costs.far}"),
        q_far=condition(climb.least(costs.far), plain),
    )  # fmt: skip
