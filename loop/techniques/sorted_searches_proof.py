"""The proof that halving finds where a search in an ordered list stops, and that long lists take the search longer."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final

from loop.observe import evaluator
from loop.printed_calls import calls
from loop.simplify import replaced, static_cost
from loop.techniques.claim_facts import closing, declared, noted, out_text
from loop.techniques.halving import ASKED, Halved, call, turn_of, typed
from loop.techniques.ordered import SIGNS
from loop.techniques.scans import Outcome, Scan, Side, sides_of
from loop.techniques.study import Study
from loop.techniques.written import binders
from loop.worst_prover import HELPERS, reaching
from verify import ir
from verify.gates.bounds import conjuncts
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, Name, Program, Relation
from verify.lean_expr import condition, plain, value
from verify.lean_expr import field as lean_name
from verify.shape import RESULT, Shape
from verify.statement import Claim, to_statement, worst_case_facts
from verify.worst_case import SIZE, Reading, read_worst_case

MOST: Final = """def most : Nat → Nat → Nat
  | 0, _ => $asked
  | d + 1, w => if w = 0 then $asked else max ($turn + most d (w / 2)) ($turn + 1 + most d (w - w / 2 - 1))

theorem spent_within (d : Nat) : ∀ w k : Nat, spent d w k ≤ most d w ∧ spent d w k ≤ $asked + ($turn + 1) * d := by
  induction d with
  | zero => intro w k; simp [spent, most]
  | succ d ih =>
    intro w k
    have a := ih (w - w / 2 - 1) (k - w / 2 - 1)
    have b := ih (w / 2) k
    rw [spent, most]
    split
    · omega
    · split <;> omega

theorem short : ∀ w : Nat, w < 32 → $least ≤ w → ($fixed : Int) + most 5 w ≤ $bound_w := by
  decide

theorem long (w : Nat) (h : 32 ≤ w) : ∃ d : Nat, (w : Int) < 2 ^ d ∧ ($turn + 1) * (d : Int) + 32 ≤ w + 6 * ($turn + 1) := by
  induction w using Nat.strongRecOn with
  | ind w ih =>
    by_cases s : w < 64
    · exact ⟨6, by omega, by omega⟩
    · obtain ⟨d, a, b⟩ := ih (w / 2) (by omega) (by omega)
      refine ⟨d + 1, ?_, by omega⟩
      rw [Int.pow_succ]
      omega
"""
REST: Final = """theorem rest_next (xs rest : List Int) (i : Int) (i0 : 0 ≤ i) (e : rest = List.drop i.toNat xs) (h : rest ≠ []) :
    i < xs.length ∧ item rest 0 = item xs i ∧ List.tail rest = List.drop (i + 1).toNat xs := by
  have l : i.toNat < xs.length := by
    rcases Nat.lt_or_ge i.toNat xs.length with l | l
    · exact l
    · rw [List.drop_of_length_le l] at e; exact absurd e h
  have d : List.drop i.toNat xs = item xs i :: List.drop (i + 1).toNat xs := by
    rw [item_eq i0 (by omega), show (i + 1).toNat = i.toNat + 1 by omega]
    exact List.drop_eq_getElem_cons l
  subst e
  rw [d]
  exact ⟨by omega, rfl, rfl⟩

theorem rest_end (xs rest : List Int) (i : Int) (e : rest = List.drop i.toNat xs) (h : ¬rest ≠ []) : xs.length ≤ i.toNat := by
  have z : rest = [] := by
    cases rest with
    | nil => rfl
    | cons x a => exact absurd (by simp) h
  rw [e] at z
  exact List.drop_eq_nil_iff.mp z
"""
LOOP: Final = """theorem $name $binders $facts $given :
    $says := by
  fun_induction $at$general <;> first
