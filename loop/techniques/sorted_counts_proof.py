"""The proof that halving finds where an ordered list passes a value, and that this says what a loop over all elements leaves."""

from dataclasses import dataclass
from string import Template
from typing import Final

from loop.printed_calls import calls
from loop.techniques.claim_facts import declared, noted, out_text
from loop.techniques.halving import ASKED, Halved, call, spent, typed
from loop.techniques.ordered import SIGNS
from loop.techniques.ordered_gain import gain_text
from loop.techniques.scans import Scan, Turn
from loop.techniques.study import Study
from loop.techniques.written import binders
from verify import ir
from verify.ir import Name, Program, Relation
from verify.lean_expr import condition, plain, value
from verify.lean_expr import field as lean_name
from verify.shape import Shape
from verify.statement import Claim, to_statement

COUNT: Final = """def come (t : Int) : List Int → Int
  | [] => 0
  | x :: a => (if x $sign t then 1 else 0) + come t a

theorem come_nil (t : Int) (a : List Int) (h : ¬a ≠ []) : come t a = 0 ∧ a.length = 0 := by
  cases a with
  | nil => exact ⟨rfl, rfl⟩
  | cons x a => exact absurd (by simp) h

theorem come_next (t : Int) (a : List Int) (h : a ≠ []) :
    (item a 0 $sign t → come t a = come t (List.tail a) + 1) ∧ (¬item a 0 $sign t → come t a = come t (List.tail a)) ∧
    a.length = (List.tail a).length + 1 := by
  cases a with
  | nil => exact absurd rfl h
  | cons x a => simp only [item_cons_zero, come, List.tail_cons, List.length_cons]; grind

def ahead (t : Int) (xs : List Int) (i : Int) : Int := come t (List.drop i.toNat xs)

theorem ahead_end (t : Int) (xs : List Int) (i : Int) (h : xs.length ≤ i) : ahead t xs i = 0 := by
  rw [ahead, List.drop_of_length_le (by omega), come]

theorem ahead_next (t : Int) (xs : List Int) (i : Int) (i0 : 0 ≤ i) (h : i < xs.length) :
    ahead t xs i = (if item xs i $sign t then 1 else 0) + ahead t xs (i + 1) := by
  have e : List.drop i.toNat xs = item xs i :: List.drop (i + 1).toNat xs := by
    rw [item_eq i0 h, show (i + 1).toNat = i.toNat + 1 by omega]
    exact List.drop_eq_getElem_cons (by omega)
  simp only [ahead, e, come]

theorem come_at (t : Int) (xs : List Int) (h : ∀ i : Int, 0 ≤ i → i + 1 < xs.length → item xs i $order item xs (i + 1)) :
    ∀ k : Int, 0 ≤ k → k ≤ xs.length → (∀ i : Int, 0 ≤ i → i + 1 = k → item xs i $sign t) →
    (k < xs.length → ¬item xs k $sign t) → come t xs = k := by
  induction xs with
  | nil => intro k k0 k1 _ _; simp at k1; simp only [come]; omega
  | cons x a ih =>
    intro k k0 k1 low high
    have up : ∀ i : Int, 0 ≤ i → item a i = item (x :: a) (i + 1) := by
      intro i i0
      rw [item_cons_pos x a (by omega)]
      congr 1
      omega
    have rest := ih (by
      intro i i0 i1
      rw [up i i0, up (i + 1) (by omega)]
      exact h (i + 1) (by omega) (by simp only [List.length_cons]; omega))
    simp only [List.length_cons] at k1 high
    by_cases z : k = 0
    · subst z
      have f := high (by omega)
      rw [item_cons_zero] at f
      have r := rest 0 (by omega) (by omega) (by omega) (by
        intro l
        have g := h 0 (by omega) (by simp only [List.length_cons]; omega)
        rw [item_cons_zero] at g
        rw [up 0 (by omega)]
        omega)
      simp only [come, r, if_neg f]
      omega
    · have r := rest (k - 1) (by omega) (by omega) (by
        intro i i0 e
        rw [up i i0]
        exact low (i + 1) (by omega) (by omega)) (by
        intro l
        rw [up (k - 1) (by omega), show k - 1 + 1 = k by omega]
        exact high (by omega))
      have m := apart (x :: a) h 0 (by omega) (k - 1).toNat (by simp only [List.length_cons]; omega)
      have f := low (k - 1) (by omega) (by omega)
      rw [item_cons_zero, show (0 : Int) + ((k - 1).toNat : Int) = k - 1 by omega] at m
      simp only [come, r, if_pos (show x $sign t by omega)]
      omega
"""
SHORT_LISTS: Final = """theorem short : ∀ w : Nat, w < $many → ∀ k : Nat, k < $many → k ≤ w →
    (spent $depth w k : Int) + ($dearer) ≤ $last * (w : Int) + $more * (k : Int) + $slack := by
  decide"""
