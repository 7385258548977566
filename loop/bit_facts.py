"""Scripts for the facts of a claim that are about bits, read from the printed text of versions without loops."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from loop.bit_streams import bit_cases, bit_lines
from loop.goal_text import split_top
from loop.lean_terms import unwrapped
from verify import ir
from verify.ir import Name
from verify.lean_expr import condition, plain
from verify.spec import Spec

MOST_CASES: Final = 16
_BRANCH: Final = re.compile(r"\b(if|else)\b")
_THEN: Final = " then\n"

Path: TypeAlias = tuple[tuple[str, ...], str]
"""conditions, and what is returned under them"""


def fact_lines(spec: Spec, outcomes: Sequence[str], *, post: bool) -> tuple[str, ...] | None:
    """Return lines that prove what is left of a fact about values once the versions are unfolded; None where they would not.

    `outcomes` are the texts of what versions leave behind, the old one's first. The fact is that the old one meets the contract,
    with `post`, or that all return the same; the contract's premise is the hypothesis `h`.
    """
    cases = [paths(text) for text in outcomes]
    if len(cases[0]) * (1 if post else len(cases[-1])) > MOST_CASES:
        return None
    if post:
        ends = [(_met(spec, result), given) for given, result in cases[0]]
    else:
        both = itertools.product(cases[0], cases[-1])
        ends = [(_same(new, old), (*more, *given)) for (given, old), (more, new) in both]
    known = [("h", condition(ir.held(spec.require), plain))]
    split = [] if post or split_top(ends[0][0], "∧") == [ends[0][0]] else ["simp only [Prod.mk.injEq]"]
    lines = bit_lines(ends[0][0], known) if len(ends) == 1 else bit_cases(ends, known)
    return None if lines is None else (*split, *lines)


def witness_lines(spec: Spec, terms: Mapping[Name, str]) -> tuple[str, ...] | None:
    """Return lines that prove the contract's premise of some terms once it is unfolded; None where they would not."""
    return bit_lines(condition(ir.held(spec.require), lambda name: terms[name]))


def _met(spec: Spec, result: str) -> str:
    """Return the contract's promise of a result."""
    return condition(ir.held(spec.ensure), lambda name: result if name == "result" else plain(name))


def _same(new: str, old: str) -> str:
    """Return that two results are equal; of tuples, that their components are."""
    parts = [split_top(unwrapped(text), ",") for text in (new, old)]
    return " ∧ ".join(f"{a} = {b}" for a, b in zip(*parts, strict=True)) if len(parts[0]) == len(parts[1]) else f"{new} = {old}"


def paths(text: str) -> list[Path]:
    r"""Return the paths of a printed outcome, `if C then A else B` or a state and its ticks.

    >>> paths("if (v_x < 0) then\n (⟨v_x, (-v_x)⟩, 3) else (⟨v_x, v_x⟩, 2)")
    [(('(v_x < 0)',), '(-v_x)'), (('¬(v_x < 0)',), 'v_x')]
    """
    text = text.strip()
    if not text.startswith("if "):
        state = split_top(unwrapped(text), ",")[0]
        return [((), split_top(state[1:-1], ",")[-1])]
    test, rest = text.removeprefix("if ").split(_THEN, 1)
    depth = 1
    for word in _BRANCH.finditer(rest):
        depth += 1 if word[0] == "if" else -1
        if depth == 0:
            yes, no = paths(rest[: word.start()]), paths(rest[word.end() :])
            return [((test, *c), r) for c, r in yes] + [((f"¬{test}", *c), r) for c, r in no]
    raise ValueError("an `if` without `else`")
