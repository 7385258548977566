"""The proof that the best of all pairs is found in one pass: both versions are bounded by the same, and so are equal."""

from collections.abc import Mapping
from string import Template
from typing import TYPE_CHECKING, Final

from loop.simplify import static_cost
from loop.techniques.claim_facts import Noted, Step, facts, noted
from loop.techniques.study import Study
from loop.techniques.walk import growing, shrinking, ticks_of
from verify import ir
from verify.ir import Block, Expr, Name, Program
from verify.lean_expr import condition, lean_type, value
from verify.shape import Shape, slot
from verify.ticks import branch_cost, cost

if TYPE_CHECKING:
    from loop.techniques.pair_extrema import Pairs

MOST_BOUNDS: Final = 24
"""turns that cost more than before, at most"""
LEMMAS: Final = """theorem inner_best $inner_binders (h : $inner_inside) (C : Int) :
    $inner_rel ↔ $best_rel ∧ ∀ y : Int, $inner_next ≤ y → y < $inner_stop → $inner_pair := by
  fun_induction $inner <;> expose_names <;> first
  | (have i := ih1
     clear ih1
     repeat replace i := i (by clear i; $ends)
     constructor
     · intro a
       have b := i.mp a
       refine ⟨by have c := b.1; $ends, fun y l u => ?_⟩
       rcases (by omega : y = $inner_next ∨ $inner_next + 1 ≤ y) with e | e
       · subst e; have c := b.1; $ends
       · exact b.2 y e u
     · intro a
       have c := a.2 $inner_next (by omega) (by omega)
       exact i.mpr ⟨by have d := a.1; $ends, fun y l u => a.2 y (by omega) u⟩)
  | $ended

theorem inner_ticks $inner_binders (h : $inner_inside) (r : $inner_next ≤ $inner_stop) :
    1 + $turn * ($inner_stop - $inner_next) ≤ (($inner).ticks : Int) := by
  fun_induction $inner <;> grind

theorem outer_best $outer_binders (h : $outer_inside) (C : Int) :
    $outer_rel ↔ $best_rel ∧ ∀ x : Int, $next ≤ x → x < $stop → ∀ y : Int, $from_x ≤ y → y < $to_x → $pair := by
  fun_induction $outer <;> expose_names <;> first
  | (have q := inner_best $inner_given (by clear ih1; $ends) C
     have i := ih1
     clear ih1
     repeat replace i := i (by clear i; $ends)
     constructor
     · intro a
       have b := i.mp a
       have c := q.mp b.1
       refine ⟨c.1, fun x l u y m w => ?_⟩
       rcases (by omega : x = $next ∨ $next + 1 ≤ x) with e | e
       · subst e; exact c.2 y m w
       · exact b.2 x e u y m w
     · intro a
       exact i.mpr ⟨q.mpr ⟨a.1, a.2 $next (by omega) (by omega)⟩, fun x l u => a.2 x (by omega) u⟩)
  | $ended

theorem outer_ticks $outer_binders (h : $outer_inside) (r : $first ≤ $next)$far :
    $bounds := by
  fun_induction $outer <;> expose_names <;> first
  | (have q := inner_ticks $inner_given (by clear ih1; $ends) (by omega)
     have i := ih1
     clear ih1
     repeat replace i := i (by clear i; $ends)
     dsimp only
     $apart)
  | (dsimp only
     $apart)

theorem pass_best $new_binders (h : $new_inside) (r : $begin ≤ $new_next)
    (e : ∀ D : Int, $run_rel_D ↔ ∀ x : Int, $low ≤ x → x < $end_new → $element_rel_D) (C : Int) :
    $new_rel ↔ $best_rel ∧ ∀ z : Int, $new_next ≤ z → z < $new_stop → ∀ x : Int, $low ≤ x → x < $end_z → $new_pair := by
  fun_induction $new <;> expose_names <;> first
  | (have f : ∀ D : Int, $following_rel_D ↔ ∀ x : Int, $low ≤ x → x < $end_following → $element_rel_D := by
       clear ih1
       intro D
       constructor
       · intro a x l u
         rcases (by omega : x = $end_new ∨ x < $end_new) with w | w
         · subst w; $ends
         · exact (e D).mp (by $ends) x l w
       · intro a
         have p := (e D).mpr (fun x l u => a x l (by omega))
         have q := a $end_new (by omega) (by omega)
         $ends
     have i := ih1
     clear ih1
     repeat replace i := i (by clear i; first | exact f | $ends)
     clear f
     have p := e (C - $partner)
     constructor
     · intro a
       have b := i.mp a
       refine ⟨by have c := b.1; $ends, fun z l u x m w => ?_⟩
       rcases (by omega : z = $new_next ∨ $new_next + 1 ≤ z) with s | s
       · have c := p.mp (by have c := b.1; $ends) x m (by omega)
         subst s; $ends
       · exact b.2 z s u x m w
     · intro a
       have c := p.mpr (fun x m w => by have d := a.2 $new_next (by omega) (by omega) x m w; $ends)
       exact i.mpr ⟨by have d := a.1; $ends, fun z l u => a.2 z (by omega) u⟩)
  | $ended

theorem pass_ticks $new_binders (h : $new_inside) : ($new_next ≤ $new_stop →
    (($new).ticks : Int) = 1 + $spent * ($new_stop - $new_next)) ∧ ($new_stop ≤ $new_next → ($new).ticks = 1) := by
  fun_induction $new <;> grind

theorem both $outer_binders $own_binders (h : $outer_inside) (g : $made_inside) (s : $next = $first) (t : $n_next = $begin)
    (u : $n_stop = $end_value)$far (v : $begin < $n_stop → $n_run = $begun) : ($made).$best = ($outer).$best := by
  have O := outer_best $outer_names h
  rcases (by omega : $begin < $n_stop ∨ $n_stop ≤ $begin) with c | c
  · have e : ∀ D : Int, $n_run_rel_D ↔ ∀ x : Int, $low ≤ x → x < $end_n → $element_rel_D := by
      intro D
      have w := v c
      constructor
      · intro a x l u
        have k : x = $low := by omega
        subst k; $ends
      · intro a
        have k := a $low (by omega) (by omega)
        $ends
    have N := pass_best $made_names g (by omega) e
    have o := (O ($outer).$best).mp (Int.le_refl _)
    have n := (N ($made).$best).mp (Int.le_refl _)
    have a := (N ($outer).$best).mpr ⟨o.1, fun z l u x m w => by have k := $old_at; $ends⟩
    have b := (O ($made).$best).mpr ⟨n.1, fun x l u y m w => by have k := $new_at; $ends⟩
    omega
  · have o := (O ($outer).$best).mp (Int.le_refl _)
    have b := (O $v_best).mpr ⟨Int.le_refl _, fun x l u y m w => by omega⟩
    have n : ($made).$best = $v_best := by rw [New.shadow$number, if_neg (by omega)]
    omega"""
