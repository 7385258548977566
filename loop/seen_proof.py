"""Proves what holds of a function over lists by one induction over a loop of it, with the invariants that `seen` proposes.

That is a contract that speaks of lists, or the equality with a version that has no loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from loop.lemmas import LoopLemmas
from loop.observe import inputs
from loop.printed_calls import calls
from loop.seen import GIVEN, SEEN, View, counts_on, kept, naming, overwritten, speaks_of_many, tail, watched
from verify import ir
from verify.ir import Expr, Name, Value
from verify.lean_expr import condition, lean_type, plain, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.shape import RESULT, slot
from verify.spec import Spec

if TYPE_CHECKING:
    from loop.prover import Prover, Side

_TAKE_ONE: Final = """theorem take_one {α : Type} [Inhabited α] {a : List α} (h : 0 < a.length) : List.take 1 a = [item a 0] := by
  cases a with
  | nil => exact absurd h (by simp)
  | cons x t => simp"""
_OVER_LIST: Final = (
    _TAKE_ONE,
    """theorem seen_next {α : Type} [Inhabited α] {a s r : List α} (h : a = s ++ r) (k : r ≠ []) :
    a = (s ++ [item r 0]) ++ List.tail r := by
  cases r with
  | nil => exact absurd rfl k
  | cons x t => simp [h]""",
    """theorem seen_item {α : Type} [Inhabited α] {a s r : List α} (h : a = s ++ r) (k : r ≠ []) :
    item r 0 = item a (List.length s : Int) := by
  cases r with
  | nil => exact absurd rfl k
  | cons x t => subst h; rw [item_cons_zero, item_eq (by omega) (by simp; omega)]; simp""",
    """theorem seen_mem {α : Type} [Inhabited α] {a s r : List α} (h : a = s ++ r) (k : r ≠ []) :
    item r 0 ∈ a := by
  cases r with
  | nil => exact absurd rfl k
  | cons x t => subst h; simp""",
)
"""about a list of which `s` has been seen and `r` is still to come"""
_BY_INDEX: Final = (
    """theorem take_next {α : Type} [Inhabited α] {a : List α} {i : Int} (h : 0 ≤ i) (k : i < a.length) :
    List.take (i + 1).toNat a = List.take i.toNat a ++ [item a i] := by
  have e : (i + 1).toNat = i.toNat + 1 := by omega
  rw [e, item_eq h k, List.take_succ_eq_append_getElem]""",
    """theorem take_all {α : Type} {a : List α} {i : Int} (h : a.length ≤ i) : List.take i.toNat a = a :=
  List.take_of_length_le (by omega)""",
    _TAKE_ONE,
)
"""about the first elements of a list, as many as an index says"""
_EXTREME: Final = """theorem {name}_mem (a : List Int) : a.length = 0 ∨ {name} a ∈ a := by
  cases a with
  | nil => exact Or.inl rfl
  | cons x t =>
    right
    have fold : ∀ (l : List Int) (m : Int), l.foldl {op} m = m ∨ l.foldl {op} m ∈ l := by
      intro l
      induction l with
      | nil => intro m; simp
      | cons z zs ih => intro m; have := ih ({op} m z); simp only [List.foldl_cons, List.mem_cons]; grind
    have := fold t x
    grind [{name}]"""
_EXTREMES: Final = {"max": ("greatest", "le_greatest h"), "min": ("least", "least_le h")}
_CONNECTIVES: Final = "reduceCtorEq, false_implies, true_implies, and_true, true_and"


@dataclass(frozen=True, slots=True)
class Carried:
    """One loop at whose end a condition holds, since its turns keep the invariants; `after` is what the function then returns."""

    spec: Spec
    ensure: Expr
    """what is to hold of `result`: the contract's condition, or another one"""
    maker: LoopLemmas
    after: Expr
    seen: list[View]
    invariants: tuple[Expr, ...]

    @property
    def name(self) -> str:
        """The name of its lemma."""
        return f"{self.maker.prefix}_seen"

    @property
    def arguments(self) -> str:
        """What the parameters were as arguments."""
        return "".join(f" {lean_name(self.before.get(p.name, p).name)}" for p in self.spec.program.parameters)

    @property
    def before(self) -> dict[Name, ir.Var]:
        """The parameters that the function overwrites, each with a variable for what it was."""
        return overwritten(self.maker.program)

    @property
    def others(self) -> list[ir.Var]:
        """The parameters that the loop itself does not have, and what those were that it has and the function overwrites."""
        named = self.spec.program.parameters
        return [self.before.get(p.name, p) for p in named if p.name in self.before or p.name not in self.maker.shape.arguments]

    @property
    def over(self) -> tuple[ir.ForEach, View] | None:
        """The loop and what it has seen, where it goes over a list."""
        loop = self.maker.own.loop
        return (loop, self.seen[0]) if isinstance(loop, ir.ForEach) and self.seen else None

    @property
    def folds(self) -> list[tuple[str, str]]:
        """The calls of `max` and `min` in the condition whose list the parameters make up, each with the list in Lean."""
        given = {self.before.get(p.name, p).name for p in self.spec.program.parameters}
        found = (x for x in ir.subexpressions(self.ensure) if isinstance(x, ir.Fold) and x.op in _EXTREMES)
        return list(dict.fromkeys((x.op, value(x.operand, plain)) for x in found if ir.variables(x.operand) <= given))

    @property
    def needed(self) -> list[str]:
        """The declarations that the proof needs."""
        texts = [*(_OVER_LIST if self.over else _BY_INDEX if self.seen else ())]
        names = {op: _EXTREMES[op][0] for op, _ in self.folds}
        return texts + [_EXTREME.format(name=name, op=op) for op, name in names.items()]

    @property
    def grind(self) -> str:
        """The call of `grind` with what it may use."""
        names = ["seen_item", "take_one"] if self.over else ["take_next", "take_all", "take_one"] if self.seen else []
        if any(isinstance(x, ir.Span) for x in ir.subexpressions(self.ensure)):
            names += ["upto_succ", "upto_nil"]
        return f"grind [{', '.join(names)}]" if names else "grind"

    @property
    def lemma(self) -> str:
        """The lemma that from wherever the invariants hold the loop goes on to an end that meets the contract."""
        maker, extra = self.maker, [f"({lean_name(p.name)} : {lean_type(p.type)})" for p in self.others]
        facts, general, applied, met = maker.facts(), "", "apply ih", ""
        if self.over:
            loop, view = self.over
            extra.append(f"({SEEN} : {lean_type(view.whole.type)})")
            facts = f" (hs : {lean_name(view.whole.name)} = {SEEN} ++ {lean_name(ir.rest_of(loop).name)}){facts}"
            more = "(by first | assumption | exact (‹_ ∧ _ ≠ []›).2)"
            general, applied = f" generalizing {SEEN}", f"apply ih _ (seen_next hs {more})"
            met = f"(try have := seen_mem hs {more}); "
        ended = "(try simp (disch := omega) only [take_all] at *); " if self.seen and not self.over else ""
        for op, elements in self.folds:
            name, bound = _EXTREMES[op]
            met += f"have := {name}_mem {elements}; have := fun x (h : x ∈ {elements}) => {bound}; "
        facts += "".join(f" (i{k} : {condition(e, naming(self.seen))})" for k, e in enumerate(self.invariants))
        lines = [
            f"fun_induction {maker.call}{general} <;> first",
            f"  | (dsimp only; rename_i ih; {applied} <;> first | assumption | omega | {self.grind})",
            f"  | ({met}{ended}{self._opened(f', {_CONNECTIVES}')} <;> first | omega | {self.grind})",
        ]
        head = f"theorem {self.name} {maker.binders(*extra)}{facts}"
        return f"{head} :\n    {self._goal()} := by\n  " + "\n  ".join(lines)

    @property
    def of_contract(self) -> bool:
        """Whether the condition is the contract's."""
        return self.ensure == ir.substitute(self.spec.ensure, dict(self.before))

    def said(self, result: str) -> str:
        """Return the condition of a result that is given in Lean."""
        if self.of_contract:
            return f"Post{self.arguments} {_argument(result)}"
        return condition(self.ensure, lambda n: result if n == RESULT else plain(n))

    def _opened(self, connectives: str = "") -> str:
        """Return the tactic that brings the condition into the open."""
        return f"simp only [Post{connectives}]" if self.of_contract else f"(try simp only [{connectives[2:]}])"

    def _goal(self) -> str:
        end = f"({self.maker.call})"

        def last(n: Name) -> str:
            return f"{end}.{slot(n)}" if n in self.maker.shape.written else plain(n)

        goal = self.said(value(self.after, last))
        if not self.maker.shape.returns:
            return goal
        return f"({end}.returned = true → {self.said(f'{end}.result')}) ∧ ({end}.returned = false → {goal})"

    def lines(self, applied: Sequence[str]) -> list[str]:
        """Return the lines that prove the condition with the lemma; `applied` are the arguments that the loop begins with."""
        space = self.maker.space
        begin = [_argument(a) for a in applied]
        begin += [lean_name(p.name.removeprefix(GIVEN) if p in self.before.values() else p.name) for p in self.others]
        if self.over:
            loop, view = self.over
            whole = lean_name(view.whole.name)
            begin += ["[]", "rfl"] if loop.source == view.whole else [f"(List.take 1 {whole})", f"(by cases {whole} <;> simp)"]
        proofs = ["(by first | omega | grind)"] * len(self.maker.hypotheses())
        proofs += [f"(by first | omega | {self.grind} | simp)"] * len(self.invariants)
        ends = ["exact s", "exact s.1 (by assumption)", "exact s.2 (by simpa using (by assumption))", "(simp_all; done)"]
        if self.maker.program.result == "bool":
            ends.append("(rw [Bool.eq_iff_iff]; simpa using s)")
        return [
            "simp only [Pre] at h",
            f"simp only [{space}.value, {space}.out]",
            "(repeat' split) <;> first",
            f"  | (have s := {' '.join([self.name, *begin, *proofs])}; first | {' | '.join(ends)})",
            f"  | ({self._opened()} <;> first | omega | {self.grind})",
        ]


