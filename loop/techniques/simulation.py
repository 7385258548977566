"""Lemmas for a version whose loops are those of the version to beat, turn by turn: the same values are left, for no more ticks.

Such a lemma is given only where runs of both loops from states of all kinds, also ones that no run reaches, do not refute it: one
that needs to know more about the state would fail, and the candidate with it.
"""

import random
import re
from collections.abc import Sequence
from typing import Final

from loop.draw import Draw
from loop.hints import to_notes
from loop.observe import observe
from loop.techniques.study import Study
from verify import ir
from verify.interpreter import Compiled, OutOfFuel, compile_turns
from verify.ir import Loop, Program, Value
from verify.limits import Limits
from verify.notes import annotate
from verify.reasons import Refusal
from verify.statement import Claim, to_statement
from verify.types import copied

STATES: Final = 150
"""states from which both loops are run"""
WIDE: Final = 12
FUEL: Final = 5_000
ENOUGH: Final = 30
"""of them, those from which both have to come to their end"""
_SHADOW: Final = re.compile(r"^def shadow(\d+) ((?:\([^()]*(?:\([^()]*\))*[^()]*\) ?)*): Last", re.MULTILINE)
_LAST: Final = re.compile(r"^structure Last(\d+) where\n((?:  .*\n)*)", re.MULTILINE)


def lockstep(study: Study, new: Program) -> str:
    """Return the text of a file of lemmas, "" where the loops do not go together."""
    old = study.head
    pairs = list(zip(old.loops, new.loops, strict=False))
    if not pairs or len(old.loops) != len(new.loops) or old.recursive or new.recursive:
        return ""
    try:
        statement = to_statement(study.spec, _noted(study, old), _noted(study, new), Claim("always"), study.limits)
    except Refusal:
        return ""
    texts = statement.old, statement.claim
    shadows = [dict(_SHADOW.findall(t)) for t in texts]
    lasts = [{k: re.findall(r"^  (\w+) :", of, re.MULTILINE) for k, of in _LAST.findall(t)} for t in texts]
    found: list[str] = []
    for mine, its in reversed(pairs):  # inner ones first
        k = str(mine.index)
        if mine.index != its.index or not all(k in d for d in (*shadows, *lasts)):
            return ""
        parameters = [re.findall(r"\((\w+) : ([^)]*\)?)\)", d[k]) for d in shadows]
        if not set(parameters[1]) <= set(parameters[0]) or ir.returns(mine.body) or ir.returns(its.body):
            return ""
        same = _same(study, mine, its, [n for n in lasts[0][k] if n in lasts[1][k] and n != "ticks"])
        if same is None:
            return ""
        calls = [f"{side}.shadow{k} {' '.join(n for n, _ in own)}" for side, own in zip(("Old", "New"), parameters, strict=True)]
        parts = [f"({calls[1]}).{n} = ({calls[0]}).{n}" for n in same] + [f"({calls[1]}).ticks ≤ ({calls[0]}).ticks"]
        inner = [f"lockstep{s.index}" for s in ir.statements(mine.body) if isinstance(s, ir.LOOPS)]
        known = ", ".join([f"New.shadow{k}", "pick", *inner])
        head = f"theorem lockstep{k} {shadows[0][k].strip()} :\n    {' ∧ '.join(parts)} := by\n"
        found.append(f"{head}  fun_induction {calls[0]} <;> grind [{known}]\n")
    return "\n".join(found)


def _noted(study: Study, program: Program) -> Program:
    notes = to_notes(observe(program, study.runs, study.limits), study.limits)
    return annotate(program, tuple(notes), study.limits)


def _same(study: Study, old: Loop, new: Loop, names: Sequence[str]) -> list[str] | None:
    """Return the variables that both loops leave alike wherever both end; None where the new one costs more, or too few end."""
    types = {f"v_{v.name}": v for v in study.head.variables}
    variables = [v for v in study.head.variables if v.name in _used(old) | _used(new)]
    if not _used(new) <= {v.name for v in variables}:
        return None
    rng = random.Random(f"{study.brief.seed}/lockstep")  # noqa: S311 - sampling, not secrecy
    own = [v.name for v in variables]
    runs = [compile_turns(loop, own, study.limits) for loop in (old, new)]
    alike, ended = [n for n in names if n in types], 0
    for _ in range(STATES):
        draw = Draw(rng, 0, WIDE)
        state: list[Value] = [draw.value(v.type) for v in variables]
        outcomes = [_run(run, state, study.limits) for run in runs]
        if outcomes[0] is None:
            continue
        if outcomes[1] is None or outcomes[1][1] > outcomes[0][1]:
            return None
        ended += 1
        last = [dict(zip(own, o[0], strict=True)) for o in outcomes if o is not None]
        alike = [n for n in alike if last[0][types[n].name] == last[1][types[n].name]]
    return alike if ended >= ENOUGH and alike else None


def _used(loop: Loop) -> frozenset[str]:
    body = ir.turn(loop)
    return ir.reads(body) | ir.writes(body) | ir.variables(ir.going(loop))


def _run(loop: Compiled, state: Sequence[Value], limits: Limits) -> tuple[list[Value | None], int] | None:
    """Return the last values and the ticks of a loop from a state; None where it raised or did not end."""
    try:
        last, ticks, _, raised = loop.run(list(map(copied, state)), min(limits.run_ticks, FUEL), None)
    except OutOfFuel:
        return None
    return None if raised else (last, ticks)
