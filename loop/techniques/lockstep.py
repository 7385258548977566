"""Lemmas for two versions whose loops go in step: a pair of loops leaves the same, and the new one costs less.

Each lemma is an induction over a loop of the old version, in which the new one makes the same turn. What the variables of the new
loop hold is said in terms of the old one; runs of both must show it, turn by turn, before any lemma is written.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Final

from loop.closed import trip
from loop.elements import observe_elements
from loop.hints import to_notes
from loop.observe import Loop, evaluator, inputs, read_outside
from loop.orders import claims, gain_of
from loop.printed_calls import calls
from loop.prover import Gain
from loop.source_text import to_source_text
from loop.techniques.study import Draft, Study
from verify import flow, ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, ListOf, Name, Program, Type, Value
from verify.lean_expr import blank, condition, lean_type, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.notes import annotate
from verify.reasons import Reason, Refusal
from verify.shape import RESULT, Shape, shape, slot
from verify.spec import to_candidate
from verify.statement import Claim, to_statement
from verify.task import Task, Version
from verify.types import copied

RUNS: Final = 80
"""inputs on which both versions are watched"""
STEPS: Final = 3_000
"""states of a loop that are compared, at most"""
TAIL: Final = """theorem tail_length {α : Type} (rest : List α) (h : rest ≠ []) : (rest.tail.length : Int) = rest.length - 1 := by
  cases rest with
  | nil => exact absurd rfl h
  | cons x t => simp"""


INSTANCES: Final = 24
"""most lemmas that one proof is given"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A loop of the new version, and the loops of the old one whose turns it makes, all at once."""

    new: int
    olds: tuple[int, ...]
    holds: Mapping[Name, Expr] = field(default_factory=dict)
    """what new variables hold whenever the loop's test is reached, over the variables of the first of the old loops"""
    renamed: Mapping[Name, Name] = field(default_factory=dict)
    """variables of the new loop that the old one calls otherwise"""
    assumes: tuple[Expr, ...] = ()
    """what holds of the old variables whenever both loops come to their tests"""


@dataclass(frozen=True, slots=True)
class Step:
    """A lemma about a pair of loops: its text, and where its variables stand among the arguments of shadows, facts left out."""

    name: str
    text: str
    places: tuple[tuple[str, int, int], ...]
    """for each variable the version, the loop and the position of the argument"""
    facts: int


@dataclass(frozen=True, slots=True)
class Shows:
    """An input on which the new version is cheaper since of one of its loops something holds there, as its first turns show."""

    gain: Gain
    loop: int
    said: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A version with the notes that a proof would use, and its loops as observed."""

    space: str
    program: Program
    loops: Mapping[int, Loop]
    shapes: Mapping[int, Shape]

    @property
    def types(self) -> dict[Name, Type]:
        """The types of its variables, of what it returns too."""
        return {v.name: v.type for v in self.program.variables} | {RESULT: self.program.result}

    def live(self, index: int) -> frozenset[Name]:
        """Return the names whose value on entry to a loop's test sways its turns, or what it returns."""
        loop = self.shapes[index].loop
        needed = flow.exposed(ir.turn(loop)) | ir.variables(ir.going(loop))
        return needed | ({RESULT} if self.shapes[index].returns else frozenset())

    def wanted(self, index: int) -> frozenset[Name]:
        """Return the names that anything after a loop, or the loop around it in a later turn, may read."""
        inside = {s.index: [t.index for t in ir.statements(s.body) if isinstance(t, ir.LOOPS)] for s in self.program.loops}
        around = [s for s in self.program.loops if index in inside[s.index]]
        return read_outside(self.program.body, index).union(*(flow.exposed(s.body) for s in around))


@lru_cache(maxsize=8)
def noted(study: Study, program: Program, space: str) -> Noted:
    """Return a version as a proof would look at it first. Raises Refusal where a loop has no measure."""
    runs = inputs(study.spec, study.limits, seed=0)
    loops = observe_elements(program, study.spec.require, runs, study.limits)
    full = annotate(program, to_notes(loops, study.limits), study.limits)
    by_index = {s.index: s for s in full.loops}
    return Noted(space, full, loops, {k: shape(full, s) for k, s in by_index.items()})


