"""The proof that a fold of the first elements of a list, as many as a loop has come to, may be kept from turn to turn."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from loop.simplify import simplified, static_cost
from loop.techniques.claim_facts import Noted, facts, noted
from loop.techniques.study import Study
from loop.techniques.walk import Bound, Kept, Walk, growing, shrinking
from verify import ir
from verify.ir import Expr, Name, Program
from verify.lean_expr import value
from verify.shape import slot
from verify.ticks import cost

AT: Final = "where the fold ends"
"""what stands in a fold for the place that moves"""

if TYPE_CHECKING:
    from loop.techniques.prefix_folds import Loop

LISTS: Final = """theorem next_take (a : List Int) {k : Int} (h : 0 ≤ k) (l : k < a.length) :
    List.take (bound a (k + 1)) a = List.take (bound a k) a ++ [item a k] := by
  have e : bound a (k + 1) = bound a k + 1 := by rw [bound_nonneg h, bound_nonneg (by omega)]; omega
  have b : bound a k = k.toNat := by rw [bound_nonneg h]; omega
  rw [e, b, item_eq h l, List.take_succ_eq_append_getElem (by omega)]

theorem next_drop (a : List Int) {k : Int} (h : 0 ≤ k) (l : k < a.length) :
    List.drop (bound a k) a = item a k :: List.drop (bound a (k + 1)) a := by
  have e : bound a (k + 1) = bound a k + 1 := by rw [bound_nonneg h, bound_nonneg (by omega)]; omega
  have b : bound a k = k.toNat := by rw [bound_nonneg h]; omega
  rw [e, b, item_eq h l, List.drop_eq_getElem_cons (by omega)]"""
EXTREME: Final = """theorem {name}_one (a : List Int) (l : a ≠ []) : {name} (List.take (bound a 1) a) = item a 0 := by
  cases a with
  | nil => exact absurd rfl l
  | cons x t => simp [bound, {name}]

theorem {name}_last (a : List Int) (x : Int) (h : a ≠ []) : {name} (a ++ [x]) = {op} ({name} a) x := by
  cases a with
  | nil => exact absurd rfl h
  | cons y t => simp [{name}, List.foldl_append]

