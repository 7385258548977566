"""Candidates as text, and how their loops are called in the Lean text that they are printed in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from loop.source_text import to_source_text
from loop.techniques.study import Study
from verify import ir
from verify.ir import Program, Var
from verify.lean_expr import condition, lean_type, plain
from verify.lean_expr import field as lean_name
from verify.reasons import Refusal
from verify.shape import shape, slot
from verify.spec import to_candidate


def written(study: Study, program: Program) -> tuple[str, Program] | None:
    """Return a candidate's text with the program that it reads as; None where no text says it."""
    text = to_source_text(program)
    if text is None:
        return None
    try:
        return text, to_candidate(text.encode(), "candidate.py", study.spec, study.limits)[1]
    except Refusal:
        return None


def fresh(wanted: Sequence[str], taken: set[str], count: int) -> list[str]:
    """Return so many names that are not taken, the wanted ones first, and take them."""
    out: list[str] = []
    numbered = (f"{wanted[0]}{i}" for i in range(1, 1000))
    for name in (*wanted, *numbered):
        if len(out) < count and name not in taken:
            out.append(name)
            taken.add(name)
    return out


def binders(variables: Sequence[Var]) -> str:
    """Return variables with their types, each in parentheses."""
    return " ".join(f"({lean_name(v.name)} : {lean_type(v.type)})" for v in variables)


def applied(function: str, parameters: Sequence[Var], terms: Mapping[str, str]) -> str:
    """Return a function applied to its parameters, or to the terms that stand for them."""
    return " ".join([function, *(terms.get(p.name, lean_name(p.name)) for p in parameters)])


def shadow_arguments(program: Program, number: int) -> list[str]:
    """Return the names of what a loop's shadow is applied to, in its order."""
    loop = next(s for s in program.loops if s.index == number)
    if isinstance(loop, ir.While) and loop.measure is None:
        loop = replace(loop, measure=ir.Const(0))  # the one that is found later is over the loop's own variables
    return list(shape(program, loop).arguments)


def shadow(space: str, program: Program, number: int, terms: Mapping[str, str]) -> str:
    """Return a loop's shadow applied to terms, by variable; what has none is itself."""
    return " ".join([f"{space}.shadow{number}", *(terms.get(n, slot(n)) for n in shadow_arguments(program, number))])


def premise(study: Study) -> str:
    """Return the contract's condition as a hypothesis `h`, in the words that the proof's goals have."""
    return f"(h : {condition(study.spec.require, plain)})"
