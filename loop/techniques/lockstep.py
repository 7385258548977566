"""Lemmas for two versions whose loops go in step: a pair of loops leaves the same, and the new one costs less.

Each lemma is an induction over a loop of the old version, in which the new one makes the same turn. What the variables of the new
loop hold is said in terms of the old one; runs of both must show it, turn by turn, before any lemma is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from loop.closed import trip
from loop.elements import observe_elements
from loop.hints import to_notes
from loop.observe import Loop, evaluator, inputs
from loop.orders import claims, gain_of
from loop.techniques.study import Study
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, Name, Program, Type, Value
from verify.lean_expr import blank, condition, lean_type, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.notes import annotate
from verify.reasons import Reason
from verify.shape import RESULT, Shape, shape, slot
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


_AS_INTS: Final = "(first | refine Int.ofNat_le.mp ?_ | refine Int.ofNat_lt.mp ?_) <;> simp only [Int.natCast_add]"


@dataclass(frozen=True, slots=True)
class Pair:
    """A loop of the new version, and the loops of the old one whose turns it makes, all at once."""

    new: int
    olds: tuple[int, ...]
    holds: Mapping[Name, Expr] = field(default_factory=dict)
    """what new variables hold whenever the loop's test is reached, over the variables of the first of the old loops"""
    renamed: Mapping[Name, Name] = field(default_factory=dict)
    """variables of the new loop that the old one calls otherwise"""


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
        """Return the names whose value on entry to a loop's test anything reads."""
        return frozenset(self.loops[index].live) | ({RESULT} if self.shapes[index].returns else set())


def noted(study: Study, program: Program, space: str) -> Noted:
    """Return a version as a proof would look at it first. Raises Refusal where a loop has no measure."""
    runs = inputs(study.spec, study.limits, seed=0)
    loops = observe_elements(program, study.spec.require, runs, study.limits)
    full = annotate(program, to_notes(loops, study.limits), study.limits)
    by_index = {s.index: s for s in full.loops}
    return Noted(space, full, loops, {k: shape(full, s) for k, s in by_index.items()})


def lemmas(study: Study, new: Program, pairs: Sequence[Pair]) -> str | None:
    """Return the Lean text of the lemmas for some pairs of loops, or None where runs show that they do not go in step."""
    watched = [_Watched(p, study, pairs, k) for k, p in enumerate((study.head, new))]
    saved = [_saved(pair, watched[0], watched[1], study.limits) for pair in pairs]
    if any(s is None for s in saved):
        return None
    old_side, new_side = noted(study, study.head, "Old"), noted(study, new, "New")
    texts, names = [TAIL] if any(isinstance(old_side.shapes[p.olds[0]].loop, ir.ForEach) for p in pairs) else [], list[str]()
    for pair, gain in sorted(zip(pairs, saved, strict=True), key=lambda item: -item[0].new):
        for name, text in _Writer(old_side, new_side, pair, gain or 0, study.limits).theorems(names):
            texts.append(text)
            names.append(name)
    texts += facts(study, new, names)
    return "\n\n".join(texts) + "\n"


