"""The fact `gain`: where a new version is cheaper. Its statement, and how its proofs begin."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from loop.bit_facts import witness_lines
from verify import ir
from verify.ir import Name, Program
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type
from verify.spec import Spec
from verify.statement import Claim

DEFINITIONS: Final = (
    "pick", "fdiv", "fmod", "item", "updated", "bound", "upto", "span", "least", "greatest", "List.range", "List.range.loop",
    "Int.max_def", "Int.min_def",
)  # fmt: skip
"""what evaluation at a point unfolds besides a program's own functions"""


@dataclass(frozen=True, slots=True)
class Gain:
    """Where the new version is cheaper: a Lean term for each parameter, over `m` where the gain is unbounded."""

    terms: dict[Name, str]
    near: dict[Name, str] | None = None
    """the same for an input on which both versions end within a few ticks"""


def is_given(lemmas: str) -> bool:
    """Say whether a candidate's own text shows the gain, so that no input need be found for it."""
    return re.search(r"^theorem gain\b", lemmas, re.MULTILINE) is not None


def gain_head(spec: Spec, claim: Claim) -> str:
    """Return the fact's statement, its colon first."""
    names = [lean_name(p.name) for p in spec.program.parameters]
    args = "".join(f" {n}" for n in names)
    binders = "".join(f" ({n} : {lean_type(p.type)})" for n, p in zip(names, spec.program.parameters, strict=True))
    bound = f"∃{binders}, " if binders else ""
    if claim.order == "always":
        return f": {bound}Pre{args} ∧ New.ticks{args} < Old.ticks{args}"
    return f": ∀ m : Nat, {bound}Pre{args} ∧ New.ticks{args} + m ≤ Old.ticks{args}"


def gain_opening(spec: Spec, claim: Claim, gain: Gain) -> str:
    """Return the lines that put the terms in under names of their own, and leave the inequality of ticks."""
    names = [lean_name(p.name) for p in spec.program.parameters]
    lines = [] if claim.order == "always" else ["intro m"]
    for n, p in zip(names, spec.program.parameters, strict=True):
        lines.append(f"obtain ⟨{n}, e_{n}⟩ : ∃ v : {lean_type(p.type)}, v = {gain.terms[p.name]} := ⟨_, rfl⟩")
    allowed = f"have h : Pre{''.join(f' {n}' for n in names)} := by"
    if bits := witness_lines(spec, gain.terms):
        opened = f"simp only [Pre, {', '.join(f'e_{n}' for n in names)}]"
        lines += [allowed, *(f"  {line}" for line in (opened, *bits))]
    else:
        lines.append(f"{allowed} subst_vars; {_allowed(spec)}")
    lines.append(f"refine ⟨{', '.join([*names, 'h', '?_'])}⟩" if names else "refine ⟨h, ?_⟩")
    return "\n".join([*lines, "simp only [Pre] at h"])


def evaluated(spec: Spec, terms: dict[Name, str], versions: Iterable[tuple[str, Program]]) -> tuple[str, ...]:
    """Return a script that evaluates programs at an input, step by step; each comes with its namespace."""
    unfolded = [f"{space}.{name}" for space, p in versions for name in printed_functions(p)]
    given = ", ".join([*(terms[p.name] for p in spec.program.parameters), "?_", "?_"])
    return f"refine ⟨{given}⟩", f"· {_allowed(spec)}", f"· simp [{', '.join([*unfolded, *DEFINITIONS])}]"


def printed_functions(program: Program) -> list[str]:
    """Return the names of the functions that are printed of a program."""
    return ["value", "ticks", "out", *(f"shadow{s.index}" for s in program.loops), *(["run"] if program.recursive else [])]


def _allowed(spec: Spec) -> str:
    """Return tactics that show that the contract allows an input, whose lists are written out or hold one element many times."""
    if spec.require == ir.TRUE:
        return "simp only [Pre]"
    alike = "simp [item, List.getD_eq_getElem?_getD, List.getElem?_replicate]"
    lists = any(isinstance(p.type, ir.ListOf) for p in spec.program.parameters)
    written_out = f"decide | ({alike}; done) | ({alike}; grind) | " if lists else ""
    # what is left of it may be nothing: lists of one length are seen to be of one
    return f"simp only [Pre] <;> first | trivial | omega | {written_out}grind"
