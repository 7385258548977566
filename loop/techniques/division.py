"""Repeated subtraction: as a quotient and a remainder, or as Euclid's algorithm where two numbers are taken from each other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from string import Template

from loop.techniques.study import Draft, Study
from loop.techniques.written import applied, binders, premise, shadow, written
from verify import ir
from verify.interpreter import Interpreter
from verify.ir import Expr, Name, Var
from verify.lean_expr import field as lean_name
from verify.lean_expr import value

SLOW_TURN = 6
"""ticks of one turn of the subtraction for which the cost lemmas of Euclid's algorithm are written"""

DIVIDED = """def divided $fixed(hd : 0 < $d) (k : Nat) : ∀ $moved : Int, 0 ≤ $n → $n < k →
    $quotient($call).$n = $n % $d := by
  induction k with
  | zero => intro $moved h0 h1; omega
  | succ k ih =>
    intro $moved h0 h1
    rw [Old.shadow1]
    by_cases c : $n ≥ $d
    · have i := ih $next (by omega) (by omega)
      have e := Int.add_mul_ediv_right ($n - $d) 1 (c := $d) (by omega)
      rw [show $n - $d + 1 * $d = $n by omega] at e
      have r : ($n - $d) % $d = $n % $d := by rw [Int.sub_emod_right]
      simp (disch := omega) only [if_pos, if_neg]
      omega
    · have e := Int.ediv_eq_zero_of_lt h0 (show $n < $d by omega)
      have r := Int.emod_eq_of_lt h0 (show $n < $d by omega)
      simp (disch := omega) only [if_pos, if_neg]
      omega

theorem same $all $premise : $new = $old := by
  have w := divided $fixed_names(by omega) ($first.toNat + 1) $start (by omega) (by omega)
  have e := fdiv_pos $first (show 0 < $d by omega)
  have r := fmod_pos $first (show 0 < $d by omega)
  simp only [New.value, New.out, Old.value, Old.out, Prod.mk.injEq]
  first | omega | (refine ⟨?_, ?_⟩ <;> omega) | grind
"""

EUCLID = """theorem new_step (a b : Int) (h : 0 < a) (g : 0 < b) :
    (New.shadow1 a b).$p = (New.shadow1 b (a % b)).$p ∧ (New.shadow1 a b).ticks = 4 + (New.shadow1 b (a % b)).ticks := by
  rw [New.shadow1, if_pos (by omega), fmod_pos a g]; exact ⟨rfl, rfl⟩

theorem new_done (a : Int) : (New.shadow1 a 0).$p = a ∧ (New.shadow1 a 0).ticks = 1 := by
  rw [New.shadow1, if_neg (by simp)]; exact ⟨rfl, rfl⟩

theorem swapped (a b : Int) (h : 0 < a) (g : a < b) :
    (New.shadow1 a b).$p = (New.shadow1 b a).$p ∧ (New.shadow1 a b).ticks = 4 + (New.shadow1 b a).ticks := by
  have s := new_step a b h (by omega)
  rwa [Int.emod_eq_of_lt (by omega) g] at s

theorem subtracted (a b : Int) (h : 0 < b) (g : b < a) :
    (New.shadow1 a b).$p = (New.shadow1 (a - b) b).$p ∧ (New.shadow1 a b).ticks = (New.shadow1 (a - b) b).ticks := by
  have s := new_step a b (by omega) h
  have t := new_step (a - b) b (by omega) h
  rw [Int.sub_emod_right] at t
  omega

theorem equal (a : Int) (h : 0 < a) : (New.shadow1 a a).$p = a ∧ (New.shadow1 a a).ticks = 5 := by
  have s := new_step a a (by omega) h
  have d := new_done a
  rw [Int.emod_self] at s
  omega

theorem both (a b : Int) (ha : 1 ≤ a) (hb : 1 ≤ b) :
    (New.shadow1 a b).$p = (Old.shadow1 a b).$back ∧
      3 * (New.shadow1 a b).ticks ≤ 2 * (Old.shadow1 a b).ticks + 11 ∧ 2 ≤ (Old.shadow1 a b).ticks ∧
      (b < a → 3 * (New.shadow1 a b).ticks + 1 ≤ 2 * (Old.shadow1 a b).ticks) := by
  fun_induction Old.shadow1 a b with
  | $larger a b h g ih =>
    simp only
    have i := ih (by omega) hb
    have s := subtracted a b (by omega) (by omega)
    have e := equal b (by omega)
    by_cases c : a - b = b
    · rw [c] at i s ⊢; omega
    · omega
  | $smaller a b h g ih =>
    simp only
    have i := ih ha (by omega)
    have s := swapped a b (by omega) (by omega)
    have t := subtracted b a (by omega) (by omega)
    rcases Int.lt_trichotomy (b - a) a with c | c | c
    · have u := swapped (b - a) a (by omega) c; omega
    · have e := equal a (by omega); rw [c] at i t ⊢; omega
    · have u := swapped a (b - a) (by omega) c; omega
  | case3 a b h =>
    rw [show b = a by omega]
    have e := equal a (by omega)
    simp only; omega

theorem old_slow (a b : Int) (ha : 1 ≤ a) (hb : b = 1) : 6 * a ≤ ((Old.shadow1 a b).ticks : Int) + 4 := by
  fun_induction Old.shadow1 a b with
  | $larger a b h g ih => have := ih (by omega) hb; simp only; omega
  | $smaller a b h g ih => omega
  | case3 a b h => simp only; omega
"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield what a loop that subtracts comes to."""
    yield from _quotient(study)
    yield from _euclid(study)


# -- quotients ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """A loop `while n >= d: n -= d; q += 1`; `q` is None where nobody counts."""

    n: Name
    d: Name
    q: Name | None