def lemmas(study: Study, new: Program, pairs: Sequence[Pair]) -> str | None:
    """Return the proof for some pairs of loops, or None where runs show that they do not go in step, or no turn saves any."""
    watched = [_Watched(p, study, pairs, k) for k, p in enumerate((study.head, new))]
    saved = [_saved(pair, watched[0], watched[1], study.limits) for pair in pairs]
    inner = {t.index for s in new.loops for t in ir.statements(s.body) if isinstance(t, ir.LOOPS)}
    if any(s is None for s in saved) or not any(s for p, s in zip(pairs, saved, strict=True) if p.new not in inner):
        return None
    old_side, new_side = noted(study, study.head, "Old"), noted(study, new, "New")
    first = (old_side.shapes[p.olds[0]].loop for p in pairs)
    written = [TAIL] if any(isinstance(s, ir.ForEach) for s in first) else []
    made: list[Step] = []
    for pair, gain in sorted(zip(pairs, saved, strict=True), key=lambda item: -item[0].new):
        made += Writer(study, (old_side, new_side), pair, gain or 0).steps(made)
    proved = list(facts(study, new, (old_side, new_side), made))
    if not proved:
        return None
    return "\n\n".join([*written, *(s.text for s in made), *proved]) + "\n"


# -- the facts of the claim -----------------------------------------------------------------------------------------------------


def facts(
    study: Study, new: Program, sides: tuple[Noted, Noted], steps: Sequence[Step], shows: "Shows | None" = None
) -> Iterator[str]:
    """Yield the facts that the likeliest claim asks for, shown by lemmas about loops that stand in no other loop.

    Where the contract promises nothing of the result that is the whole proof. `shows` says where the gain shows in the order
    `always`, where lemmas about turns do not say it; nothing is yielded then in any other order.
    """
    spec = study.spec
    task = Task(spec, study.brief.head, Version(spec.source, new))
    runs = inputs(spec, study.limits, seed=0)
    claimed = claims(task, runs, study.limits)
    if isinstance(claimed, Reason) or (shows is not None and claimed[0].order != "always"):
        return
    claim = claimed[0]
    gain = gain_of(task, claim, runs, study.limits) if shows is None else shows.gain
    if gain is None:
        return
    typed = [(lean_name(p.name), lean_type(p.type)) for p in spec.program.parameters]
    binders, args = "".join(f" ({n} : {t})" for n, t in typed), "".join(f" {n}" for n, _ in typed)
    given = f"{binders} (h : Pre{args})"
    statement = to_statement(spec, sides[0].program, sides[1].program, claim, study.limits)
    evident = [] if shows is None else _evident(_out(statement.claim, "New"), shows, sides[1])
    applied = _instances(_out(statement.old, "Old"), _out(statement.claim, "New"), steps)

    def shown(what: str) -> list[str]:
        unfolded = f"simp only [New.{what}, New.out, Old.{what}, Old.out]"
        ends = "(repeat' split) <;> first | omega | grind" if what == "ticks" else "first | grind | ((repeat' split) <;> grind)"
        return ["simp only [Pre] at h", *applied, unfolded, ends]

    slack = f" + {claim.slack}" if claim.slack else ""
    yield _declared(f"same{given} : New.value{args} = Old.value{args}", shown("value"))
    yield _declared(f"cost{given} : New.ticks{args} ≤ Old.ticks{args}{slack}", shown("ticks"))
    some = f"∃{binders}, Pre{args} ∧ New.ticks{args}" if binders else "Pre ∧ New.ticks"
    always = claim.order == "always"
    lines = [] if always else ["intro m"]
    for (n, t), p in zip(typed, spec.program.parameters, strict=True):
        lines.append(f"obtain ⟨{n}, e_{n}⟩ : ∃ v : {t}, v = {gain.terms[p.name]} := ⟨_, rfl⟩")
        if isinstance(p.type, ListOf):
            lines.append(f"have l_{n} := congrArg List.length e_{n}")
            lines.append(f"simp only [List.length_replicate, List.length_cons, List.length_nil] at l_{n}")
    shows = "" if spec.require == ir.TRUE else "; first | trivial | omega | decide | grind"
    lines += [f"have h : Pre{args} := by subst_vars; simp only [Pre]{shows}"]
    lines += [f"refine ⟨{', '.join([*(n for n, _ in typed), 'h', '?_'])}⟩", *evident, *shown("ticks")]
    yield _declared(f"gain : {some} < Old.ticks{args}" if always else f"gain : ∀ m : Nat, {some} + m ≤ Old.ticks{args}", lines)
    if spec.ensure == ir.TRUE and spec.result == "same":
        yield _declared(f"post{given} : Post{args} (Old.value{args})", ["simp only [Post]"])
        yield "theorem accepted : Statement := statement_of same post cost gain"


