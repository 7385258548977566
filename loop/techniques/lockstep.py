"""Candidates whose loops go in step with those of the version to beat, with the proof that their turns do the same and cost less.

Runs of both must show it, turn by turn, before any lemma is written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from loop.observe import evaluator
from loop.source_text import to_source_text
from loop.techniques.claim_facts import Step, facts, noted
from loop.techniques.step_writer import TAIL, Pair, Writer, least
from loop.techniques.study import Draft, Study
from loop.techniques.written import written
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, Name, Program, Value
from verify.limits import Limits
from verify.reasons import Refusal
from verify.spec import to_candidate
from verify.types import copied

RUNS: Final = 80
"""inputs on which both versions are watched"""
STEPS: Final = 3_000
"""states of a loop that are compared, at most"""


def draft(
    study: Study,
    program: Program,
    idea: str,
    pairs: Callable[[Program], Sequence[Pair] | None],
    dropped: Sequence[int] = (),
) -> Draft | None:
    """Return a candidate with its proof, or None where it has no text, runs refute it, or its loops do not go in step.

    `pairs` is asked about the program as it reads back, whose loops are numbered in the order in which they stand; `dropped` are
    loops of the old version that it lacks.
    """
    text = to_source_text(program)
    if text is None:
        return None
    try:
        new = to_candidate(text.encode(), idea, study.spec, study.limits)[1]
        chosen = pairs(new) if better(study, new) else None
        proof = None if chosen is None else lemmas(study, new, chosen, dropped)
    except Refusal:
        return None
    return None if proof is None else Draft(text, idea, proof)


def in_step(study: Study, program: Program, idea: str) -> Draft | None:
    """Return a version with the loops of the one to beat, in their places, as a draft with its proof; None as `draft` has it."""
    alike = len(program.loops) == len(study.head.loops)
    return draft(study, program, idea, in_place(study.head, {}, facts=study)) if alike else None


def with_lemmas(study: Study, program: Program, idea: str, proof: Callable[[Program], str | None]) -> Iterator[Draft]:
    """Yield a version that runs show to be better as a draft, with what `proof` returns for it as it reads back.

    Nothing is yielded where no text says it, where there is no proof, or where a loop cannot be read (Refusal).
    """
    made = written(study, program)
    if made is None or not better(study, made[1]):
        return
    try:
        text = proof(made[1])
    except Refusal:
        return
    if text:
        yield Draft(made[0], idea, text)


def better(study: Study, new: Program) -> bool:
    """Say whether a version does in some runs what the one to beat does, and is cheaper in one of them."""
    saved = _differences(study, new)
    return saved is not None and any(d > 0 for d in saved)


def agrees(study: Study, new: Program) -> bool:
    """Say whether a version does in some runs what the one to beat does, and is dearer in none of them."""
    saved = _differences(study, new)
    return saved is not None and all(d >= 0 for d in saved)


def _differences(study: Study, new: Program) -> list[int] | None:
    """Return the ticks saved in some runs, or None where one does not do what the version to beat does."""
    old_run, new_run = Interpreter(study.head, study.limits), Interpreter(new, study.limits)
    saved = []
    for arguments in study.runs[:: max(1, len(study.runs) // RUNS)]:
        try:
            due = old_run.run(arguments)
        except OutOfFuel:
            continue
        try:
            got = new_run.run(arguments)
        except OutOfFuel:
            return None
        if (due.value, due.raised) != (got.value, got.raised):
            return None
        saved.append(due.ticks - got.ticks)
    return saved


def in_place(
    old: Program, holds: Mapping[int, Mapping[Name, Expr]], facts: Study | None = None
) -> Callable[[Program], Sequence[Pair]]:
    """Return the pairs of a version that has the loops of the old one, where `holds` says what new variables hold in which.

    With `facts` what that study knows of the ints that control each loop is told to the proof.
    """
    known: dict[int, tuple[Expr, ...]] = {}
    if facts is not None:
        side = noted(facts, old, "Old")
        known = {k: tuple(f for f in own.facts if ir.variables(f) <= side.live(k)) for k, own in side.loops.items()}
    return lambda _: [Pair(s.index, (s.index,), holds.get(s.index, {}), assumes=known.get(s.index, ())) for s in old.loops]


def lemmas(study: Study, new: Program, pairs: Sequence[Pair], dropped: Sequence[int] = ()) -> str | None:
    """Return the proof for some pairs of loops.

    None where runs show that the loops do not go in step, or that there are turns, and runs as a whole, which save nothing.
    """
    watched = [_Watched(p, study, pairs, k) for k, p in enumerate((study.head, new))]
    saved = [_saved(pair, watched[0], watched[1], study.limits) for pair in pairs]
    inner = {t.index for s in new.loops for t in ir.statements(s.body) if isinstance(t, ir.LOOPS)}
    if any(s is None for s in saved):
        return None
    everywhere = all(d > 0 for d in _differences(study, new) or [0])
    if not everywhere and not any(s for p, s in zip(pairs, saved, strict=True) if p.new not in inner):
        return None
    old_side, new_side = noted(study, study.head, "Old"), noted(study, new, "New")
    first = (old_side.shapes[p.olds[0]].loop for p in pairs)
    written = [TAIL] if any(isinstance(s, ir.ForEach) for s in first) else []
    made: list[Step] = [least(old_side, k) for k in dropped]
    for pair, gain in sorted(zip(pairs, saved, strict=True), key=lambda item: -item[0].new):
        made += Writer(study, (old_side, new_side), pair, gain or 0).steps(made)
    proved = list(facts(study, new, (old_side, new_side), made))
    if not proved:
        return None
    return "\n\n".join([*written, *(s.text for s in made), *proved]) + "\n"


class _Watched:
    """The states of the loops of a version in some runs, with the ticks that had passed."""

    def __init__(self, program: Program, study: Study, pairs: Sequence[Pair], side: int) -> None:
        self.program = program
        self.states: dict[int, list[tuple[dict[Name, Value], int]]] = {}
        wanted = {k for p in pairs for k in ((p.new,) if side else p.olds)}
        interpreter = Interpreter(program, study.limits, watched=True)
        types = {v.name: v.type for v in program.variables}

        def watch(index: int, variables: dict[str, Value], ticks: int) -> None:
            if index in wanted and len(self.states.setdefault(index, [])) < STEPS:
                state = {n: copied(variables.get(f"v_{n}", ir.blank(t))) for n, t in types.items()}
                self.states[index].append((state, ticks))

        for arguments in study.runs[:RUNS]:
            try:
                interpreter.run(arguments, watch)
            except OutOfFuel:
                continue


def _saved(pair: Pair, old: _Watched, new: _Watched, limits: Limits) -> int | None:
    """Return the ticks that each turn saves at least in the runs, or None where the loops do not go in step."""
    columns = [old.states.get(k, []) for k in pair.olds]
    made = new.states.get(pair.new, [])
    if not made or any(len(c) != len(made) for c in columns):
        return None
    names = [v.name for v in old.program.variables]
    values = {n: evaluator(e, names, limits) for n, e in pair.holds.items()}
    for (state, _), (now, _) in zip(columns[0], made, strict=True):
        if any(value(state) != now[v] for v, value in values.items()):
            return None
    inner = [s for s in new.program.loops if s.index == pair.new]
    gaps = []
    for i in range(1, len(made)):
        spent = made[i][1] - made[i - 1][1]
        due = sum(c[i][1] - c[i - 1][1] for c in columns)
        if spent > 0 and all(c[i][1] > c[i - 1][1] for c in columns) and _goes_on(inner[0], made[i - 1][0], made[i][0]):
            gaps.append(due - spent)
    return max(min(gaps, default=0), 0)


def _goes_on(loop: ir.Loop, before: Mapping[Name, Value], after: Mapping[Name, Value]) -> bool:
    """Say whether one state of a loop is the one after another, so far as its hidden variables tell."""
    match loop:
        case ir.ForEach(index=k):
            a, b = before[f"rest_{k}"], after[f"rest_{k}"]
            return isinstance(a, list) and isinstance(b, list) and a[1:] == b and bool(a)
        case ir.For(index=k, step=ir.Const(step)):
            a, b = before[f"next_{k}"], after[f"next_{k}"]
            return isinstance(a, int) and a + int(step) == b
    return True
