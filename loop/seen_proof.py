"""Proves that a function meets a contract about lists, by one induction over its loop with the invariants that `seen` proposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loop.lemmas import LoopLemmas
from loop.observe import inputs
from loop.printed_calls import calls
from loop.seen import SEEN, View, kept, naming, speaks_of_many, tail, watched
from verify import ir
from verify.ir import Expr, Value
from verify.lean_expr import condition, lean_type, plain, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.shape import slot
from verify.spec import Spec

if TYPE_CHECKING:
    from loop.prover import Prover, Side

_SEEN_NEXT: Final = """theorem seen_next {α : Type} [Inhabited α] {a s r : List α} (h : a = s ++ r) (k : r ≠ []) :
    a = (s ++ [item r 0]) ++ List.tail r := by
  cases r with
  | nil => exact absurd rfl k
  | cons x t => simp [h]"""
_SEEN_ITEM: Final = """theorem seen_item {α : Type} [Inhabited α] {a s r : List α} (h : a = s ++ r) (k : r ≠ []) :
    item r 0 = item a (List.length s : Int) := by
  cases r with
  | nil => exact absurd rfl k
  | cons x t => subst h; rw [item_cons_zero, item_eq (by omega) (by simp; omega)]; simp"""
_SEEN_MEM: Final = """theorem seen_mem {α : Type} [Inhabited α] {a s r : List α} (h : a = s ++ r) (k : r ≠ []) : item r 0 ∈ a := by
  cases r with
  | nil => exact absurd rfl k
  | cons x t => subst h; simp"""
_TAKE_NEXT: Final = """theorem take_next {α : Type} [Inhabited α] {a : List α} {i : Int} (h : 0 ≤ i) (k : i < a.length) :
    List.take (i + 1).toNat a = List.take i.toNat a ++ [item a i] := by
  have e : (i + 1).toNat = i.toNat + 1 := by omega
  rw [e, item_eq h k, List.take_succ_eq_append_getElem]"""
_TAKE_ALL: Final = """theorem take_all {α : Type} {a : List α} {i : Int} (h : a.length ≤ i) : List.take i.toNat a = a :=
  List.take_of_length_le (by omega)"""
_TAKE_ONE: Final = """theorem take_one {α : Type} [Inhabited α] {a : List α} (h : 0 < a.length) : List.take 1 a = [item a 0] := by
  cases a with
  | nil => exact absurd h (by simp)
  | cons x t => simp"""
_EXTREME: Final = """theorem {name}_mem {{a : List Int}} (h : a ≠ []) : {name} a ∈ a := by
  cases a with
  | nil => exact absurd rfl h
  | cons x t =>
    have fold : ∀ (l : List Int) (m : Int), l.foldl {op} m = m ∨ l.foldl {op} m ∈ l := by
      intro l
      induction l with
      | nil => intro m; simp
      | cons z zs ih => intro m; have := ih ({op} m z); simp only [List.foldl_cons, List.mem_cons]; grind
    have := fold t x
    grind [{name}]"""
_EXTREME_EQ: Final = """theorem eq_{name} {{a : List Int}} {{m : Int}} (h : m ∈ a) (k : ∀ x ∈ a, {bound}) : m = {name} a := by
  have := k _ ({name}_mem (List.ne_nil_of_mem h))
  have := {least} h
  omega"""


@dataclass(frozen=True, slots=True)
class Carried:
    """A lemma that a loop ends as the contract demands, and the lines that prove the contract with it."""

    needed: tuple[str, ...]
    lemma: str
    lines: tuple[str, ...]


def carried(spec: Spec, maker: LoopLemmas, outcome: str, runs: Sequence[tuple[Value, ...]], limits: Limits) -> Carried | None:
    """Return what proves a contract by induction over a loop; None where it speaks of no lists or the loop is none to try.

    `outcome` is the printed definition of what the version leaves behind.
    """
    program, own, ensure = maker.program, maker.own, spec.ensure
    if own.loop not in program.body or not speaks_of_many(ensure) or _overwrites(program, ensure):
        return None
    after = tail(program.body[program.body.index(own.loop) + 1 :], {})
    applied = [given for shadow, given in calls(outcome) if shadow == f"shadow{maker.shape.index}"]
    if after is None or len(applied) != 1 or "shadow" in " ".join(applied[0]):
        return None
    seen, invariants = kept(program, watched(program, own, runs, limits), ensure, after, limits)
    needed, names = _needed(ensure, seen)
    return Carried(needed, _lemma(spec, maker, after, seen, invariants, names), _lines(spec, maker, applied[0], seen, invariants, names))


def _overwrites(program: ir.Program, ensure: Expr) -> bool:
    """Say whether a function assigns a parameter of which its contract speaks: that is another thing by then."""
    return bool(ir.variables(ensure) & {p.name for p in program.parameters} & ir.writes(program.body))


def _extra(spec: Spec, maker: LoopLemmas) -> list[ir.Var]:
    """Return the parameters that the loop itself does not have."""
    return [p for p in spec.program.parameters if p.name not in maker.shape.arguments]


def _needed(ensure: Expr, seen: Sequence[View]) -> tuple[tuple[str, ...], list[str]]:
    """Return declarations that a proof needs, and the names of those that `grind` is given."""
    texts: list[str] = []
    names: list[str] = []
    if any(v.counter for v in seen):
        texts += [_TAKE_NEXT, _TAKE_ALL, _TAKE_ONE]
        names += ["take_next", "take_all", "take_one"]
    if any(not v.counter for v in seen):
        texts += [_SEEN_NEXT, _SEEN_ITEM, _SEEN_MEM]
        names += ["seen_item"]
    folds = {x.op for x in ir.subexpressions(ensure) if isinstance(x, ir.Fold)}
    for op, name, bound, least in (("max", "greatest", "x ≤ m", "le_greatest"), ("min", "least", "m ≤ x", "least_le")):
        if op in folds:
            texts += [_EXTREME.format(name=name, op=op), _EXTREME_EQ.format(name=name, bound=bound, least=least)]
            names.append(f"eq_{name}")
    if any(isinstance(x, ir.Span) for x in ir.subexpressions(ensure)):
        names += ["upto_succ", "upto_nil"]
    return tuple(texts), names


def _name(maker: LoopLemmas) -> str:
    return f"{maker.prefix}_seen"


def _lemma(
    spec: Spec, maker: LoopLemmas, after: Expr, seen: Sequence[View], invariants: Sequence[Expr], names: Sequence[str]
) -> str:
    args = "".join(f" {lean_name(p.name)}" for p in spec.program.parameters)
    extra = [f"({lean_name(p.name)} : {lean_type(p.type)})" for p in _extra(spec, maker)]
    facts = maker.facts()
    link = [v for v in seen if v.counter is None]
    for v in link:
        rest = lean_name(ir.rest_of(maker.own.loop).name)
        extra.append(f"({SEEN} : {lean_type(v.whole.type)})")
        facts = f" (hs : {lean_name(v.whole.name)} = {SEEN} ++ {rest}){facts}"
    facts += "".join(f" (i{k} : {condition(e, naming(seen))})" for k, e in enumerate(invariants))
    end = f"({maker.call})"

    def last(n: str) -> str:
        return f"{end}.{slot(n)}" if n in maker.shape.written else plain(n)

    goal = f"Post{args} {_argument(value(after, last))}"
    if maker.shape.returns:
        goal = f"({end}.returned = true → Post{args} {end}.result) ∧ ({end}.returned = false → {goal})"
    more = "(by first | assumption | exact (‹_ ∧ _ ≠ []›).2)"
    step = f"(seen_next hs {more})"
    met = f"(try have := seen_mem hs {more}); " if link else ""
    given = f" [{', '.join(names)}]" if names else ""
    apply = f"apply ih _ {step}" if link else "apply ih"
    lines = [
        f"fun_induction {maker.call}{f' generalizing {SEEN}' if link else ''} <;> first",
        f"  | (dsimp only; rename_i ih; {apply} <;> first | assumption | omega | grind{given})",
        f"  | ({met}simp only [Post, reduceCtorEq, false_implies, true_implies, and_true, true_and] <;> first | omega | grind{given})",
    ]
    return f"theorem {_name(maker)} {maker.binders(*extra)}{facts} :\n    {goal} := by\n  " + "\n  ".join(lines)


def _argument(text: str) -> str:
    return text if text.startswith("(") or " " not in text else f"({text})"


def _lines(
    spec: Spec, maker: LoopLemmas, applied: Sequence[str], seen: Sequence[View], invariants: Sequence[Expr], names: Sequence[str]
) -> tuple[str, ...]:
    given = f" [{', '.join(names)}]" if names else ""
    begin = [_argument(a.replace("(shadow", f"({maker.space}.shadow")) for a in applied]
    begin += [lean_name(p.name) for p in _extra(spec, maker)]
    for v in seen:
        if v.counter is None:
            begin += ["[]", "rfl"] if maker.own.loop.source == v.whole else ["_", "(List.take_append_drop 1 _).symm"]
    proofs = ["(by first | omega | grind)" for _ in maker.hypotheses()]
    proofs += [f"(by first | omega | grind{given} | simp)" for _ in invariants]
    ends = ["exact s", "exact s.1 (by assumption)", "exact s.2 (by simpa using (by assumption))", "(simp_all; done)"]
    return (
        "simp only [Pre] at h",
        f"simp only [{maker.space}.value, {maker.space}.out]",
        "(repeat' split) <;> first",
        f"  | (have s := {' '.join([_name(maker), *begin, *proofs])}; first | {' | '.join(ends)})",
        f"  | (simp only [Post] <;> first | omega | grind{given})",
    )


def meets(prover: "Prover", side: "Side") -> bool:
    """Prove the fact `post` about a version by induction over one of its loops, and keep it; says whether it was possible."""
    spec, limits = prover.spec, prover.limits
    if "post" in prover.facts_given or not speaks_of_many(spec.ensure):
        return False
    typed = [(lean_name(p.name), lean_type(p.type)) for p in spec.program.parameters]
    binders, args = "".join(f" ({n} : {t})" for n, t in typed), "".join(f" {n}" for n, _ in typed)
    head = f"theorem post{binders} (h : Pre{args}) : Post{args} ({side.space}.value{args}) := by"
    printed = side.printed[side.printed.index(f"namespace QED.{side.space}\nopen ") :]
    outcome = printed[printed.index("\ndef out ") : printed.index("\ndef value ")]
    for own in side.loops.values():
        maker = LoopLemmas(side.program, own, side.space, limits)
        found = carried(spec, maker, outcome, inputs(spec, limits, seed=0), limits)
        if found and prover.add(*found.needed, found.lemma, "\n  ".join([head, *found.lines])):
            prover.facts_given.add("post")
            return True
    return False