def facts(study: Study, new: Program, names: Sequence[str], more: str = "") -> Iterator[str]:
    """Yield the facts that the claim asks for which runs make likely, from lemmas by name; all of the proof where that is all.

    `more` is a line put before the last one of each.
    """
    spec = study.spec
    task = Task(spec, study.brief.head, Version(spec.source, new))
    runs = inputs(spec, study.limits, seed=0)
    claimed = claims(task, runs, study.limits)
    if isinstance(claimed, Reason) or (gain := gain_of(task, claimed[0], runs, study.limits)) is None:
        return
    typed = [(lean_name(p.name), lean_type(p.type)) for p in spec.program.parameters]
    binders, args = "".join(f" ({n} : {t})" for n, t in typed), "".join(f" {n}" for n, _ in typed)
    given, used = f"{binders} (h : Pre{args})", f"grind [{', '.join(names)}]" if names else "grind"
    opened = "simp only [Pre] at h"

    def shown(what: str) -> str:
        unfolded = f"simp only [New.{what}, New.out, Old.{what}, Old.out]"
        # what is known of ticks is said of them as ints, and is found by that
        ends = ["(repeat' split) <;> " + _AS_INTS] if what == "ticks" else []
        return "\n  ".join([opened, unfolded, *([more] if more else []), *ends, f"all_goals {used}" if ends else used])

    slack = f" + {claimed[0].slack}" if claimed[0].slack else ""
    yield f"theorem same{given} : New.value{args} = Old.value{args} := by\n  {shown('value')}"
    yield f"theorem cost{given} : New.ticks{args} ≤ Old.ticks{args}{slack} := by\n  {shown('ticks')}"
    some = f"∃{binders}, Pre{args} ∧ New.ticks{args}" if binders else f"Pre ∧ New.ticks"
    always = claimed[0].order == "always"
    goal = f"{some} < Old.ticks{args}" if always else f"∀ m : Nat, {some} + m ≤ Old.ticks{args}"
    lines = [] if always else ["intro m"]
    lines += [f"obtain ⟨{n}, e_{n}⟩ : ∃ v : {t}, v = {gain.terms[p.name]} := ⟨_, rfl⟩"
              for (n, t), p in zip(typed, spec.program.parameters, strict=True)]
    lines.append(f"have h : Pre{args} := by subst_vars; simp only [Pre]" + ("" if spec.require == ir.TRUE else "; first | trivial | omega | grind"))
    lines += [f"refine ⟨{', '.join([*(n for n, _ in typed), 'h', '?_'])}⟩", shown("ticks")]
    yield f"theorem gain : {goal} := by\n  " + "\n  ".join(lines)
    if spec.ensure == ir.TRUE and spec.result == "same":
        yield f"theorem post{given} : Post{args} (Old.value{args}) := by\n  simp only [Post]"
        yield "theorem accepted : Statement := statement_of same post cost gain"


# -- what runs show ---------------------------------------------------------------------------------------------------------------


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