def _evident(out: str, shows: Shows, new: Noted) -> list[str]:
    """Return lines that show what holds of a loop on one input, by running its first turn and those of the loops in it."""
    lines = []
    inner = [s.index for s in ir.statements(new.shapes[shows.loop].loop.body) if isinstance(s, ir.LOOPS)]
    opened = " ".join(f"New.shadow{k}" for k in (shows.loop, *inner))
    for shadow, arguments in calls(out):
        if shadow == f"shadow{shows.loop}":
            given = " ".join(re.sub(r"\bshadow(\d+)\b", r"New.shadow\1", a) for a in arguments)
            proof = f"by subst_vars; unfold {opened}; first | decide | rfl | (simp [item]; done)"
            lines.append(f"try have r{len(lines)} : (New.{shadow} {given}).{shows.said} := {proof}")
    return lines


def _declared(statement: str, lines: Sequence[str]) -> str:
    return f"theorem {statement} := by\n  " + "\n  ".join(lines)


def _out(printed: str, space: str) -> str:
    """Return the printed definition of what a version leaves behind."""
    own = printed[printed.index(f"namespace QED.{space}\nopen ") :]
    return own[own.index("\ndef out ") : own.index("\ndef value ")]


def _shadow(printed: str, space: str, k: int) -> str:
    """Return the printed definition of what a loop leaves."""
    own = printed[printed.index(f"namespace QED.{space}\nopen ") :]
    begun = own.index(f"\ndef shadow{k} ")
    return own[own.index(":=", begun) : own.index("\ndecreasing_by", begun)]


def _instances(old: str, new: str, steps: Sequence[Step]) -> list[str]:
    """Return lines that apply lemmas to the calls of shadows in what both versions leave behind."""
    found: dict[tuple[str, int], list[list[str]]] = {}
    for space, text in (("Old", old), ("New", new)):
        for shadow, arguments in calls(text):
            full = [re.sub(r"\bshadow(\d+)\b", rf"{space}.shadow\1", a) for a in arguments]
            found.setdefault((space, int(shadow.removeprefix("shadow"))), []).append(full)
    lines: list[str] = []
    for step in steps:
        sources = list(dict.fromkeys(where[:2] for where in step.places))
        for chosen in product(*(found.get(source, [])[:2] for source in sources)):
            at = dict(zip(sources, chosen, strict=True))
            given = " ".join(at[space, index][k] for space, index, k in step.places)
            proofs = " (by first | assumption | omega | grind)" * step.facts
            lines.append(f"try have e{len(lines)} := {step.name} {given}{proofs}")
    return lines[:INSTANCES]


# -- what runs show -------------------------------------------------------------------------------------------------------------


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


# -- lemmas ---------------------------------------------------------------------------------------------------------------------


def _as_first(other: Shape, first: Shape, live: frozenset[Name]) -> Expr:
    """Return what holds in another loop with the hidden variables of the first one, so far as it is about what is read."""
    pairs = zip(ir.hidden(other.loop), ir.hidden(first.loop), strict=False)
    types = {x.name: x.type for x in ir.subexpressions(other.invariant) if isinstance(x, ir.Var)}
    env: dict[Name, Expr] = {a: ir.Var(b, types[a]) for a, b in pairs if a in types}
    parts = other.invariant.operands if isinstance(other.invariant, ir.Logic) else (other.invariant,)
    return ir.conjunction([ir.substitute(p, env) for p in parts if ir.variables(p) <= live])


