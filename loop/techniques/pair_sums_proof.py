"""The proof that a sum over pairs is one pass: what the inner loop adds, and that both outer loops then go in step."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from loop.simplify import after, static_cost
from loop.techniques.claim_facts import Noted, facts, noted
from loop.techniques.study import Study
from loop.techniques.walk import EVIDENT, Bound, Kept, Walk, growing, shrinking, ticks_of
from verify import ir
from verify.ir import Expr, Name, Program, Var
from verify.lean_expr import condition, lean_type, value
from verify.shape import slot
from verify.ticks import cost

COUNT: Final = "the turns of the inner loop"
"""what stands in an expression for how many elements there are"""

if TYPE_CHECKING:
    from loop.techniques.pair_sums import Sum

OVER_RANGES: Final = """theorem sum_first (g : Int → Int) {a b : Int} (h : a < b) :
    ((upto a b).map g).sum = g a + ((upto (a + 1) b).map g).sum := by
  rw [upto_cons h]; simp

theorem sum_last (g : Int → Int) {a b : Int} (h : a ≤ b) :
    ((upto a (b + 1)).map g).sum = ((upto a b).map g).sum + g b := by
  rw [upto_succ h]; simp

theorem sum_none (g : Int → Int) {a b : Int} (h : b ≤ a) : ((upto a b).map g).sum = 0 := by
  rw [upto_nil h]; simp