def _argument(text: str) -> str:
    return text if text.startswith("(") or " " not in text else f"({text})"


def carried(spec: Spec, ensure: Expr, maker: LoopLemmas, runs: Sequence[tuple[Value, ...]], limits: Limits) -> Carried | None:
    """Return what to prove of a loop; None where more than straight lines follow it."""
    program, own = maker.program, maker.own
    before = overwritten(program)
    if own.loop not in program.body or {v.name for v in before.values()} & {v.name for v in program.variables}:
        return None
    after = tail(program.body[program.body.index(own.loop) + 1 :], {})
    if after is None:
        return None
    said = ir.substitute(ensure, dict(before))
    return Carried(spec, said, maker, after, *kept(program, watched(program, own, runs, limits), said, after, limits))


def meets(prover: "Prover", side: "Side") -> bool:
    """Prove the fact `post` about a version by induction over one of its loops, and keep it; says whether it was possible."""
    spec = prover.spec
    if "post" in prover.facts_given or not side.loops or not speaks_of_many(spec.ensure):
        return False
    typed, args = _parameters(spec)
    head = f"theorem post{typed} (h : Pre{args}) : Post{args} ({side.space}.value{args}) := by"
    return _by_a_loop(prover, side, "post", spec.ensure, [head])


def equals(prover: "Prover", sides: "Sequence[Side]") -> bool:
    """Prove the fact `same` by induction over a loop of the old version, where a new one has none.

    It goes over lists, or is linear but for quotients and the like; what else it may be is a matter of closed forms.

    Says whether it was possible.
    """
    if len(sides) == 1 or prover.spec.result != "same" or "same" in prover.facts_given:
        return False
    old, new = sides
    if not old.loops or new.loops or new.program.recursive:
        return False
    value_of = tail(new.program.body, {})
    if value_of is None or not (speaks_of_many(value_of) or counts_on(value_of)):
        return False
    value_of = _apart(value_of)
    typed, args = _parameters(prover.spec)
    lines = [
        f"theorem same{typed} (h : Pre{args}) : New.value{args} = Old.value{args} := by",
        f"have e : New.value{args} = {value(value_of, plain)} := by first | rfl | (simp only [New.value, New.out]; done) | grind",
        "rw [e]; apply Eq.symm",
    ]
    ensure = ir.Compare((ir.Var(RESULT, prover.spec.program.result), value_of), ("eq",))
    return _by_a_loop(prover, old, "same", ensure, lines)


