"""Finds the proofs of the two facts that the order `worst-case` asks for: the new version's bound, and what the old one reaches.

What a loop of the new version takes at most is a line over the turns that are left, whether it may be left early or not. What one
of the old version takes on the family follows from what held in all its states on the family's inputs: of the elements of its
lists, and of its ints.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from loop.closed import TICKS, Fitter, int_function, trip
from loop.draw import number
from loop.lemmas import Lemma, LoopLemmas, Summary, with_lemmas
from loop.observe import Loop, inductive, observe, sample
from loop.prover import Known, Prover, Side
from loop.result_facts import fact_names
from loop.worst_case import Trial
from verify import ir
from verify.interpreter import OutOfFuel, compile_turns, holds
from verify.ir import Expr, ListOf, Name, Value
from verify.lean_expr import condition, lean_type, plain, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.spec import Spec
from verify.statement import Claim, worst_case_facts
from verify.task import Task
from verify.types import copied
from verify.worst_case import SIZE, Reading, WorstCase, read_worst_case

ELEMENT: Final = ir.Var("each_0", "int")
"""what a fact about all elements of a list binds; no program has a variable of this name"""
SMALL: Final = 12
"""sizes of the family's inputs that are run to see what its loops do"""
STATES: Final = 200
"""sample states of a loop"""
HELPERS: Final = {
    "item_replicate": (
        "theorem item_replicate (n : Nat) (c i : Int) (h : 0 ≤ i) (hi : i < n) : item (List.replicate n c) i = c := by\n"
        "  rw [item_eq h (by simp; omega)]; simp\n"
    ),
    "item_upto": (
        "theorem item_upto (a b i : Int) (h : 0 ≤ i) (hi : i < b - a) : item (upto a b) i = a + i := by\n"
        "  rw [item_eq h (by simp; omega)]; simp [upto]; omega\n"
    ),
    "item_map": (
        "theorem item_map (f : Int → Int) (a : List Int) (i : Int) (h : 0 ≤ i) (hi : i < a.length) :\n"
        "    item (List.map f a) i = f (item a i) := by\n"
        "  rw [item_eq h (by simp; omega), item_eq h hi]; simp\n"
    ),
}
"""facts about the lists that families are made of"""


def finished(prover: Prover, task: Task, sides: Sequence[Side], claim: Claim) -> str | None:
    """Return the proof text of a claim in this order whose other facts are proved; None where one of the two is not."""
    if claim.worst is None or not settle(prover, task, sides, claim.worst):
        return None
    return prover.accepted(f"{fact_names(task.spec, claim)} within reached")


def settle(prover: Prover, task: Task, sides: Sequence[Side], claim: WorstCase) -> bool:
    """Prove both facts; say whether that was possible."""
    old, new = sides
    reading = read_worst_case(claim, task.spec, prover.limits)
    within, reached = worst_case_facts(task.spec, reading)
    for index in sorted(new.loops, reverse=True):
        _study_line(prover, new, index)
    args = "".join(f" {lean_name(p.name)}" for p in task.spec.program.parameters)
    if not prover.settle("within", f": {within}", prover.scripts([new], "ticks", post=False, opening=_opening(reading, args))):
        return False
    if any(isinstance(p.type, ListOf) for p in task.spec.program.parameters):
        for name, text in HELPERS.items():
            if prover.add(text):
                prover.known.append(Known(name, "", 0, counts=False))
    _study_family(prover, task, old, claim)
    held = [k.name for k in prover.known if k.name in HELPERS]
    helped = f"grind [{', '.join(held)}]" if held else "grind"
    whole = " | ".join(f"(rw [e_{a}]; simp; done)" for a in args.split())
    # no alternative that ends in `done` may be the last: what that leaves is an error even within `try`
    prover.discharge = f"(by first | omega | assumption | (simp_all; done) | {whole} | {helped})"
    opening = reaching(task.spec, reading, args, helped)
    return prover.settle("reached", f": {reached}", prover.scripts([old], "ticks", post=False, opening=opening))