theorem items (a : List Int) : (upto 0 (a.length : Int)).map (fun i => item a i) = a := by
  apply List.ext_getElem
  · simp
  · intro k h1 h2
    simp only [upto, List.map_map, List.getElem_map, List.getElem_range, Function.comp_apply]
    rw [item_eq (by omega) (by omega)]
    simp"""
TICKS: Final = "its_ticks"
"""what the lemma about ticks is called, next to those about variables"""
MOST_BOUNDS: Final = 12
"""turns that cost more than before, at most"""


def to_lemmas(study: Study, found: "Sum", new: Program) -> str:
    """Return the proof, "" where no claim can be made. Raises Refusal where a loop of the new version cannot be read."""
    sides = noted(study, study.head, "Old"), noted(study, new, "New")
    writer = _Writer(found, *sides)
    bounds = writer.bounds()
    if bounds is None or len(new.loops) != 1:
        return ""
    walk = writer.walk(bounds)
    text, step = walk.lemmas()
    proved = list(facts(study, new, sides, [step]))
    return "\n\n".join([OVER_RANGES, writer.inner(), *writer.turns(walk), text, *proved]) + "\n" if proved else ""


class _Writer:
    def __init__(self, found: "Sum", old: Noted, new: Noted) -> None:
        self.found, self.nest, self.old, self.new = found, found.nest, old, new
        self.outer, self.inner_shape = old.shapes[self.nest.outer.index], old.shapes[self.nest.inner.index]
        (self.made,) = new.shapes
        self.next = slot(f"next_{self.nest.outer.index}")
        self.inner_next, self.inner_stop = (slot(n) for n in ir.hidden(self.nest.inner))

    # -- the inner loop ---------------------------------------------------------------------------------------------------

    def inner(self) -> str:
        """Return the lemma about the inner loop: what it leaves, and what it costs at least."""
        s = self.inner_shape
        call = f"(Old.shadow{s.index} {' '.join(map(slot, s.arguments))})"
        binders = " ".join(f"({slot(n)} : {lean_type(self.old.types[n])})" for n in s.arguments)
        sums = {n: self._sum(n, self.inner_next, self.inner_stop) for n in self.found.runs}
        goals = [f"{call}.{slot(n)} = {slot(n)} + {self._added(n, sums)}" for n in self.found.added]
        goals.append(f"1 + {self._turn()} * ({self.inner_stop} - {self.inner_next}) ≤ ({call}.ticks : Int)")
        head = f"theorem inner_adds {binders} (h : {condition(s.invariant, slot)}) (r : {self.inner_next} ≤ {self.inner_stop})"
        steps = "fun_induction Old.shadow" + f"{s.index} {' '.join(map(slot, s.arguments))}"
        return f"{head} :\n    {' ∧ '.join(goals)} := by\n  {steps} <;> grind [sum_first, sum_none]"

    def _sum(self, run: Name, low: str, high: str) -> str:
        variable = Var(self.nest.inner.variable, "int")
        span = ir.Span(Var("low", "int"), Var("high", "int"), ir.Const(1))
        whole = ir.Fold("sum", ir.Each(self.found.runs[run], variable, span))
        return value(whole, lambda n: {"low": low, "high": high}.get(n) or slot(n))

    def _added(self, n: Name, sums: Mapping[Name, str]) -> str:
        """Return what is added, over Lean terms for the sums; the count of turns is that of the inner loop's own range."""
        names = {**sums}
        return value(self._general(self.found.split[n]), lambda m: names.get(m, slot(m)))

    def _general(self, e: Expr) -> Expr:
        low, high = (Var(n, "int") for n in ir.hidden(self.nest.inner))
        return ir.substitute(e, {COUNT: ir.Binary("sub", high, low)})

    def _turn(self) -> int:
        """Return what a turn of the inner loop costs."""
        return 2 + (ticks_of(self.nest.inner.body) or 0)

    # -- the outer loops --------------------------------------------------------------------------------------------------

    def walk(self, bounds: list[Bound]) -> Walk:
        """Return what there is to say of the outer loops."""
        nest, found = self.nest, self.found
        fact = f"{nest.first} ≤ {self.next}" if nest.grows else f"{self.end} = {self.stop} + {nest.behind}"
        kept = {n: self._kept(n) for n in found.runs}
        return Walk(
            self.old, self.new, nest.outer.index, self.made, kept, [fact], bounds, self._known(),
            [f"t_{n}" for n in found.added],
        )  # fmt: skip

    @property
    def stop(self) -> str:
        """The end of the outer range."""
        return slot(f"stop_{self.nest.outer.index}")

    @property
    def end(self) -> str:
        """The end of the inner range, where it does not move."""
        return value(self.nest.inner.stop, slot)

    def _at(self, e: Expr, held: Mapping[Name, str]) -> str:
        """Return an expression in a turn, over terms for what is held."""
        names = {**held, self.nest.outer.variable: self.next}
        return value(e, lambda n: names.get(n, slot(n)))

    def _kept(self, n: Name) -> Kept:
        nest = self.nest
        low, high = (str(nest.fixed), self._at(nest.at, {})) if nest.grows else (self.next, self.end)
        begun = "rw [sum_none _ (by omega)]" if nest.grows else "rw [s, items]" if self.found.whole(n) else "rw [s]; try simp"
        begin = value(self.found.begin(n), slot)
        return Kept(begin, self._following(n), f"n_{n} = {self._sum(n, low, high)}", begun)

    def _following(self, n: Name) -> str:
        return self._at(self.found.following(n), {n: f"n_{n}"})

    def _known(self) -> list[str]:
        """Return tactics that say how the sums go on, what the inner loop adds in a turn, and what it costs at least."""
        given = " ".join([*map(slot, self.outer.arguments), *(f"n_{n}" for n in self.found.runs)])
        proofs = " ".join([EVIDENT] * (3 + len(self.found.runs)))
        known = self._sums() + [f"have t_{n} : {e} := by exact turn_{n} {given} {proofs}" for n, e in self._said().items()]
        begun = after(self.nest.before)
        if begun is None:
            return known
        held = [self._at(begun.get(n, Var(n, self.old.types[n])), {}) for n in self._given()[0]]
        return [*known, f"have c := t_{TICKS} {' '.join(held)}"]

    def turns(self, walk: Walk) -> Iterator[str]:
        """Yield the lemmas about what the inner loop does in a turn."""
        moving, given = self._given()
        names = [*self.outer.arguments]
        binders = " ".join(f"({slot(n)} : {lean_type(self.old.types[n])})" for n in names)
        binders += "".join(f" (n_{n} : Int)" for n in self.found.runs)
        known = [f"(h : {condition(self.outer.invariant, slot)})", f"(c : {self.next} < {self.stop})", f"(r0 : {walk.facts[0]})"]
        known += [f"(e_{n} : {k.holds})" for n, k in walk.kept.items()]
        opened = f"  intro {' '.join(map(slot, moving))}\n" if moving else ""
        sums = "".join(f"  {line}\n" for line in self._sums())
        used = f"{sums}{opened}  have q := inner_adds {' '.join(given)} {EVIDENT} (by omega)\n  clear h\n  grind"
        for n, said in self._said().items():
            yield f"theorem turn_{n} {binders} {' '.join(known)} :\n    {said} := by\n{used}"

    def _sums(self) -> list[str]:
        """Return tactics that say how the sums go on."""
        nest = self.nest
        lines = []
        at = self._at(nest.at, {})
        for n, g in self.found.runs.items():
            function = f"(fun ({slot(nest.inner.variable)} : Int) => {value(g, slot)})"
            ends = f"(a := {nest.fixed}) (b := {at})" if nest.grows else f"(a := {at}) (b := {self.end})"
            inside = f"{nest.fixed} ≤ {at}" if nest.grows else f"{at} < {self.end}"
            lines.append(f"have l_{n} : {inside} := by omega")
            lines.append(f"have s_{n} := {'sum_last' if nest.grows else 'sum_first'} {function} {ends} l_{n}")
        return lines

    def _given(self) -> tuple[list[Name], list[str]]:
        """Return what may be anything of what the inner loop is applied to in a turn, and all of that as Lean terms."""
        nest, s = self.nest, self.inner_shape
        turning = ir.writes(ir.turn(nest.outer)) - {nest.outer.variable, *ir.hidden(nest.outer), *ir.hidden(nest.inner)}
        bounds = dict(zip(ir.hidden(nest.inner), (nest.inner.start, nest.inner.stop), strict=True))
        given = [self._at(bounds.get(n, Var(n, self.old.types[n])), {}) for n in s.arguments]
        return [n for n in s.arguments if n in turning], given

    def _said(self) -> dict[Name, str]:
        """Return what the inner loop leaves in each variable in a turn, and what it costs at least."""
        nest, found = self.nest, self.found
        moving, given = self._given()
        call = f"(Old.shadow{self.inner_shape.index} {' '.join(given)})"
        free = f"∀ {' '.join(f'({slot(n)} : {lean_type(self.old.types[n])})' for n in moving)}, " if moving else ""
        runs = {n: self._following(n) if nest.early else f"n_{n}" for n in found.runs}
        said = {n: f"{free}{call}.{slot(n)} = {self._at(found.summed(n), runs)}" for n in found.added}
        least = f"1 + {self._turn()} * ({self._at(nest.inner.stop, {})} - {self._at(nest.inner.start, {})})"
        return said | {TICKS: f"{free}{least} ≤ ({call}.ticks : Int)"}

    # -- ticks ------------------------------------------------------------------------------------------------------------

    def bounds(self) -> list[Bound] | None:
        """Return how the ticks of both loops compare, None where that is not known."""
        nest, found = self.nest, self.found
        spent, body = ticks_of(found.block()), ticks_of(nest.inner.body)
        asked = [cost(e) for e in (nest.inner.start, nest.inner.stop)]
        if spent is None or body is None or any(not isinstance(c, ir.Const) for c in asked):
            return None
        dearer = spent - 2 - sum(int(c.value) for c in asked if isinstance(c, ir.Const))
        made, turn, runs = int(nest.early), self._turn(), found.runs
        if nest.grows:
            saved = [turn * (made + k) - dearer for k in range(MOST_BOUNDS)]
            return growing(saved, len(runs), nest.first, self.next, self.stop)
        saved = [turn * (k - made) - dearer for k in range(nest.behind + 1, nest.behind + MOST_BOUNDS)]
        spent = sum(self._least(found.begin(n)) + 1 for n in runs)
        return shrinking(saved, spent, sum(map(self._element, runs)), nest.behind, f"({self.end} - {self.next})")

    def _least(self, e: Expr) -> int:
        """Return what the sum before the first turn costs besides its elements."""
        span = next((x for x in ir.subexpressions(e) if isinstance(x, ir.Span)), None)
        return 1 if span is None else 3 + static_cost(span.stop)

    def _element(self, n: Name) -> int:
        """Return what an element of the sum before the first turn costs."""
        if self.found.whole(n):
            return 1
        c = cost(self.found.runs[n])
        return 2 + (int(c.value) if isinstance(c, ir.Const) else 0)