theorem {name}_next (a : List Int) {{k : Int}} (h : 0 < k) (l : k < a.length) :
    {name} (List.take (bound a (k + 1)) a) = {op} ({name} (List.take (bound a k) a)) (item a k) := by
  rw [next_take a (by omega) l]
  apply {name}_last
  intro c
  have d := congrArg List.length c
  rw [List.length_take, bound_nonneg (by omega), List.length_nil] at d
  omega"""
EXTREMES: Final = {"max": "greatest", "min": "least"}
OPENED: Final = (
    "List.map_append, List.map_cons, List.map_nil, sum_append, List.sum_cons, List.sum_nil, Int.add_zero, "
    "List.filter_append, List.filter_cons, List.filter_nil, pick"
)


def to_lemmas(study: Study, found: "Loop", new: Program) -> str:
    """Return the proof, "" where no claim can be made. Raises Refusal where a loop of the new version cannot be read."""
    sides = noted(study, study.head, "Old"), noted(study, new, "New")
    writer = _Writer(found, *sides)
    bounds = writer.bounds()
    if bounds is None or len(new.loops) != 1:
        return ""
    walk, step = writer.walk(bounds).lemmas()
    proved = list(facts(study, new, sides, [step]))
    ops = dict.fromkeys(f.op for f in found.folds.values() if f.op in EXTREMES)
    extremes = [EXTREME.format(name=EXTREMES[op], op=op) for op in ops]
    return "\n\n".join([LISTS, *extremes, walk, *proved]) + "\n" if proved else ""


class _Writer:
    def __init__(self, found: "Loop", old: Noted, new: Noted) -> None:
        self.found, self.old, self.new = found, old, new
        (self.made,) = new.shapes
        self.next, self.stop = (slot(n) for n in ir.hidden(found.outer))

    def walk(self, bounds: list[Bound]) -> Walk:
        """Return what there is to say of both loops."""
        found = self.found
        sources = dict.fromkeys(f.source for f in found.folds.values())
        inside = [f"{found.first} ≤ {self.next}"]
        inside += [f"{self.stop} - {found.first} ≤ {self._length(s)}" for s in sources]
        if not found.grows:
            inside += [f"{self._length(s)} = {self.stop} + {found.behind}" for s in sources]
        kept = {n: self._kept(n) for n in found.folds}
        return Walk(self.old, self.new, found.outer.index, self.made, kept, inside, bounds, list(self._turn()), uses=["pick"])

    def _length(self, source: Expr) -> str:
        return value(ir.Length(source), slot)

    def _at(self, e: Expr) -> str:
        """Return an expression in a turn, over what is kept."""
        variable, next_ = self.found.outer.variable, self.next
        return value(e, lambda n: next_ if n == variable else f"n_{n}" if n in self.found.folds else slot(n))

    def _whole(self, n: Name, more: int) -> str:
        """Return a fold so much behind where it is at the loop's test."""
        return self._at(self.found.folds[n].at(self._place(n, more)))

    def _place(self, n: Name, more: int) -> Expr:
        """Return a place so much behind where a fold is at the loop's test."""
        return simplified(ir.plus_constant(self.found.place(n), more))

    def _kept(self, n: Name) -> Kept:
        found = self.found
        fold = found.folds[n]
        begin, following = self._at(found.begin(n)), self._at(found.following(n))
        if fold.op in EXTREMES:
            holds = f"{self._at(found.place(n))} < {self._length(fold.source)} → {following} = {self._whole(n, 1)}"
            one = f"{EXTREMES[fold.op]}_one {self._at(fold.source)}"
            opened = f"subst s; intro l; have q := {one} (by intro c; rw [c] at l; simp at l); grind [pick]"
            return Kept(begin, following, holds, opened)
        whole = f"n_{n} = {self._whole(n, 0)}"
        return Kept(begin, following, whole, "subst s; simp [bound]")

    def _turn(self) -> Iterator[str]:
        """Yield tactics that say how the folds go on, and what is kept in place of each."""
        found = self.found
        for n, fold in found.folds.items():
            place = self._at(found.place(n))
            element = self._at(ir.substitute(fold.element, {AT: found.place(n)}))
            source = self._at(fold.source)
            if fold.op in EXTREMES:
                name, op = EXTREMES[fold.op], fold.op
                later = self._at(self._place(n, 1))
                after = self._at(ir.Item(fold.source, self._place(n, 1)))
                said = f"{later} < {self._length(fold.source)} → {self._whole(n, 2)} = {op} ({self._whole(n, 1)}) {after}"
                yield f"have s_{n} : {said} := fun l => {name}_next {source} (k := {later}) (by omega) l"
                continue
            both = (self._whole(n, 1), f"{self._whole(n, 0)} + {element}")
            if not fold.grows:
                both = self._whole(n, 0), f"{element} + {self._whole(n, 1)}"
            step = f"{'next_take' if fold.grows else 'next_drop'} {source} (k := {place}) (by omega) (by omega)"
            ends = f"rw [{step}]; simp only [{OPENED}] <;> grind"
            yield f"have s_{n} : {both[0]} = {both[1]} := by first | ({ends}) | (rw [{step}]; simp only [{OPENED}]; done)"
        for k, (site, n) in enumerate(found.sites.items()):
            fold = found.folds[n]
            due = self._at(found.following(n)) if fold.early else f"n_{n}"
            yield f"have t_{k} : {self._at(site)} = {due} := by first | omega | grind"

    def bounds(self) -> list[Bound] | None:
        """Return how the ticks of both loops compare, None where that is not known."""
        found = self.found
        begun = [found.begin(n) for n in found.folds]
        spent = sum(1 + (static_cost(e) if f.grows else 1) for e, f in zip(begun, found.folds.values(), strict=True))
        if found.grows:
            return growing(found.saved, spent, found.first, self.next, self.stop)
        each = 0
        rest = ""
        for f in found.folds.values():
            if not f.grows:
                each += self._element(f.whole)
                rest = f"({self._length(f.source)} - {self.next})"
        return shrinking(found.saved, spent, each, found.behind, rest)

    def _element(self, whole: Expr) -> int:
        """Return what an element of a fold costs."""
        match whole:
            case ir.Fold(_, ir.Each(element, _, _, None)):
                c = cost(element)
                return 2 + (int(c.value) if isinstance(c, ir.Const) else 0)
        return 1
