"""Writes the lemmas about a pair of loops, one of the old version and one of the new, that make the same turns.

Each is an induction over the loop of the old version, in which the new one makes a turn. What the variables of the new loop hold
is said in terms of the old one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from loop.closed import trip
from loop.techniques.claim_facts import Noted, Step, instances, shadow_text
from loop.techniques.study import Study
from verify import ir
from verify.ir import Expr, Name
from verify.lean_expr import blank, condition, lean_type, value
from verify.shape import Shape, slot
from verify.statement import Claim, to_statement

TAIL: Final = """theorem tail_length {α : Type} (rest : List α) (h : rest ≠ []) : (rest.tail.length : Int) = rest.length - 1 := by
  cases rest with
  | nil => exact absurd rfl h
  | cons x t => simp"""


PROOF: Final = " (by first | assumption | omega | grind)"
"""how a fact is shown that a lemma asks for"""


def again(moved: Sequence[str], facts_due: int) -> str:
    """Return the tactic that takes what an induction knows of the next turn, whatever `moved` are there.

    Not all of the facts that the lemma asks for need be about what a turn changes; those that are not it does not ask for again.
    """
    start = f"have i := {f'fun {chr(32).join(moved)} => ' if moved else ''}ih1{''.join(f' {m}' for m in moved)}"
    return f"first {' '.join(f'| {start}{PROOF * n}' for n in range(facts_due, -1, -1))}"


def least(old: Noted, k: int) -> Step:
    """Return that a loop costs its last test at least."""
    s, types = old.shapes[k], old.types
    head = "".join(f" ({slot(n)} : {lean_type(types[n])})" for n in s.arguments)
    call = f"(Old.shadow{k} {' '.join(map(slot, s.arguments))})"
    text = f"theorem least{k}{head} : 1 ≤ {call}.ticks := by\n  unfold Old.shadow{k}\n  (repeat' split) <;> grind"
    return Step(f"least{k}", text, tuple(("Old", k, i) for i in range(len(s.arguments))), 0)


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
        self.study, self.pair, self.gain = study, pair, gain
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
        counted = trip(self.old.loops[self.pair.olds[0]], self.study.limits, leaving=self.made.returns) if self.gain else None
        total, scale, saved = "{olds}", 1, len(self.pair.olds) - 1 + self._last_test()
        extra = f" + {saved}" if saved > 0 else ""
        if counted is None or self.made.returns or ir.leaves(self.made.loop.body):
            return f"{{new}}.ticks{extra} ≤ {total}"
        scale = counted.stride
        distance = value(counted.distance, slot)
        times = f"{scale} * " if scale > 1 else ""
        return f"{times}({{new}}.ticks : Int) + {self.gain} * {distance}{extra} ≤ {times}({total} : Int)"

    def _last_test(self) -> int:
        """Return what the test that ends the new loop costs less than that of the old one, where both cost always the same."""
        old, new = self.old.shapes[self.pair.olds[0]].test_cost, self.made.test_cost
        return int(old.value) - int(new.value) if isinstance(old, ir.Const) and isinstance(new, ir.Const) else 0

    def theorem(self, name: str, olds: Sequence[int], goal: str, known: Sequence[Step], out: Name = "", other: str = "") -> Step:
        """Return a lemma that one induction over the first of some old loops shows.

        `out` is the variable that it is about, `other` a tactic for the goals that automation leaves.
        """
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
        told = [*(s.name for s in known), *(["Int.natAbs_of_nonneg"] if self._has_abs(olds) else [])]
        names = f" [{', '.join(told)}]" if told else ""
        shorter = "((try simp (disch := assumption) only [tail_length] at *) <;> grind" + names + ")"
        going = f"expose_names; ({again(general, len(held))}); (try rw [if_pos (by first | omega | grind)]); (try dsimp only)"
        plain = [f"grind{names}"] if not isinstance(first.loop, ir.ForEach) else [shorter, f"grind{names}"]
        ends = f"first | {' | '.join([*plain, *([other] if other else []), f'({going}; grind{names})'])}"
        lines = [f"fun_induction {applied[0][1:-1]}{moving} <;> rw [{opened}]", *self._inner(olds, naming, known), ends]
        script = " <;>\n    ".join(lines)
        return Step(name, f"theorem {name}{head} :\n    {said} := by\n  {script}", tuple(places.values()), len(held))

    def _has_abs(self, olds: Sequence[int]) -> bool:
        inside = (s for k in olds for s in ir.statements(self.old.shapes[k].loop.body))
        found = (x for s in inside for e in ir.expressions(s) for x in ir.subexpressions(e))
        return any(isinstance(x, ir.Unary) and x.op == "abs" for x in found)

    def _inner(self, olds: Sequence[int], naming: Mapping[Name, str], known: Sequence[Step]) -> list[str]:
        """Return lines that apply what is known of loops within these to the calls that one turn makes."""
        sides = ((self.old, olds), (self.new, (self.made.index,)))
        bodies = (ir.statements(n.shapes[k].loop.body) for n, ks in sides for k in ks)
        if not known or not any(isinstance(t, ir.LOOPS) for body in bodies for t in body):
            return []
        statement = to_statement(self.study.spec, self.old.program, self.new.program, Claim("always"), self.study.limits)
        old = "".join(shadow_text(statement.old, "Old", k) for k in olds)
        new = shadow_text(statement.claim, "New", self.made.index)
        exact = {slot(n): text for n, text in naming.items()}
        new = re.sub(r"\b(?:v_\w+|result\b)", lambda m: m[0] if m.string[m.start() - 1] == "." else exact.get(m[0], m[0]), new)
        skipped = {("Old", k) for k in olds} | {("New", self.made.index)}
        within = [s for s in known if not skipped & {where[:2] for where in s.places}]
        return ["expose_names", *(f"({line})" for line in instances(old, new, within))]

    def _shared(self, n: Name, first: Shape, binders: Mapping[str, str], out: Name) -> str:
        """Return what an argument of the new loop is called in a lemma: as in the old one where both hold the same."""
        own = ir.hidden(self.made.loop)
        if n in own:
            return slot(ir.hidden(first.loop)[own.index(n)])
        text = slot(self.pair.renamed.get(n, n))
        if n in self.pair.holds or n not in self.new.live(self.pair.new) | {out}:
            return f"n_{n}"
        return text if text in binders else f"n_{n}"
