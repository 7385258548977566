"""The facts that the likeliest claim about a candidate asks for, from lemmas about pairs of loops."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

from loop.elements import observe_elements
from loop.gains import Gain, gain_head, gain_opening
from loop.hints import to_notes
from loop.observe import Loop, inputs, read_outside
from loop.orders import Arguments, claims, gain_of
from loop.printed_calls import calls
from loop.techniques.study import Study
from verify import flow, ir
from verify.ir import ListOf, Name, Program, Type
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type
from verify.notes import annotate
from verify.reasons import Reason
from verify.shape import RESULT, Shape, shape
from verify.spec import Spec
from verify.statement import Claim, to_statement
from verify.task import Task, Version

INSTANCES: Final = 24
"""most lemmas that one proof is given"""
OPENED: Final = "simp only [Pre] at h"


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


def claimed(study: Study, new: Program) -> tuple[Task, list[Arguments], list[Claim] | Reason]:
    """Return the task of a version against the one to beat, runs, and what these leave to be claimed of it, or why nothing is."""
    task, runs = Task(study.spec, study.brief.head, Version(study.spec.source, new)), inputs(study.spec, study.limits, seed=0)
    return task, runs, claims(task, runs, study.limits)


def facts(
    study: Study, new: Program, sides: tuple[Noted, Noted], steps: Sequence[Step], shows: Shows | None = None
) -> Iterator[str]:
    """Yield the facts that the likeliest claim asks for, shown by lemmas about loops that stand in no other loop.

    Where the contract promises nothing of the result that is the whole proof. `shows` says where the gain shows in the order
    `always`, where lemmas about turns do not say it; nothing is yielded then in any other order.
    """
    spec = study.spec
    task, runs, left = claimed(study, new)
    if isinstance(left, Reason) or (shows is not None and left[0].order != "always"):
        return
    claim = left[0]
    gain = gain_of(task, claim, runs, study.limits) if shows is None else shows.gain
    if gain is None:
        return
    typed = [(lean_name(p.name), lean_type(p.type)) for p in spec.program.parameters]
    binders, args = "".join(f" ({n} : {t})" for n, t in typed), "".join(f" {n}" for n, _ in typed)
    given = f"{binders} (h : Pre{args})"
    statement = to_statement(spec, sides[0].program, sides[1].program, claim, study.limits)
    evident = [] if shows is None else _evident(out_text(statement.claim, "New"), shows, sides[1])
    applied = instances(out_text(statement.old, "Old"), out_text(statement.claim, "New"), steps)

    def shown(what: str) -> list[str]:
        unfolded = f"simp only [New.{what}, New.out, Old.{what}, Old.out]"
        ends = "(repeat' split) <;> first | omega | grind" if what == "ticks" else "first | grind | ((repeat' split) <;> grind)"
        return [*applied, unfolded, ends]

    slack = f" + {claim.slack}" if claim.slack else ""
    yield declared(f"same{given} : New.value{args} = Old.value{args}", [OPENED, *shown("value")])
    yield declared(f"cost{given} : New.ticks{args} ≤ Old.ticks{args}{slack}", [OPENED, *shown("ticks")])
    lengths = []
    for n in (lean_name(p.name) for p in spec.program.parameters if isinstance(p.type, ListOf)):
        lengths.append(f"have l_{n} := congrArg List.length e_{n}")
        lengths.append(f"simp only [List.length_replicate, List.length_cons, List.length_nil] at l_{n}")
    lines = [*gain_opening(spec, claim, gain).split("\n"), *lengths, *evident, *shown("ticks")]
    yield declared(f"gain {gain_head(spec, claim)}", lines)
    yield from closing(spec, "cost gain")


def closing(spec: Spec, shown: str) -> Iterator[str]:
    """Yield what makes facts a whole proof where the contract promises nothing of the result; `shown` are those on costs."""
    if spec.ensure == ir.TRUE and spec.result == "same":
        names = " ".join(lean_name(p.name) for p in spec.program.parameters)
        given = " ".join(f"({lean_name(p.name)} : {lean_type(p.type)})" for p in spec.program.parameters)
        yield declared(f"post {given} (h : Pre {names}) : Post {names} (Old.value {names})", ["simp only [Post]"])
        yield f"theorem accepted : Statement := statement_of same post {shown}"


def _evident(out: str, shows: Shows, new: Noted) -> list[str]:
    """Return lines that show what holds of a loop on one input, by running its first turn and those of the loops in it."""
    lines: list[str] = []
    inner = [s.index for s in ir.statements(new.shapes[shows.loop].loop.body) if isinstance(s, ir.LOOPS)]
    opened = " ".join(f"New.shadow{k}" for k in (shows.loop, *inner))
    for shadow, arguments in calls(out):
        if shadow == f"shadow{shows.loop}":
            given = " ".join(re.sub(r"\bshadow(\d+)\b", r"New.shadow\1", a) for a in arguments)
            proof = f"by subst_vars; unfold {opened}; first | decide | rfl | (simp [item]; done)"
            lines.append(f"try have r{len(lines)} : (New.{shadow} {given}).{shows.said} := {proof}")
    return lines


def declared(statement: str, lines: Sequence[str]) -> str:
    """Return a theorem with its proof."""
    return f"theorem {statement} := by\n  " + "\n  ".join(lines)


def out_text(printed: str, space: str) -> str:
    """Return the printed definition of what a version leaves behind."""
    own = printed[printed.index(f"namespace QED.{space}\nopen ") :]
    return own[own.index("\ndef out ") : own.index("\ndef value ")]


def shadow_text(printed: str, space: str, k: int) -> str:
    """Return the printed definition of what a loop leaves."""
    own = printed[printed.index(f"namespace QED.{space}\nopen ") :]
    begun = own.index(f"\ndef shadow{k} ")
    return own[own.index(":=", begun) : own.index("\ndecreasing_by", begun)]


def instances(old: str, new: str, steps: Sequence[Step]) -> list[str]:
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