class Writer:
    """Writes the lemmas of one pair."""

    def __init__(self, study: Study, sides: tuple[Noted, Noted], pair: Pair, gain: int = 0) -> None:
        self.study, self.pair, self.gain, self.limits = study, pair, gain, study.limits
        self.old, self.new = sides
        self.made = self.new.shapes[pair.new]

    def steps(self, known: Sequence[Step]) -> Iterator[Step]:
        """Yield lemmas by name: what the new loop leaves in each variable that anything reads later, then what it costs."""
        for out in self.made.written:
            if out not in self.new.wanted(self.pair.new):
                continue
            meant = self.pair.renamed.get(out, out)
            index = next((k for k in self.pair.olds if meant in self.old.shapes[k].written), None)
            if out in self.pair.holds:
                yield self.theorem(f"{self._label}_{out}", (self.pair.olds[0],), self._kept(out), known)
            elif index is not None:
                goal = f"{{new}}.{slot(out)} = {{old}}.{slot(meant)}"
                yield self.theorem(f"{self._label}_{out}", (index,), goal, known, out)
        if self.made.returns:
            yield self.theorem(f"{self._label}_returned", self.pair.olds[:1], "{new}.returned = {old}.returned", known)
        idle = [t for k in self.pair.olds[1:] for t in self.stale(k)]
        yield from idle
        yield self.theorem(f"{self._label}_ticks", self.pair.olds, self._cheaper(), [*known, *idle])

    def stale(self, index: int) -> Iterator[Step]:
        """Yield that what a loop of the old version never reads does not sway its ticks: induction can say nothing of it."""
        s, live = self.old.shapes[index], self.old.live(index)
        unread = [n for n in s.arguments if n not in live]
        if unread:
            types, call = self.old.types, f"Old.shadow{index} {' '.join(map(slot, s.arguments))}"
            other = [blank(types[n]) if n in unread else slot(n) for n in s.arguments]
            head = "".join(f" ({slot(n)} : {lean_type(types[n])})" for n in s.arguments)
            goal = f"({call}).ticks = (Old.shadow{index} {' '.join(other)}).ticks"
            script = f"unfold Old.shadow{index}\n  (repeat' split) <;> first | rfl | grind"
            text = f"theorem stale{index}{head} :\n    {goal} := by\n  {script}"
            yield Step(f"stale{index}", text, tuple(("Old", index, k) for k in range(len(s.arguments))), 0)

    @property
    def _label(self) -> str:
        return f"step{self.pair.new}"

    def _kept(self, out: Name) -> str:
        written = set(self.old.shapes[self.pair.olds[0]].written)
        last = value(self.pair.holds[out], lambda n: f"{{old}}.{slot(n)}" if n in written else slot(n))
        return f"{{new}}.{slot(out)} = {last}"

    def _cheaper(self) -> str:
        """Return that the new loop costs less than the old ones, by what each turn saves."""
        counted = trip(self.old.loops[self.pair.olds[0]], self.limits, leaving=self.made.returns) if self.gain else None
        total, scale, saved = "{olds}", 1, len(self.pair.olds) - 1
        extra = f" + {saved}" if saved else ""
        if counted is None or self.made.returns or ir.leaves(self.made.loop.body):
            return f"{{new}}.ticks{extra} ≤ {total}"
        scale = counted.stride
        distance = value(counted.distance, slot)
        times = f"{scale} * " if scale > 1 else ""
        return f"{times}({{new}}.ticks : Int) + {self.gain} * {distance}{extra} ≤ {times}({total} : Int)"

    def theorem(self, name: str, olds: Sequence[int], goal: str, known: Sequence[Step], out: Name = "") -> Step:
        """Return a lemma that one induction over the first of some old loops shows; `out` is the variable that it is about."""
        types, binders, general = self.old.types, dict[str, str](), list[str]()
        places: dict[str, tuple[str, int, int]] = {}
        first = self.old.shapes[olds[0]]
        applied = []
        for k in olds:
            s, own, arguments = self.old.shapes[k], ir.hidden(self.old.shapes[k].loop), list[str]()
            for at, n in enumerate(s.arguments):
                if k != olds[0] and n in own:
                    arguments.append(slot(ir.hidden(first.loop)[own.index(n)]))
                    continue
                if k != olds[0] and n not in self.old.live(k):
                    arguments.append(blank(types[n]))
                    continue
                text = slot(n)
                if text not in binders:
                    binders[text], places[text] = lean_type(types[n]), ("Old", k, at)
                    general += [text] if k != olds[0] else []
                arguments.append(text)
            applied.append(f"(Old.shadow{k} {' '.join(arguments)})")
        naming = {n: self._shared(n, first, binders, out) for n in self.made.arguments}
        for at, (n, text) in enumerate(naming.items()):
            if text not in binders:
                binders[text], places[text] = lean_type(self.new.types[n]), ("New", self.made.index, at)
                general.append(text)
        held = [f"{naming[n]} = {value(e, slot)}" for n, e in self.pair.holds.items() if n in naming]
        invariants = [first.invariant, *(_as_first(self.old.shapes[k], first, self.old.live(k)) for k in olds[1:])]
        assumed = [condition(e, slot) for e in (*self.pair.assumes, *invariants) if e != ir.TRUE]
        if self.made.invariant != ir.TRUE:
            assumed.append(condition(self.made.invariant, lambda n: naming.get(n, slot(n))))
        held += list(dict.fromkeys(assumed))
        made = f"(New.shadow{self.made.index} {' '.join(naming.values())})"
        total = " + ".join(f"{c}.ticks" for c in applied)
        said = goal.replace("{new}", made).replace("{olds}", total).replace("{old}", applied[0])
        head = "".join(f" ({n} : {t})" for n, t in binders.items()) + "".join(f" (h{i} : {f})" for i, f in enumerate(held))
        opened = ", ".join([f"New.shadow{self.made.index}", *(f"Old.shadow{k}" for k in olds[1:])])
        moving = f" generalizing {' '.join(general)}" if general else ""
        names = f" [{', '.join(s.name for s in known)}]" if known else ""
        shorter = "((try simp (disch := assumption) only [tail_length] at *) <;> grind" + names + ")"
        ends = f"grind{names}" if not isinstance(first.loop, ir.ForEach) else f"first | {shorter} | grind{names}"
        lines = [f"fun_induction {applied[0][1:-1]}{moving} <;> rw [{opened}]", *self._inner(olds, naming, known), ends]
        script = " <;>\n    ".join(lines)
        return Step(name, f"theorem {name}{head} :\n    {said} := by\n  {script}", tuple(places.values()), len(held))

    def _inner(self, olds: Sequence[int], naming: Mapping[Name, str], known: Sequence[Step]) -> list[str]:
        """Return lines that apply what is known of loops within these to the calls that one turn makes."""
        sides = ((self.old, olds), (self.new, (self.made.index,)))
        if not known or not any(isinstance(t, ir.LOOPS) for n, ks in sides for k in ks for t in ir.statements(n.shapes[k].loop.body)):
            return []
        statement = to_statement(self.study.spec, self.old.program, self.new.program, Claim("always"), self.limits)
        old = "".join(_shadow(statement.old, "Old", k) for k in olds)
        new = _shadow(statement.claim, "New", self.made.index)
        exact = {slot(n): text for n, text in naming.items()}
        new = re.sub(r"\b(?:v_\w+|result\b)", lambda m: m[0] if m.string[m.start() - 1] == "." else exact.get(m[0], m[0]), new)
        skipped = {("Old", k) for k in olds} | {("New", self.made.index)}
        within = [s for s in known if not skipped & {where[:2] for where in s.places}]
        return ["expose_names", *(f"({line})" for line in _instances(old, new, within))]

    def _shared(self, n: Name, first: Shape, binders: Mapping[str, str], out: Name) -> str:
        """Return what an argument of the new loop is called in a lemma: as in the old one where both hold the same."""
        own = ir.hidden(self.made.loop)
        if n in own:
            return slot(ir.hidden(first.loop)[own.index(n)])
        text = slot(self.pair.renamed.get(n, n))
        if n in self.pair.holds or n not in self.new.live(self.pair.new) | {out}:
            return f"n_{n}"
        return text if text in binders else f"n_{n}"