$scripts
"""
OVER_ELEMENTS: Final = (
    "(have n := rest_next {xs} _ _ i0 e (by first | assumption | exact (‹_ ∧ _ ≠ []›).2); dsimp only; grind)",
    "(have n := rest_end {xs} _ _ e (by first | assumption | grind); dsimp only; grind)",
)
BY_INDEX: Final = ("(dsimp only; grind)", "(dsimp only; grind [pick])")
BOTH: Final = """theorem both $binders (h : Pre $parameters) (d : Nat) (w : ($xs.length : Int) < 2 ^ d) :
    New.value $parameters = Old.value $parameters ∧ ∃ k : Nat, New.ticks $parameters ≤ $fixed + spent d $xs.length k := by
  have r := in_order $parameters h
  simp only [Pre] at h
  have f := halve $new (by first | omega | grind) (by omega) (by omega) d (by omega)
  simp only [Int.sub_zero, Int.toNat_natCast] at f
  obtain ⟨k, ek⟩ : ∃ k : Int, k = $end := ⟨_, rfl⟩
  simp only [← ek] at f
  have before : ∀ j : Int, 0 ≤ j → j < k → item $xs j $sign $t := by
    intro j j0 j1
    have a := apart $xs r j j0 (k - 1 - j).toNat (by omega)
    have b := f.2.2.1 (k - 1) (by omega) (by omega)
    rw [show j + ((k - 1 - j).toNat : Int) = k - 1 by omega] at a
    omega
  have after : ∀ j : Int, k ≤ j → j < $xs.length → ¬item $xs j $sign $t ∧ item $xs k $order item $xs j := by
    intro j j0 j1
    have a := apart $xs r k (by omega) (j - k).toNat (by omega)
    have b := f.2.2.2.1 (by omega)
    rw [show k + ((j - k).toNat : Int) = j by omega] at a
    omega