ENDED: Final = """(constructor
     · intro a; exact ⟨a, fun x l u => by exfalso; first | omega | grind⟩
     · intro a; exact a.1)"""


def to_lemmas(study: Study, found: "Pairs", new: Program) -> str:
    """Return the proof, "" where no claim can be made. Raises Refusal where a loop of the new version cannot be read."""
    sides = noted(study, study.head, "Old"), noted(study, new, "New")
    if len(new.loops) != 1:
        return ""
    writer = _Writer(found, *sides)
    bounds = writer.bounds()
    if bounds is None:
        return ""
    text = Template(LEMMAS).substitute(writer.terms() | {"bounds": bounds})
    proved = list(facts(study, new, sides, writer.steps(text)))
    return "\n\n".join([text, *proved]) + "\n" if proved else ""


class _Writer:
    """Writes the lemmas about the loops over pairs and the pass that takes their place."""

    def __init__(self, found: "Pairs", old: Noted, new: Noted) -> None:
        self.found, self.old, self.new = found, old, new
        self.outer, self.inner = old.shapes[found.outer.index], old.shapes[found.inner.index]
        (self.made,) = new.shapes.values()
        self.next, self.stop = (slot(n) for n in ir.hidden(found.outer))
        self.names = {n: slot(n) if self._shared(n) else f"n_{n}" for n in self.made.arguments}

    def _shared(self, n: Name) -> bool:
        """Say whether an argument of the pass is one of the loops', which holds the same."""
        own = {*ir.hidden(self.made.loop), self.found.run, self.found.partner[1]}
        return n in self.outer.arguments and n not in own

    def steps(self, text: str) -> list[Step]:
        """Return how the lemmas about whole loops are applied."""
        old = [("Old", self.outer.index, k) for k in range(len(self.outer.arguments))]
        new = [("New", self.made.index, k) for k in range(len(self.made.arguments))]
        own = [("New", self.made.index, k) for k, n in enumerate(self.made.arguments) if not self._shared(n)]
        far = int(not self.found.grows)
        return [
            Step("both", text, (*old, *own), 6 + far), Step("outer_ticks", text, tuple(old), 2 + far),
            Step("pass_ticks", text, tuple(new), 1),
        ]  # fmt: skip

    def _rel(self, e: str, bound: str = "C") -> str:
        return f"{e} ≤ {bound}" if self.found.op == "max" else f"{bound} ≤ {e}"

    def _over(self, part: tuple[Expr, Name], place: str) -> str:
        """Return what depends on a place."""
        e, variable = part
        return value(e, lambda n: place if n == variable else slot(n))

    def _pair(self, x: str, y: str) -> str:
        found = self.found
        return f"({self._over((found.first, found.outer.variable), x)} + {self._over((found.second, found.inner.variable), y)})"

    def terms(self) -> dict[str, object]:
        """Return what the lemmas are made of."""
        return self._loops() | self._pass() | self._together()

    def _loops(self) -> dict[str, object]:
        found, best = self.found, slot(self.found.best)
        inner, outer = _call("Old", self.inner, {}), _call("Old", self.outer, {})
        at = {found.outer.variable: self.next}
        ends = dict(zip(ir.hidden(found.inner), (found.inner.start, found.inner.stop), strict=True))

        def here(e: Expr, place: str) -> str:
            return value(e, lambda n: place if n == found.outer.variable else slot(n))

        given = [here(ends[n], self.next) if n in ends else at.get(n, slot(n)) for n in self.inner.arguments]
        inner_next, inner_stop = (slot(n) for n in ir.hidden(found.inner))
        return {
            "inner": inner, "outer": outer, "inner_binders": _binders(self.old, self.inner), "ends": "first | omega | grind",
            "outer_binders": _binders(self.old, self.outer), "inner_inside": condition(self.inner.invariant, slot),
            "outer_inside": condition(self.outer.invariant, slot), "inner_rel": self._rel(f"({inner}).{best}"),
            "outer_rel": self._rel(f"({outer}).{best}"), "best_rel": self._rel(best), "inner_next": inner_next,
            "inner_stop": inner_stop, "inner_pair": self._rel(self._pair(slot(found.outer.variable), "y")), "ended": ENDED,
            "turn": self._turn(), "next": self.next, "stop": self.stop, "from_x": here(found.inner.start, "x"),
            "to_x": here(found.inner.stop, "x"), "pair": self._rel(self._pair("x", "y")),
            "inner_given": " ".join(given), "first": f"({value(found.outer.start, slot)})", "best": best,
            "far": "" if found.grows else f" (far : {value(found.inner.stop, slot)} = {self.stop} + {found.behind})",
            "apart": "(repeat' apply And.intro) <;> first | omega | grind",
        }  # fmt: skip

    def _pass(self) -> dict[str, object]:
        found, made = self.found, self.made
        run = slot(found.run)
        new_next, new_stop = (slot(n) for n in ir.hidden(made.loop))
        new = _call("New", made, {})
        moved = f"({value(found.block[1].values[0], self._turned)})" if isinstance(found.block[1], ir.Assign) else ""
        signed = ("(-{})" if found.negative else "{}").format
        return {
            "new": new, "new_binders": _binders(self.new, made), "new_inside": condition(made.invariant, slot),
            "new_next": new_next, "new_stop": new_stop, "begin": f"({found.begin})", "low": f"({found.low})",
            "end_new": self._end(new_next), "end_z": self._end("z"), "end_following": self._end(f"({new_next} + 1)"),
            "end_n": self._end(self.names[ir.hidden(made.loop)[0]]), "new_rel": self._rel(f"({new}).{slot(found.best)}"),
            "run_rel_D": self._rel(signed(run), "D"),
            "element_rel_D": self._rel(self._over(found.element, "x"), "D"), "following_rel_D": self._rel(signed(moved), "D"),
            "partner": self._over(found.partner, new_next), "spent": 2 + (ticks_of(found.block) or 0),
            "new_pair": self._rel(f"({self._over(found.partner, 'z')} + {self._over(found.element, 'x')})"),
            "n_run_rel_D": self._rel(signed(self.names[found.run]), "D"),
        }  # fmt: skip

    def _end(self, place: str) -> str:
        """Return where the others end, over where the pass is."""
        return value(ir.plus_constant(ir.Var("z", "int"), self.found.shift), lambda _: place)

    def _turned(self, n: Name) -> str:
        return slot(ir.hidden(self.made.loop)[0]) if n == self.found.partner[1] else slot(n)

    def _together(self) -> dict[str, object]:
        found, made = self.found, self.made
        n_next, n_stop = (self.names[n] for n in ir.hidden(made.loop))
        own = [n for n in made.arguments if not self._shared(n)]
        proofs = " ".join(["(by omega)"] * 2)
        places = ("z", "x") if found.grows else ("x", "z")
        back = ("x", "y") if found.grows else ("y", "x")
        return {
            "own_binders": " ".join(f"({self.names[n]} : {lean_type(self.new.types[n])})" for n in own),
            "made_inside": condition(made.invariant, lambda n: self.names.get(n, slot(n))), "n_next": n_next, "n_stop": n_stop,
            "end_value": value(found.stop, slot) if not found.grows else self.stop, "n_run": self.names[found.run],
            "begun": value(found.kept(ir.Const(found.low)), slot), "made": _call("New", made, self.names),
            "made_names": " ".join(self.names.values()), "outer_names": " ".join(map(slot, self.outer.arguments)),
            "old_at": f"o.2 {places[0]} {proofs} {places[1]} {proofs}", "new_at": f"n.2 {back[0]} {proofs} {back[1]} {proofs}",
            "v_best": slot(found.best), "number": made.index,
        }  # fmt: skip

    # -- ticks ------------------------------------------------------------------------------------------------------------

    def _turn(self) -> int:
        """Return what a turn of the inner loop costs at least."""
        return 2 + _least(self.found.inner.body)

    def bounds(self) -> str | None:
        """Return what the loops cost at least next to the pass, None where that is not known."""
        found = self.found
        spent = ticks_of(found.block)
        asked = [cost(e) for e in (found.inner.start, found.inner.stop)]
        if spent is None or any(not isinstance(c, ir.Const) for c in asked):
            return None
        turn, each = self._turn(), 2 + spent
        fixed = 2 + 1 + 1 + sum(int(c.value) for c in asked if isinstance(c, ir.Const)) - each
        begun = 1 + static_cost(found.start)
        if found.grows:
            made = 1 if found.begin == int(self._first) else 0
            saved = [fixed + turn * (made + k) for k in range(MOST_BOUNDS)]
            lines = growing(saved, begun - each * (1 - made), self._first, self.next, self.stop)
        else:
            saved = [fixed + turn * (k - 1) for k in range(found.behind + 1, found.behind + MOST_BOUNDS)]
            rest = f"({value(found.inner.stop, slot)} - {self.next})"
            lines = shrinking(saved, begun + each * (found.behind - 1), 0, found.behind, rest)
        if lines is None:
            return None
        pass_ = f"1 + {each} * ({self.stop} - {self.next})"
        old = f"(({_call('Old', self.outer, {})}).ticks : Int)"
        said = [f"{pass_}{f' + {b.more}' if b.more else ''} ≤ {old} + {b.less}" for b in lines]
        none = f"({self.stop} ≤ {self.next} → 1 ≤ {old})"
        return " ∧\n    ".join([none, *(f"({b.when} → {s})" if b.when else f"({s})" for b, s in zip(lines, said, strict=True))])

    @property
    def _first(self) -> int:
        start = self.found.outer.start
        return int(start.value) if isinstance(start, ir.Const) else 0


def _call(space: str, shape: Shape, names: Mapping[Name, str]) -> str:
    return f"{space}.shadow{shape.index} {' '.join(names.get(n, slot(n)) for n in shape.arguments)}"


def _binders(side: Noted, shape: Shape) -> str:
    return " ".join(f"({slot(n)} : {lean_type(side.types[n])})" for n in shape.arguments)


def _least(block: Block) -> int:
    """Return what a block without jumps costs at least."""
    total = 0
    for s in block:
        costs = [branch_cost(s.test)] if isinstance(s, ir.If) else [cost(e) for e in ir.expressions(s)]
        total += sum(_constant(c) for c in costs) + (len(ir.writes((s,))) if isinstance(s, ir.Assign) else 0)
    return total


def _constant(c: Expr) -> int:
    """Return the literal part of a cost."""
    match c:
        case ir.Const(v):
            return int(v)
        case ir.Binary("add", a, b):
            return _constant(a) + _constant(b)
    return 0