def draft(study: Study, program: Program, idea: str, pairs: Callable[[Program], Sequence[Pair] | None]) -> Draft | None:
    """Return a candidate with its proof, or None where it has no text, runs refute it, or its loops do not go in step.

    `pairs` is asked about the program as it reads back, whose loops are numbered in the order in which they stand.
    """
    text = to_source_text(program)
    if text is None:
        return None
    try:
        new = to_candidate(text.encode(), idea, study.spec, study.limits)[1]
        chosen = pairs(new) if better(study, new) else None
        proof = None if chosen is None else lemmas(study, new, chosen)
    except Refusal:
        return None
    return None if proof is None else Draft(text, idea, proof)


def better(study: Study, new: Program) -> bool:
    """Say whether a version does in some runs what the one to beat does, and is cheaper in one of them."""
    old_run, new_run = Interpreter(study.head, study.limits), Interpreter(new, study.limits)
    cheaper = False
    for arguments in study.runs[:: max(1, len(study.runs) // RUNS)]:
        try:
            due = old_run.run(arguments)
        except OutOfFuel:
            continue
        try:
            got = new_run.run(arguments)
        except OutOfFuel:
            return False
        if (due.value, due.raised) != (got.value, got.raised):
            return False
        cheaper = cheaper or got.ticks < due.ticks
    return cheaper


def in_place(old: Program, holds: Mapping[int, Mapping[Name, Expr]]) -> Callable[[Program], Sequence[Pair]]:
    """Return the pairs of a version that has the loops of the old one, where `holds` says what new variables hold in which."""
    return lambda _: [Pair(s.index, (s.index,), holds.get(s.index, {})) for s in old.loops]