def _quotient(study: Study) -> Iterator[Draft]:
    head = study.head
    env: dict[Name, Expr] = {p.name: p for p in head.parameters}
    taken: Taken | None = None
    for s in head.body:
        match s:
            case ir.Assign(targets, values):
                env |= dict(zip(targets, [ir.substitute(v, env) for v in values], strict=True))
            case ir.While() if taken is None:
                taken = _taken(s)
                if taken is None or taken.n not in env or env.get(taken.d) != Var(taken.d, "int"):
                    return
                begun = dict(env)
                counted = ir.Binary("floordiv", env[taken.n], env[taken.d])
                if taken.q is not None:
                    first = env.get(taken.q)
                    if first is None:
                        return
                    env[taken.q] = counted if first == ir.Const(0) else ir.Binary("add", first, counted)
                env[taken.n] = ir.Binary("mod", begun[taken.n], begun[taken.d])
            case ir.Return(e) if taken is not None:
                result = ir.substitute(e, env)
                text = written(study, replace(head, locals=(), body=(ir.Return(result),)))
                if text is not None:
                    yield Draft(text[0], "repeated subtraction as a quotient and a remainder", _divided(study, taken, begun))
                return
            case _:
                return


def _taken(loop: ir.While) -> Taken | None:
    match loop.test:
        case ir.Compare((Var(n), Var(d)), ("ge",)) | ir.Compare((Var(d), Var(n)), ("le",)) if n != d:
            pass
        case _:
            return None
    changes: dict[Name, Expr] = {}
    for s in loop.body:
        if not isinstance(s, ir.Assign) or changes.keys() & s.targets:
            return None
        changes |= dict(zip(s.targets, s.values, strict=True))
    if changes.pop(n, None) != ir.Binary("sub", Var(n, "int"), Var(d, "int")) or len(changes) > 1 or d in changes:
        return None
    for q, e in changes.items():
        one, own = ir.Const(1), Var(q, "int")
        return Taken(n, d, q) if e in (ir.Binary("add", own, one), ir.Binary("add", one, own)) else None
    return Taken(n, d, None)


def _divided(study: Study, taken: Taken, begun: dict[Name, Expr]) -> str:
    """Return the lemma that the loop leaves quotient and remainder, and that the two versions agree."""
    head, n, d = study.head, lean_name(taken.n), lean_name(taken.d)
    moved = [n, *([lean_name(taken.q)] if taken.q else [])]
    call = shadow("Old", head, 1, {})
    q = lean_name(taken.q) if taken.q else ""
    fixed = [p for p in head.parameters if p.name == taken.d]
    start = [f"({value(begun[x], lean_name)})" for x in (taken.n, taken.q) if x]
    following = [f"({n} - {d})", *([f"({q} + 1)"] if q else [])]
    return Template(DIVIDED).substitute(
        n=n, d=d, first=start[0], call=call, moved=" ".join(moved), next=" ".join(following), start=" ".join(start),
        quotient=f"({call}).{q} = {q} + {n} / {d} ∧ " if q else "",
        fixed=binders(fixed) + " ", fixed_names=f"{d} ", all=binders(head.parameters), premise=premise(study),
        new=applied("New.value", head.parameters, {}), old=applied("Old.value", head.parameters, {}),
    )  # fmt: skip


# -- the greatest common divisor ------------------------------------------------------------------------------------------------


def _euclid(study: Study) -> Iterator[Draft]:
    head = study.head
    match head.body:
        case (ir.While(test=ir.Compare((Var(x), Var(y)), ("ne",)), body=(ir.If() as branch,)), ir.Return(Var(back))):
            names = [p.name for p in head.parameters]
            cases = _cases(branch, names) if {x, y} == set(names) and back in names else None
        case _:
            return
    if cases is None or [p.type for p in head.parameters] != ["int", "int"] or not _slow(study):
        return
    a, b = (Var(n, "int") for n in names)
    turn = ir.Assign((a.name, b.name), (b, ir.Binary("mod", a, b)))
    loop = ir.While(1, ir.Unary("truth", b), (turn,))
    text = written(study, replace(head, locals=(), body=(loop, ir.Return(a))))
    if text is not None:
        larger, smaller = cases
        lemmas = Template(EUCLID).substitute(p=lean_name(a.name), back=lean_name(back), larger=larger, smaller=smaller)
        yield Draft(text[0], "the greatest common divisor by remainders", lemmas)


def _cases(branch: ir.If, names: list[Name]) -> tuple[str, str] | None:
    """Return which case of the induction is the one in which the first number is the larger, and which the other."""
    a, b = (Var(n, "int") for n in names)
    first = (ir.Assign((a.name,), (ir.Binary("sub", a, b),)),)
    second = (ir.Assign((b.name,), (ir.Binary("sub", b, a),)),)
    match branch.test:
        case ir.Compare((left, right), ("gt" | "lt" | "ge" | "le" as relation,)) if {left, right} == {a, b}:
            larger = (left == a) == (relation in ("gt", "ge"))
        case _:
            return None
    if larger and (branch.then, branch.orelse) == (first, second):
        return "case1", "case2"
    if not larger and (branch.then, branch.orelse) == (second, first):
        return "case2", "case1"
    return None


def _slow(study: Study) -> bool:
    """Say whether a turn costs what the lemmas say."""
    interpreter = Interpreter(study.head, study.limits)
    costs = [interpreter.run(arguments).ticks for arguments in ((1, 1), (2, 1), (3, 1), (1, 2))]
    return costs == [costs[0], costs[0] + SLOW_TURN, costs[0] + 2 * SLOW_TURN, costs[0] + SLOW_TURN]