# -- lemmas -----------------------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes the lemmas of one pair."""

    def __init__(self, old: Noted, new: Noted, pair: Pair, gain: int, limits: Limits) -> None:
        self.old, self.new, self.pair, self.gain, self.limits = old, new, pair, gain, limits
        self.made = new.shapes[pair.new]

    def theorems(self, known: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield lemmas by name: what the new loop leaves in each variable that anything reads later, then what it costs."""
        live = self.new.live(self.pair.new)
        hidden = set(ir.hidden(self.made.loop))
        for out in self.made.written:
            if out not in live or out in hidden:
                continue
            meant = self.pair.renamed.get(out, out)
            index = next((k for k in self.pair.olds if meant in self.old.shapes[k].written), None)
            if out in self.pair.holds:
                yield self._theorem(f"{self._label}_{out}", (self.pair.olds[0],), self._kept(out), known)
            elif index is not None:
                yield self._theorem(f"{self._label}_{out}", (index,), f"{{new}}.{slot(out)} = {{old}}.{slot(meant)}", known)
        if self.made.returns:
            yield self._theorem(f"{self._label}_returned", self.pair.olds[:1], "{new}.returned = {old}.returned", known)
        idle = [t for k in self.pair.olds[1:] for t in self._stale(k)]
        yield from idle
        yield self._theorem(f"{self._label}_ticks", self.pair.olds, self._cheaper(), [*known, *(n for n, _ in idle)])

    def _stale(self, index: int) -> Iterator[tuple[str, str]]:
        """Yield that what a loop of the old version never reads does not sway its ticks: induction can say nothing of it."""
        s, live = self.old.shapes[index], self.old.live(index)
        unread = [n for n in s.arguments if n not in live]
        if unread:
            types, call = self.old.types, f"Old.shadow{index} {' '.join(map(slot, s.arguments))}"
            other = [blank(types[n]) if n in unread else slot(n) for n in s.arguments]
            head = "".join(f" ({slot(n)} : {lean_type(types[n])})" for n in s.arguments)
            goal = f"({call}).ticks = (Old.shadow{index} {' '.join(other)}).ticks"
            script = f"unfold Old.shadow{index}\n  (repeat' split) <;> first | rfl | grind"
            yield f"stale{index}", f"theorem stale{index}{head} :\n    {goal} := by\n  {script}"

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

    def _theorem(self, name: str, olds: Sequence[int], goal: str, known: Sequence[str]) -> tuple[str, str]:
        """Return a lemma that one induction over the first of some old loops shows."""
        types, binders, general = self.old.types, dict[str, str](), list[str]()
        first = self.old.shapes[olds[0]]
        calls = []
        for k in olds:
            s, own, arguments = self.old.shapes[k], ir.hidden(self.old.shapes[k].loop), list[str]()
            for n in s.arguments:
                if k != olds[0] and n in own:
                    arguments.append(slot(ir.hidden(first.loop)[own.index(n)]))
                    continue
                if k != olds[0] and n not in self.old.live(k):
                    arguments.append(blank(types[n]))
                    continue
                text = slot(n)
                if text not in binders:
                    binders[text] = lean_type(types[n])
                    general += [text] if k != olds[0] else []
                arguments.append(text)
            calls.append(f"(Old.shadow{k} {' '.join(arguments)})")
        naming = {n: self._shared(n, first, binders) for n in self.made.arguments}
        for n, text in naming.items():
            if text not in binders:
                binders[text] = lean_type(self.new.types[n])
                general.append(text)
        facts = [f"{naming[n]} = {value(e, slot)}" for n, e in self.pair.holds.items() if n in naming]
        assumed = [condition(first.invariant, slot)] if first.invariant != ir.TRUE else []
        if self.made.invariant != ir.TRUE:
            assumed.append(condition(self.made.invariant, lambda n: naming.get(n, slot(n))))
        facts += list(dict.fromkeys(assumed))
        made = f"(New.shadow{self.made.index} {' '.join(naming.values())})"
        said = goal.replace("{new}", made).replace("{olds}", " + ".join(f"{c}.ticks" for c in calls)).replace("{old}", calls[0])
        head = "".join(f" ({n} : {t})" for n, t in binders.items()) + "".join(f" (h{i} : {f})" for i, f in enumerate(facts))
        opened = ", ".join([f"New.shadow{self.made.index}", *(f"Old.shadow{k}" for k in olds[1:])])
        moving = f" generalizing {' '.join(general)}" if general else ""
        names = f" [{', '.join(known)}]" if known else ""
        shorter = "((try simp (disch := assumption) only [tail_length] at *) <;> grind" + names + ")"
        ends = f"grind{names}" if not isinstance(first.loop, ir.ForEach) else f"first | {shorter} | grind{names}"
        return name, f"theorem {name}{head} :\n    {said} := by\n  fun_induction {calls[0][1:-1]}{moving} <;> rw [{opened}] <;> {ends}"

    def _shared(self, n: Name, first: Shape, binders: Mapping[str, str]) -> str:
        """Return what an argument of the new loop is called in a lemma: as in the old one where both hold the same."""
        own = ir.hidden(self.made.loop)
        if n in own:
            return slot(ir.hidden(first.loop)[own.index(n)])
        text = slot(self.pair.renamed.get(n, n))
        if n in self.pair.holds or n not in self.new.live(self.pair.new):
            return f"n_{n}"
        return text if text in binders else f"n_{n}"


def with_loops(program: Program, body: ir.Block, more: Sequence[ir.Var] = ()) -> Program:
    """Return a program with another body and more locals; what nothing mentions is dropped."""
    used = ir.reads(body) | ir.writes(body)
    kept = [v for v in (*program.locals, *more) if v.name in used]
    return replace(program, body=body, locals=tuple(dict.fromkeys(kept)))