$applied
  simp only [New.value, New.out, Old.value, Old.out, New.ticks, ← ek]
  refine ⟨?_, k.toNat, ?_⟩
  · by_cases c : k < $xs.length
    · have a := after k (by omega) c
      by_cases q : item $xs k = $t <;> first | (simp_all; done) | grind | ((repeat' split) <;> grind)
    · first | (simp_all; done) | grind | ((repeat' split) <;> grind)
  · (repeat' split) <;> first | omega | grind"""
FACTS: Final = """theorem same $binders (h : Pre $parameters) : New.value $parameters = Old.value $parameters := by
  exact (both $parameters h $xs.length (lt_pow (by omega))).1

theorem within : $within := by
  intro $parameters h l
  simp only [Size] at l
  simp only [Size, Bound]
  by_cases c : $xs.length < 32
  · obtain ⟨k, b⟩ := (both $parameters h 5 (by omega)).2
    have s := (spent_within 5 $xs.length k).1
    have m := short $xs.length c (by omega)
    omega
  · obtain ⟨d, a, e⟩ := long $xs.length (by omega)
    obtain ⟨k, b⟩ := (both $parameters h d a).2
    have s := (spent_within d $xs.length k).2
    omega"""


@dataclass(frozen=True, slots=True)
class Search:
    """A scan that goes on while elements come before a value, and stops at one of the others.

    One that `passes` stops at elements that are equal to the value only.
    """

    scan: Scan
    ends: Mapping[Side, Outcome]
    changes: Mapping[Name, int]
    """what a turn that goes on adds to the names that are read later"""
    strict: bool
    passes: bool

    @property
    def stops(self) -> list[Side]:
        """The sides of the elements at which it stops."""
        return [s for s in (0, 1) if self.ends[s].kind != "go"]

    @property
    def relation(self) -> Relation:
        """How the elements before stand to the value."""
        return ("lt" if self.strict else "le") if self.scan.order.rises else ("gt" if self.strict else "ge")


def lemmas(study: Study, search: Search, new: Program, claim: Claim) -> str:
    """Return the proof, "" where the claim is not one that it shows. Raises Refusal where a loop cannot be read."""
    if claim.worst is None:
        return ""
    reading = read_worst_case(claim.worst, study.spec, study.limits)
    writer = _Writer(study, search, new, claim, reading)
    fixed = writer.fixed()
    if fixed is None or reading.size != ir.Length(search.scan.order.xs) or not writer.holds(fixed):
        return ""
    parts = writer.parts(fixed)
    return "\n\n".join([*parts, *closing(study.spec, "within reached")]) + "\n"


class _Writer:
    """Writes the lemmas about both loops."""

    def __init__(self, study: Study, search: Search, new: Program, claim: Claim, reading: Reading) -> None:
        self.study, self.search, self.scan, self.reading = study, search, search.scan, reading
        self.old, self.new = noted(study, study.head, "Old"), noted(study, new, "New")
        self.scanned: Shape = self.old.shapes[self.scan.loop.index]
        self.turn = turn_of(self.scan.value)
        self.halved = Halved(self.new, self.scan.order.xs, self.scan.value, search.relation, self.turn)
        self.statement = to_statement(study.spec, self.old.program, self.new.program, claim, study.limits)
        self.xs = lean_name(self.scan.order.xs.name)
        self.names = " ".join(lean_name(p.name) for p in study.head.parameters)
        self.least = reading.least

    # -- what the claim asks for ----------------------------------------------------------------------------------------------

    def fixed(self) -> int | None:
        """Return the ticks of the new version besides its loop, at most, as runs show."""
        at = [p.name for p in self.study.head.parameters].index(self.scan.order.xs.name)
        interpreter = Interpreter(self.new.program, self.study.limits, watched=True)
        found: list[int] = []
        for arguments in self.study.runs:
            states: list[int] = []
            try:
                ran = interpreter.run(arguments, lambda _, __, ticks, states=states: states.append(ticks))  # type: ignore[misc]
            except OutOfFuel:
                return None
            if isinstance(arguments[at], list) and states:
                found.append(ran.ticks - (states[-1] - states[0]) - ASKED)
        return max(found, default=None)

    def holds(self, fixed: int) -> bool:
        """Say whether the bound is one that the proof shows."""
        run = evaluator(self.reading.bound, [SIZE], self.study.limits)

        def bound(n: int) -> int:
            found = run({SIZE: n})
            return int(found) if isinstance(found, int) else -1

        old = Interpreter(self.study.head, self.study.limits)
        at = [p.name for p in self.study.head.parameters].index(self.scan.order.xs.name)
        empty = next((old.run(a).ticks for a in self.study.runs if a[at] == []), 0)
        reached = all(empty + self._ticks() * s > bound(s) for s in range(self.least, max(self.least, 32) + 2))
        short = all(fixed + self.most(w) <= bound(w) for w in range(self.least, 32))
        far = [fixed + ASKED + w + 6 * (self.turn + 1) - 32 <= bound(w) for w in (32, 33, 1_000)]
        return reached and short and all(far)

    def most(self, w: int) -> int:
        """Return the ticks of halving a width, at most."""
        if w == 0:
            return ASKED
        return max(self.turn + self.most(w // 2), self.turn + 1 + self.most(w - w // 2 - 1))

    # -- lemmas ---------------------------------------------------------------------------------------------------------------

    def parts(self, fixed: int) -> list[str]:
        """Return the lemmas, one after another."""
        common = {"binders": binders(self.study.head.parameters), "parameters": self.names, "xs": self.xs, "fixed": fixed}
        bound = value(self.reading.bound, lambda _: "(w : Int)")
        most = Template(MOST).substitute(asked=ASKED, turn=self.turn, least=self.least, fixed=fixed, bound_w=bound)
        order = self.scan.order
        found = [order.lemmas(self.study.head, self.turn), self.halved.lemma(), most]
        found += [REST] if isinstance(self.scan.loop, ir.ForEach) else []
        signs = {"sign": SIGNS[self.search.relation], "order": order.sign}
        found += [*self.loops(), Template(BOTH).substitute(common, **signs, **self._both())]
        within, reached = worst_case_facts(self.study.spec, self.reading)
        found += [Template(FACTS).substitute(common, within=within), *HELPERS.values(), self._reached(reached)]
        return found

    def loops(self) -> list[str]:
        """Return what the old loop leaves, by where the elements stop to come before the value, and what it costs at least."""
        t = f"({value(self.scan.value, plain)})"
        here, sign = self._here(), SIGNS[self.search.relation]
        first = f"(first : ∀ j : Int, {here} ≤ j → j < k → item {self.xs} j {sign} {t})"
        upto = f"(k0 : {here} ≤ k) (k1 : k ≤ {self.xs}.length) {first}"
        stop = f"(stop : k < {self.xs}.length → ¬item {self.xs} k {sign} {t})"
        own = [self._loop("searched", f"(k : Int) {upto} {stop}", self._said(t))]
        if self.search.passes:
            other = f"(k : Int) (others : ∀ j : Int, {here} ≤ j → j < {self.xs}.length → ¬item {self.xs} j = {t})"
            own.append(self._loop("passed", other, self._end()))
        every = f"(every : ∀ j : Int, {here} ≤ j → j < {self.xs}.length → item {self.xs} j {sign} {t})"
        at = call(self.scanned, "Old")
        length = f"(({self.xs}.length : Int) - {here})"
        return [*own, self._loop("dear", every, f"{self._asked()} + {self._ticks()} * {length} ≤ (({at}).ticks : Int)")]

    def _asked(self) -> int:
        """Return the ticks of asking whether the loop goes on where no element is left."""
        test = self.scan.loop.test if isinstance(self.scan.loop, ir.While) else None
        return 1 if test is None else 1 + static_cost(next(conjuncts(test)))

    def _ticks(self) -> int:
        """Return the ticks of a turn whose element comes before the value."""
        turns = sides_of(self.study, self.scan)
        return turns[-1].ticks if turns is not None and -1 in turns else 0

    def _loop(self, name: str, given: str, says: str) -> str:
        facts, scripts = self._facts()
        general = " generalizing i" if isinstance(self.scan.loop, ir.ForEach) else ""
        return Template(LOOP).substitute(
            name=name, binders=self._binders(), facts=facts, given=given, says=says, general=general,
            at=call(self.scanned, "Old"), scripts="\n".join(f"  | {s}" for s in scripts),
        )  # fmt: skip

    def _binders(self) -> str:
        found = typed(self.scanned, self.old.types)
        return found if self.scan.order.xs.name in self.scanned.arguments else f"({self.xs} : List Int) {found}"

    def _here(self) -> str:
        """Return the index of the next element, in Lean."""
        match self.scan.loop:
            case ir.ForEach():
                return "i"
            case ir.For(index=k):
                return lean_name(f"next_{k}")
        return lean_name(self.scan.counter or "")

    def _facts(self) -> tuple[str, list[str]]:
        """Return what is given of the loop's variables, and the scripts for its turns."""
        here, loop = self._here(), self.scan.loop
        inside = f" (g : {condition(self.scanned.invariant, plain)})" if self.scanned.invariant != ir.TRUE else ""
        if isinstance(loop, ir.ForEach):
            rest = lean_name(ir.rest_of(loop).name)
            place = f"(i : Int) (i0 : 0 ≤ i) (i1 : i ≤ {self.xs}.length) (e : {rest} = List.drop i.toNat {self.xs})"
            return place + inside, [s.format(xs=self.xs) for s in OVER_ELEMENTS]
        names = [f"stop_{loop.index}"] if isinstance(loop, ir.For) else []
        names += [n for n, e in self.scan.begun.items() if e == ir.Length(self.scan.order.xs) and n in self.scanned.arguments]
        equal = "".join(f" (l{k} : {lean_name(n)} = ({self.xs}.length : Int))" for k, n in enumerate(names))
        return f"(i0 : 0 ≤ {here}) (i1 : {here} ≤ {self.xs}.length){equal}{inside}", list(BY_INDEX)

    def _said(self, t: str) -> str:
        """Return what the loop leaves, by which element stops it."""
        within, element = f"k < {self.xs}.length", f"item {self.xs} k"
        cases = [] if self.search.passes else [f"(k = {self.xs}.length → {self._end()})"]
        for side in self.search.stops:
            which = f"{element} = {t}" if side == 0 else f"¬{element} = {t}"
            cases.append(f"({within} → {which} → {self._stopped(self.search.ends[side])})")
        return " ∧\n    ".join(cases)

    def _end(self) -> str:
        """Return what the loop leaves where nothing stops it."""
        at, count = call(self.scanned, "Old"), f"(({self.xs}.length : Int) - {self._here()})"
        said = [f"({at}).returned = false"] if self.scanned.returns else []
        said += [f"({at}).{lean_name(n)} = {lean_name(n)} + {c} * {count}" for n, c in self.search.changes.items()]
        return " ∧ ".join(said) or "True"

    def _stopped(self, o: Outcome) -> str:
        """Return what the loop leaves where the element at `k` stops it."""
        at, scan = call(self.scanned, "Old"), self.scan

        def lean(e: Expr) -> str:
            if isinstance(scan.loop, ir.ForEach):
                e = replaced(e, ir.Var(scan.loop.variable, "int"), ir.Item(scan.order.xs, ir.Var("the place", "int")))
            return value(e, name)

        def name(n: Name) -> str:
            if n in ("the place", scan.counter):
                return "k"
            change = self.search.changes.get(n, 0)
            return f"({lean_name(n)} + {change} * (k - {self._here()}))" if change else lean_name(n)

        if o.value is not None:
            return f"(({at}).returned = true ∧ ({at}).{RESULT} = {lean(o.value)})"
        said = [f"({at}).returned = false"] if self.scanned.returns else []
        said += [f"({at}).{lean_name(n)} = {lean(o.gives.get(n, ir.Var(n, 'int')))}" for n in self.search.changes]
        return f"({' ∧ '.join(said) or 'True'})"

    # -- the facts ------------------------------------------------------------------------------------------------------------

    def _old_arguments(self) -> str:
        """Return to what a lemma about the old loop is applied, with its facts."""
        given = " ".join(next(arguments for _, arguments in calls(out_text(self.statement.old, "Old"))))
        given = given if self.scan.order.xs.name in self.scanned.arguments else f"{self.xs} {given}"
        place = isinstance(self.scan.loop, ir.ForEach)
        proofs = " (by first | omega | simp | grind)" * (_hypotheses(self._facts()[0]) - place)
        return f"{given}{' 0' if place else ''}{proofs}"

    def _both(self) -> dict[str, str]:
        new = next(arguments for _, arguments in calls(out_text(self.statement.claim, "New")))
        old = self._old_arguments()
        applied = [f"  have s := searched {old} k (by omega) (by omega) (by intro j j0 j1; exact before j j0 j1) f.2.2.2.1"]
        if self.search.passes:
            applied.append(f"  have p := fun others => passed {old} k others")
        begun = dict(zip(self.scanned.arguments, next(a for _, a in calls(out_text(self.statement.old, "Old"))), strict=True))
        t = f"({value(self.scan.value, lambda n: begun.get(n, lean_name(n)))})"
        return {"new": " ".join(new), "end": self.halved.end(new), "t": t, "applied": "\n".join(applied)}

    def _reached(self, reached: str) -> str:
        args = "".join(f" {lean_name(p.name)}" for p in self.study.head.parameters)
        helped = f"grind [{', '.join(HELPERS)}]"
        opening = reaching(self.study.spec, self.reading, args, helped).split("\n")
        simp = f"simp [{', '.join(f'e_{a}' for a in args.split())}]"
        ends = f"(by intro j j0 j1; first | (subst_vars; {helped}) | ({simp}; done) | ({simp}; {helped}))"
        lines = [*opening, f"have o := dear {self._old_arguments()} {ends}", "simp only [Old.ticks, Old.out]"]
        return declared(f"reached : {reached}", [*lines, "(repeat' split) <;> first | omega | grind"])


def _hypotheses(facts: str) -> int:
    """Return how many binders a text has."""
    depth, count = 0, 0
    for c in facts:
        count += c == "(" and depth == 0
        depth += (c == "(") - (c == ")")
    return count