def _sizes(reading: Reading) -> Iterator[str]:
    """Yield lines that say what the absolute values in a size are."""
    for x in ir.subexpressions(reading.size):
        match x:
            case ir.Unary("abs", ir.Var(name)):
                v = lean_name(name)
                yield f"try have a_{v} : ((Int.natAbs {v} : Nat) : Int) = {v} := by omega"
                yield f"have b_{v} : 0 ≤ ((Int.natAbs {v} : Nat) : Int) := by omega"


def _opening(reading: Reading, args: str) -> str:
    lines = [f"intro{args} h hs", "simp only [Pre] at h", "simp only [Size] at hs", "simp only [Size, Bound]", *_sizes(reading)]
    rewrites = [line.split()[2] for line in lines if line.startswith("try have a_")]
    lines += [f"try simp only [{a}] at hs ⊢" for a in rewrites]
    return "\n".join(lines)


def reaching(spec: Spec, reading: Reading, args: str, helped: str) -> str:
    """Return the lines that put the family's input in place, and show that it is allowed and of the due size."""
    lines = ["intro s hs"]
    equations = [f"e_{a}" for a in args.split()]
    for p, e in zip(spec.program.parameters, reading.family, strict=True):
        v = lean_name(p.name)
        lines.append(f"obtain ⟨{v}, e_{v}⟩ : ∃ v : {lean_type(p.type)}, v = {value(e, lambda _: 's')} := ⟨_, rfl⟩")
    simp = f"simp [{', '.join(equations)}]"
    shown = f"first | trivial | omega | ({simp}; done) | ({simp}; omega) | {helped} | ({simp}; {helped})"
    # `<;>`: nothing may be left to show, as where there is no contract
    lines.append(f"have h : Pre{args} := by simp only [Pre] <;> {shown}")
    lines.append(f"have z : Size{args} = s := by simp only [Size] <;> {shown}")
    safe = []
    if reading.safe != ir.TRUE:
        lines.append(f"have safe : {condition(reading.safe, lambda _: 's')} := by {shown}")
        safe = ["safe"]
    lines.append(f"refine ⟨{', '.join([*safe, *args.split(), *equations, 'h', 'z', '?_'])}⟩")
    return "\n".join([*lines, "simp only [Pre] at h", "simp only [Size] at z", "simp only [Bound]"])


def _keep(prover: Prover, lemma: Lemma, shadow: str, *, counts: bool = False) -> bool:
    """Try a lemma about a loop; `grind` gets the helpers and what is known of loops, and nothing else of the candidate's own."""
    names = [k.name for k in prover.known if k.name in HELPERS or (k.shadow and not k.name.endswith("_idle"))]
    filled = replace(lemma, scripts=tuple(with_lemmas(script, names) for script in lemma.scripts))
    return prover.keep(filled, shadow, counts=counts)


# -- lines above ----------------------------------------------------------------------------------------------------------------