COUNTED: Final = """theorem counted $binders$facts :
    $says
    $asked + $last * $length + $more * $count ≤ (($at).ticks : Int) := by
  fun_induction $at <;> first
$scripts
"""
OVER_ELEMENTS: Final = (
    "(have n := come_next {t} _ (by first | assumption | exact (‹_ ∧ _ ≠ []›).2); dsimp only; grind)",
    "(have n := come_nil {t} _ (by first | assumption | grind); dsimp only; grind)",
)
BY_INDEX: Final = ("(dsimp only; grind [ahead_next, ahead_end])", "(dsimp only; grind [ahead_next, ahead_end, pick])")
LINEAR: Final = (ir.Var, ir.Const, ir.Binary, ir.Unary, ir.Compare, ir.Logic, ir.Length)
"""what a contract may be made of for its proof to be a matter of inequalities"""
KNOWN: Final = """theorem come_within (t : Int) (a : List Int) : 0 ≤ come t a ∧ come t a ≤ a.length := by
  induction a with
  | nil => simp [come]
  | cons x a ih => simp only [come, List.length_cons]; grind

theorem known $binders (h : Pre $parameters) :
    $said
    0 ≤ come $t $xs ∧ come $t $xs ≤ ($xs.length : Int) := by
  simp only [Pre] at h
  have o := counted $old$proofs
  have c := come_within $t $xs
  simp only [ahead, Int.toNat_zero, List.drop_zero] at o
  first | omega | grind"""
"""what the proof rests on that the contract is met"""
BOTH: Final = """theorem both $binders (h : Pre $parameters) : New.value $parameters = Old.value $parameters ∧
    New.ticks $parameters ≤ Old.ticks $parameters + $slack ∧
    New.ticks $parameters + $xs.length ≤ Old.ticks $parameters + $spread := by
  have r := in_order $parameters h
  simp only [Pre] at h
  have f := fun d => halve $new (by first | omega | grind) (by omega) (by omega) d
  simp only [Int.sub_zero, Int.toNat_natCast] at f
  obtain ⟨d, d0, d1⟩ := few $xs.length
  have t := f d (by omega)
  have s := spent_most d $xs.length ($end).toNat
  have b := come_at $t $xs r _ t.1 t.2.1 t.2.2.1 t.2.2.2.1
  have o := counted $old$proofs
  simp only [ahead, Int.toNat_zero, List.drop_zero] at o
  simp only [New.value, New.out, Old.value, Old.out, New.ticks, Old.ticks]
  refine ⟨by
    first | omega | (rw [Bool.eq_iff_iff]; simp only [decide_eq_true_eq]; omega) | grind | ((repeat' split) <;> grind), ?_, by
    first | omega | grind | ((repeat' split) <;> grind)⟩
$by_length
  (repeat' split) <;> first | omega | grind"""
FACTS: Final = """theorem same $binders (h : Pre $parameters) : New.value $parameters = Old.value $parameters :=
  (both $parameters h).1

theorem cost $binders (h : Pre $parameters) : New.ticks $parameters ≤ Old.ticks $parameters + $slack :=
  (both $parameters h).2.1"""
