"""Decides: a function that calls itself -> the Lean text that ties it to its recursive function. Lean checks it."""

from collections.abc import Callable
from dataclasses import dataclass

from verify import ir
from verify.ir import Expr, Name
from verify.lean_expr import Naming, condition, packed, plain, projections
from verify.shape import RESULT


@dataclass(frozen=True, slots=True)
class Called:
    """What the text is made from: the parameters in their forms, their types, what measures a call, and what it requires."""

    forms: tuple[str, str, str, str]
    """as binders, as arguments, as components of `x`, and packed"""
    own: tuple[Name, ...]
    type: Callable[[Name], str]
    alpha: str
    rho: str
    measure: Callable[[Naming], str]
    require: Expr


def recursion(f: Called, proof: str) -> list[str]:
    """Return value, ticks and their theorems; `again` is what a call may call, and `proof` ties one path to the function."""
    binders, args, from_x, tuple_ = f.forms
    alpha, rewrite = f.alpha, "rw [run]" if f.require == ir.TRUE else "rw [run, if_pos h]"

    def component(term: str) -> Naming:
        return dict(zip(f.own, projections(term, len(f.own)), strict=True)).__getitem__

    def called(name: Name) -> str:
        return f"w_{name}"

    from_y = from_x.replace("x", "y")
    inner = "".join(f" ({called(n)} : {f.type(n)})" for n in f.own)
    made = packed(list(map(called, f.own)))
    falls = f"{f.measure(called)} < {f.measure(plain)}"
    return [
        f"def value {binders} : {f.rho} := (run{args}).1",
        f"def ticks {binders} : Nat := (run{args}).2",
        f"def measure (x : {alpha}) : Nat := {f.measure(component('x'))}",
        (f"open Classical in\ndef again (x y : {alpha}) : Option ({f.rho} × Nat) :=\n"
         f"  if Pre{from_y} ∧ measure y < measure x then some (run{from_y}) else none"),
        (f"theorem again_eq {binders}{inner} (h : {condition(f.require, called)}) (m : {falls}) :\n"
         f"    again {tuple_} {made} = some (run{''.join(f' {called(n)}' for n in f.own)}) := if_pos ⟨h, m⟩"),
        (f"theorem run_eq {binders} (h : Pre{args}) : run{args} = ((out{args}).1.{RESULT}, (out{args}).2) := by\n"
         f"  simp only [Pre] at h\n  {rewrite}\n  simp only [out]\n  (repeat' split) <;> rfl"),
        (f"theorem does {binders} (h : Pre{args}) : denote (again {tuple_}) (prog.body {tuple_}) (prog.start {tuple_}) =\n"
         f"    some (ret, (out{args}).1, (out{args}).2) := by\n"
         f"  simp only [Pre] at h\n  simp only [out]\n"
         f"  (repeat' split) <;> {proof}"),
        (f"theorem runs {binders} (h : Pre{args}) : Run prog {tuple_} (value{args}) (ticks{args}) := by\n"
         f"  refine runs_of_denote prog (fun x => Pre{from_x}) (fun x => run{from_x}) measure (fun x h => ?_) {tuple_} h\n"
         f"  have e := run_eq{from_x} h\n"
         f"  refine ⟨(out{from_x}).1, ?_, ?_⟩\n"
         f"  · show denote (again x) _ _ = some (ret, _, (run{from_x}).2)\n    rw [e]; exact does{from_x} h\n"
         f"  · show _ = (run{from_x}).1\n    rw [e]; rfl"),
    ]  # fmt: skip