def _study_line(prover: Prover, side: Side, index: int) -> None:
    """Prove a line above what a loop takes, where nothing better is known, and then the flattest one that there is."""
    maker = LoopLemmas(side.program, side.loops[index], side.space, prover.limits)
    distance, shadow = _distance(maker.own), f"{side.space}.shadow{index}"
    if distance is None or {f"{maker.prefix}_{TICKS}", f"{maker.prefix}_most"} & {k.name for k in prover.known}:
        return
    points = _taken(maker.own, distance, maker.limits)
    if not points:
        return
    base = max((t for d, t in points if d <= 0), default=min(t for _, t in points))
    slope = max((-(-(t - base) // d) for d, t in points if d > 0), default=0)
    lines = [(base, slope)]
    if not _keep(prover, _below(maker, distance, f"{maker.prefix}_line", lines), shadow):
        return
    for flat in sorted({slope // 2, slope // 3, 3, 2, 1} - {0}, reverse=True):
        # where a turn halves what is left, this slope pays for it from there on; before, the last line holds
        until = 2 * -(-slope // flat) - 2
        above = lines[-1][0] + (lines[-1][1] - flat) * until
        if flat < lines[-1][1] and all(t <= above + flat * max(d, 0) for d, t in points):
            lines.append((above, flat))
    if len(lines) > 1:
        _keep(prover, _below(maker, distance, f"{maker.prefix}_lines", lines), shadow)


def _below(maker: LoopLemmas, distance: Expr, name: str, lines: Sequence[tuple[int, int]]) -> Lemma:
    """Return the lemma that a loop's ticks lie below some lines over what is left; the steeper ones carry the flatter ones."""
    left = value(distance, plain)
    over = left if isinstance(distance, ir.Length) else f"(({left}).toNat : Int)"
    claims = " ∧ ".join(f"(({maker.call}).ticks : Int) ≤ {base} + {slope} * {over}" for base, slope in lines)
    moving = sum(bool(ir.variables(f) & set(maker.own.written)) for f in maker.hypotheses())
    step = f"(rename_i ih; have step := ih {' '.join(['(by first | omega | grind)'] * moving)}; omega)"
    apart = f"fun_induction {maker.call} <;> first | omega | {step} | grind LEMMAS"
    return Lemma(name, f"{maker.binders()}{maker.facts()} : {claims}", (apart,) if len(lines) > 1 else (*maker.scripts(), apart))


def _distance(own: Loop) -> Expr | None:
    """Return what falls with every turn of a loop, by one at least, and is not below zero where it goes on."""
    match own.loop:
        case ir.For(step=ir.Const(step), index=k):
            following, stop = ir.Var(f"next_{k}", "int"), ir.Var(f"stop_{k}", "int")
            return ir.Binary("sub", *((stop, following) if step > 0 else (following, stop)))
        case ir.ForEach() as loop:
            return ir.Length(ir.rest_of(loop))
        case ir.While(measure=measure) if measure is not None:
            return measure
    return None


def _taken(own: Loop, distance: Expr, limits: Limits) -> list[tuple[int, int]]:
    """Return what falls and the ticks of runs of a loop from sample states, those that it is left in included."""
    compiled = compile_turns(own.loop, own.names, limits)
    far = holds(ir.Compare((distance, ir.Const(0)), ("ge",)), own.names, limits)
    tests = [holds(f, own.names, limits) for f in (*own.loop.invariants, *own.facts)]
    left = int_function(distance, own.names, limits)
    out = []
    for state in [*([s[n] for n in own.names] for s in own.states[:STATES]), *sample(own, tests, STATES, spread=True)]:
        if all(t(state) for t in tests):
            try:
                _, ticks, _, raised = compiled.run([*map(copied, state)], limits.run_ticks // 20, None)
            except OutOfFuel:
                continue
            if not raised:
                out.append((left(state) if far(state) else 0, ticks))
    return out


# -- on the family --------------------------------------------------------------------------------------------------------------


class FamilyLemmas(LoopLemmas):
    """Makes the lemmas of a loop in the states that it is in on a family's inputs, in which it may be left by no turn."""

    def __init__(self, side: Side, own: Loop, limits: Limits) -> None:
        """Take the loop as observed on the family's inputs."""
        super().__init__(side.program, own, side.space, limits)
        if self.trip is None:
            self.trip = trip(own, limits, leaving=True)
            self.fitter = Fitter(own, self.trip, limits) if self.trip else None

    @property
    def prefix(self) -> str:
        """How the names of this loop's lemmas begin."""
        return f"family{self.shape.index}"

    def hypotheses(self, *more: Expr) -> list[Expr]:
        """Return what a lemma assumes: the invariants that the printed loop carries, and what held on the family."""
        return list(dict.fromkeys((*self.own.loop.invariants, *self.own.facts, *more)))

    def scripts(self) -> tuple[str, ...]:
        """Return scripts that go along the calls; a list that is gone over is taken apart first."""
        start = f"fun_induction {self.call}"
        apart = []
        if isinstance(self.own.loop, ir.ForEach):
            rest = lean_name(ir.rest_of(self.own.loop).name)
            done = "simp_all [List.forall_mem_cons]; (first | done | omega | grind LEMMAS)"
            apart = [f"{start} <;> first | grind LEMMAS | (cases {rest} <;> first | (simp_all; done) | ({done}))"]
        return (*super().scripts(), *apart)

    def through(self) -> Lemma | None:
        """Return the lemma that no turn returns; None where none could."""
        if not self.shape.returns or self.trip is None:
            return None
        text = f"{self.binders()}{self.facts(self.trip.entered)} : ({self.call}).returned = false"
        return Lemma(f"{self.prefix}_through", text, self.scripts())


def _study_family(prover: Prover, task: Task, side: Side, claim: WorstCase) -> None:
    """Find and prove what the old version's loops do on the family, inner loops first."""
    trial = Trial(task, claim.size, prover.limits)
    # small inputs show as much, where the family has them
    runs: list[tuple[Value, ...]] = []
    for sizes in (range(min(claim.least, 2), SMALL), range(claim.least, claim.least + SMALL)):
        family = trial.family([text for _, text in claim.family], sizes)
        runs = [p for s, p in family.points.items() if p is not None and trial.fits(family, s)]
        if len(runs) > SMALL // 2:
            break
    loops = observe(side.program, runs, prover.limits)
    exact = {k.name for k in prover.known}
    for index in sorted(loops, reverse=True):
        own = loops[index]
        if f"{LoopLemmas.prefix_of(side.space, index)}_{TICKS}" in exact:
            continue  # what it takes is known of any state
        given = _of_family(own, task, claim, prover.limits)
        likely = [*own.facts, *_of_values(own), *_of_elements(own, set(given)), *given.values()]
        tests = inductive(own, likely, prover.limits)
        maker = FamilyLemmas(side, replace(own, facts=tests), prover.limits)
        shadow = f"{side.space}.shadow{index}"
        summary = Summary(maker.own, maker.trip, {})
        if (through := maker.through()) is not None:
            _keep(prover, through, shadow)
        for name, form, lemma in maker.forms(ticks=True):
            if name not in summary.forms and _keep(prover, lemma, shadow, counts="(T : Int)" in lemma.statement):
                summary.forms[name] = form
        if TICKS not in summary.forms:
            for kind, lemma in maker.bounds():
                if kind == "lower":
                    _keep(prover, lemma, shadow)


def _of_values(own: Loop) -> Iterator[Expr]:
    """Yield what ints that the loop does not write were, where it was the same each time."""
    for n in own.ints:
        if own.states and n not in own.written and len({number(s[n]) for s in own.states}) == 1:
            yield ir.Compare((ir.Var(n, "int"), ir.Const(number(own.states[0][n]))), ("eq",))


def _of_elements(own: Loop, known: set[Name]) -> Iterator[Expr]:
    """Yield what held of all elements of a list of ints, in every state: what they were, or how they stood to an int."""
    for v in own.lists:
        if v.type != ListOf("int") or v.name in known:
            continue
        seen = [(s, [number(x) for x in found]) for s in own.states if isinstance(found := s[v.name], list)]
        values = {x for _, xs in seen for x in xs}
        others = [ir.Var(n, "int") for n in own.ints if n not in own.written and n in own.live]
        if len(values) == 1:
            yield _every(v, "eq", ir.Const(values.pop()))
            continue
        if values and abs(min(values)) <= 1:
            yield _every(v, "ge", ir.Const(min(values)))
        for other in others:
            pairs = [(x, number(s[other.name])) for s, xs in seen for x in xs]
            relation = next((r for r, held in _RELATIONS.items() if pairs and all(itertools.starmap(held, pairs))), None)
            if relation is not None:
                yield _every(v, relation, other)


_RELATIONS: Final[dict[ir.Relation, Callable[[int, int], bool]]] = {
    "eq": lambda a, b: a == b, "lt": lambda a, b: a < b, "gt": lambda a, b: a > b, "le": lambda a, b: a <= b,
    "ge": lambda a, b: a >= b, "ne": lambda a, b: a != b,
}  # fmt: skip


def _every(v: ir.Var, relation: ir.Relation, other: Expr) -> Expr:
    return ir.Fold("all", ir.Each(ir.Compare((ELEMENT, other), (relation,)), ELEMENT, v))


def _of_family(own: Loop, task: Task, claim: WorstCase, limits: Limits) -> dict[Name, Expr]:
    """Return, by name, that a list parameter is the family's list of its own length, where its length is the size."""
    reading = read_worst_case(claim, task.spec, limits)
    return {
        p.name: ir.Compare((p, ir.substitute(e, {SIZE: ir.Length(p)})), ("eq",))
        for p, e in zip(task.spec.program.parameters, reading.family, strict=True)
        if isinstance(p.type, ListOf) and reading.size == ir.Length(p) and p.name in own.names and p.name not in own.written
    }