SHORT, LONG = 3, 6
"""powers of 2: of lists with fewer elements each way through the halving is looked at, and the number of its turns"""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the turns of a scan begin to add something else: at elements equal to the value where it is `strict`, else after."""

    scan: Scan
    strict: bool
    first: Turn
    last: Turn

    @property
    def relation(self) -> Relation:
        """How the elements before stand to the value."""
        return ("lt" if self.strict else "le") if self.scan.order.rises else ("gt" if self.strict else "ge")


@dataclass(frozen=True, slots=True)
class Costs:
    """Ticks: of a turn of the halving at most, but one for each element it passes; what more is paid for an empty list."""

    turn: int
    more: int

    def most(self, cut: Cut) -> int:
        """Return what the proof says that the new version costs more at most."""
        more = cut.first.ticks - cut.last.ticks
        short = (spent(self.turn, n, k) - cut.last.ticks * n - more * k for n in range(1 << SHORT) for k in range(n + 1))
        lengths = [(1 << d, self.turn * (d + 1)) for d in range(SHORT, LONG)] + [(1 << LONG, self.turn * LONG + (1 << LONG))]
        far = (ticks - gain * n for n, ticks in lengths for gain in (cut.last.ticks, cut.first.ticks - 1))
        return self.more + max(max(short) - ASKED, *far)

    @property
    def spread(self) -> int:
        """What long lists make up for."""
        return max(self.more, 0) + self.turn * LONG


def lemmas(study: Study, cut: Cut, costs: Costs, new: Program, claim: Claim) -> str:
    """Return the proof, "" where no input shows the gain. Raises Refusal where a loop of the new version cannot be read."""
    writer = _Writer(study, cut, costs, new, claim)
    gain = gain_text(study, cut.scan.order, costs.spread, claim)
    if gain is None:
        return ""
    parts = [cut.scan.order.lemmas(study.head, costs.turn), *writer.parts(), gain]
    given, names = binders(study.head.parameters), " ".join(lean_name(p.name) for p in study.head.parameters)
    lines = ["simp only [Post]"]
    if study.spec.ensure != ir.TRUE:
        parts.append(writer.known())
        if not all(isinstance(x, LINEAR) for x in ir.subexpressions(study.spec.ensure)) or study.spec.result != "same":
            return "\n\n".join(parts) + "\n"
        unfolded = "simp only [Post, Old.value, Old.out]"
        lines = [f"have q := known {names} h", unfolded, "(repeat' split) <;> first | omega | grind"]
    parts.append(declared(f"post {given} (h : Pre {names}) : Post {names} (Old.value {names})", lines))
    return "\n\n".join([*parts, "theorem accepted : Statement := statement_of same post cost gain"]) + "\n"


class _Writer:
    """Writes the lemmas about both loops."""

    def __init__(self, study: Study, cut: Cut, costs: Costs, new: Program, claim: Claim) -> None:
        self.study, self.cut, self.costs, self.claim = study, cut, costs, claim
        self.old, self.new = noted(study, study.head, "Old"), noted(study, new, "New")
        self.scanned: Shape = self.old.shapes[cut.scan.loop.index]
        self.halved = Halved(self.new, cut.scan.order.xs, cut.scan.value, cut.relation, costs.turn)
        self.statement = to_statement(study.spec, self.old.program, self.new.program, claim, study.limits)

    def parts(self) -> list[str]:
        """Return the lemmas, one after another."""
        sign, order = SIGNS[self.cut.relation], self.cut.scan.order
        names = " ".join(lean_name(p.name) for p in self.study.head.parameters)
        common = {"binders": binders(self.study.head.parameters), "parameters": names, "slack": self.claim.slack}
        return [
            Template(COUNT).substitute(sign=sign, order=order.sign),
            self.halved.lemma(),
            self._short(),
            self._counted(),
            Template(BOTH).substitute(common, spread=self.costs.spread, xs=lean_name(order.xs.name), **self._both()),
            Template(FACTS).substitute(common),
        ]

    def _short(self) -> str:
        more = f"({self.cut.first.ticks - self.cut.last.ticks})"
        return Template(SHORT_LISTS).substitute(
            many=1 << SHORT, depth=SHORT, slack=self.claim.slack, dearer=self.costs.more - ASKED,
            last=self.cut.last.ticks, more=more,
        )  # fmt: skip

    def _counted(self) -> str:
        scan, at = self.cut.scan, call(self.scanned, "Old")
        t, xs = f"({value(scan.value, plain)})", lean_name(scan.order.xs.name)
        if isinstance(scan.loop, ir.ForEach):
            rest = lean_name(ir.rest_of(scan.loop).name)
            length, count, facts = f"({rest}.length : Int)", f"come {t} {rest}", ""
            scripts = [s.format(t=t) for s in OVER_ELEMENTS]
        else:
            here = lean_name(self._here())
            length, count = f"(({xs}.length : Int) - {here})", f"ahead {t} {xs} {here}"
            facts = f" (i0 : 0 ≤ {here}) (i1 : {here} ≤ {xs}.length)" + self._equations(xs)
            scripts = list(BY_INDEX)
        if self.scanned.invariant != ir.TRUE:
            facts += f" (g : {condition(self.scanned.invariant, plain)})"
        left = ((f"({at}).{lean_name(n)}", lean_name(n), self._changed(n, length, count)) for n in sorted(scan.wanted))
        return Template(COUNTED).substitute(
            binders=typed(self.scanned, self.old.types), at=at, facts=facts, length=length, count=count,
            says=" ".join(f"{after} = {begun} + {change} ∧" for after, begun, change in left),
            asked=self._asked(), last=self.cut.last.ticks, more=f"({self.cut.first.ticks - self.cut.last.ticks})",
            scripts="\n".join(f"  | {s}" for s in scripts),
        )  # fmt: skip

    def _here(self) -> Name:
        """Return the name of what counts the turns."""
        scan = self.cut.scan
        return f"next_{scan.loop.index}" if isinstance(scan.loop, ir.For) else scan.counter or ""

    def _equations(self, xs: str) -> str:
        """Return what is given of names that hold the length of the list."""
        scan = self.cut.scan
        names = [f"stop_{scan.loop.index}"] if isinstance(scan.loop, ir.For) else []
        names += [n for n, e in scan.begun.items() if e == ir.Length(scan.order.xs) and n in self.scanned.arguments]
        return "".join(f" (l{k} : {lean_name(n)} = ({xs}.length : Int))" for k, n in enumerate(names))

    def _changed(self, n: Name, length: str, count: str) -> str:
        before, others = self.cut.first.changes[n], self.cut.last.changes[n]
        return f"({others}) * {length} + ({before - others}) * {count}"

    def _asked(self) -> int:
        """Return the ticks of the last time that the loop asks whether it goes on."""
        ticks = self.scanned.test_cost
        return int(ticks.value) if isinstance(ticks, ir.Const) else 1

    def known(self) -> str:
        """Return what the loop of the old version leaves, in terms of how many elements come first."""
        scan, applied = self.cut.scan, self._of_old()
        begun = dict(zip(self.scanned.arguments, _applied(self.statement.old, "Old"), strict=True))
        xs = lean_name(scan.order.xs.name)
        changes = ((n, self._changed(n, f"({xs}.length : Int)", f"come {applied['t']} {xs}")) for n in sorted(scan.wanted))
        at = f"(Old.shadow{scan.loop.index} {applied['old']})"
        said = " ".join(f"{at}.{lean_name(n)} = {begun[n]} + {change} ∧" for n, change in changes)
        given, names = binders(self.study.head.parameters), " ".join(lean_name(p.name) for p in self.study.head.parameters)
        return Template(KNOWN).substitute(applied, binders=given, parameters=names, said=said, xs=xs)

    def _of_old(self) -> dict[str, str]:
        """Return to what the lemma about the old loop is applied, with the proofs that it needs, and the value there."""
        old = _applied(self.statement.old, "Old")
        given = dict(zip(self.scanned.arguments, old, strict=True))
        facts = self._counted().split(" :\n")[0].count(") (") - (len(self.scanned.arguments) - 1)
        return {
            "old": " ".join(old), "proofs": " (by first | omega | simp | grind)" * facts,
            "t": f"({value(self.cut.scan.value, lambda n: given.get(n, lean_name(n)))})",
        }  # fmt: skip

    def _both(self) -> dict[str, object]:
        """Return what the last lemma is made of: to what the others are applied, and the lengths that are looked at."""
        new = _applied(self.statement.claim, "New")
        xs, end = lean_name(self.cut.scan.order.xs.name), self.halved.end(new)
        lines = []
        for d in range(SHORT, LONG + 1):
            known = f"spent_most {d} {xs}.length ({end}).toNat"
            if d == SHORT:
                known = f"short {xs}.length (by omega) ({end}).toNat (by omega) (by omega)"
            lines.append(f"  by_cases n{d} : {xs}.length < {1 << d}")
            lines.append(f"  · have u := (f {d} (by omega)).2.2.2.2")
            lines.append(f"    have v := {known}")
            lines.append("    (repeat' split) <;> first | omega | grind")
        return {**self._of_old(), "end": end, "new": " ".join(new), "by_length": "\n".join(lines)}


def _applied(printed: str, space: str) -> list[str]:
    """Return the arguments to which a version applies the shadow of its only loop."""
    return next(arguments for _, arguments in calls(out_text(printed, space)))