def _by_a_loop(prover: "Prover", side: "Side", name: str, ensure: Expr, begun: Sequence[str]) -> bool:
    """Prove a fact that comes down to a condition of what a version returns; `begun` is its statement, and lines to there."""
    limits = prover.limits
    runs = inputs(prover.spec, limits, seed=0)
    own = side.printed[side.printed.index(f"namespace QED.{side.space}\nopen ") :]
    applied_to = calls(own[own.index("\ndef out ") : own.index("\ndef value ")])
    for shadow, applied in applied_to:
        maker = LoopLemmas(side.program, side.loops[int(shadow.removeprefix("shadow"))], side.space, limits)
        if any("shadow" in a for a in applied) or [s for s, _ in applied_to].count(shadow) > 1:
            continue
        found = carried(prover.spec, ensure, maker, runs, limits)
        if found is not None and prover.add(*found.needed, found.lemma, "\n  ".join([*begun, *found.lines(applied)])):
            prover.facts_given.add(name)
            return True
    return False


def _parameters(spec: Spec) -> tuple[str, str]:
    """Return the parameters as binders and as arguments."""
    names = [(lean_name(p.name), lean_type(p.type)) for p in spec.program.parameters]
    return "".join(f" ({n} : {t})" for n, t in names), "".join(f" {n}" for n, _ in names)


def _apart(e: Expr) -> Expr:
    """Return an expression whose bound variables are none of another version's."""
    match e:
        case ir.Each(element, variable, source, test):
            own = replace(variable, name=f"{variable.name}_new")
            env: dict[Name, Expr] = {variable.name: own}
            said = [None if x is None else _apart(ir.substitute(x, env)) for x in (element, test)]
            return ir.Each(said[0] or element, own, _apart(source), said[1])
    return ir.rebuilt(e, _apart)
