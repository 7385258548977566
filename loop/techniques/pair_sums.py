"""Sums over pairs of a range become one pass, which keeps the sum of what the other of each pair adds.

That is so where what a pair adds is linear in what depends on the inner range: `a(i) * g(j)` for a few `g`, and what depends on
`i` alone, once for each `j`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from loop.fit import horner, plus
from loop.observe import read_outside
from loop.simplify import after, simplified, static_cost, terms
from loop.techniques import pair_sums_proof
from loop.techniques.lockstep import better
from loop.techniques.pair_sums_proof import COUNT
from loop.techniques.study import Draft, Study
from loop.techniques.walk import always, distance
from loop.techniques.written import fresh, written
from verify import flow, ir
from verify.ir import Block, Expr, Name, Program, Var
from verify.reasons import Refusal

MOST_RUNS: Final = 3
"""sums that are kept, at most"""
NAMES: Final = ("run", "acc", "part", "seen")
BOUND: Final = Var("each_1", "int")
"""what the sum before the first turn is over"""
Poly = dict[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Nest:
    """A loop in a block of another, where the range of the inner one grows or shrinks by one with each turn of the outer one."""

    outer: ir.For
    inner: ir.For
    before: Block
    later: Block
    fixed: int
    """the inner range begins here, where it grows"""
    shift: int
    """in the turn of `i` the element at `i` plus this comes to the range, or leaves it"""
    early: bool
    """whether that is before the inner loop is come to, or after it"""
    grows: bool
    behind: int = 0
    """how far the end of the inner range is behind that of the outer one, where it does not move"""

    @property
    def first(self) -> int:
        """Where the outer range begins."""
        return int(self.outer.start.value) if isinstance(self.outer.start, ir.Const) else 0

    @property
    def at(self) -> Expr:
        """The element that comes or leaves, in a turn."""
        return simplified(ir.plus_constant(Var(self.outer.variable, "int"), self.shift))

    @property
    def count(self) -> Expr:
        """How many turns the inner loop makes."""
        return simplified(ir.Binary("sub", self.inner.stop, self.inner.start))


@dataclass(frozen=True, slots=True)
class Sum:
    """What the inner loop adds to variables: over `runs`, each the sum of an element over the inner range."""

    nest: Nest
    runs: dict[Name, Expr]
    """the elements, over the inner variable"""
    split: dict[Name, Expr]
    """what is added to each variable, over the runs and the outer variable, and how many elements there are"""

    @property
    def added(self) -> dict[Name, Expr]:
        """What is added to each variable in a turn."""
        return {n: cheaper(ir.substitute(e, {COUNT: self.nest.count})) for n, e in self.split.items()}

    def summed(self, n: Name) -> Expr:
        """Return what a variable is after a turn."""
        return plus(Var(n, "int"), self.added[n])

    def block(self) -> Block:
        """Return what takes the place of the inner loop."""
        moved = tuple(ir.Assign((n,), (self.following(n),)) for n in self.runs)
        adds = tuple(ir.Assign((n,), (self.summed(n),)) for n in self.split)
        return (*moved, *adds) if self.nest.early else (*adds, *moved)

    def following(self, run: Name) -> Expr:
        """Return what a kept sum is after a turn."""
        element = simplified(ir.substitute(self.runs[run], {self.nest.inner.variable: self.nest.at}))
        return ir.Binary("add" if self.nest.grows else "sub", Var(run, "int"), element)

    def whole(self, run: Name) -> Expr | None:
        """Return the list whose elements a sum is over before the first turn, where it is over all of one."""
        nest = self.nest
        match self.runs[run]:
            case ir.Item(Var() as xs, Var(n)) if n == nest.inner.variable and nest.inner.stop == ir.Length(xs):
                return xs if nest.outer.start == ir.Const(0) and xs.type == ir.ListOf("int") else None
        return None

    def begin(self, run: Name) -> Expr:
        """Return what a kept sum is before the first turn."""
        nest = self.nest
        if nest.grows:
            return ir.Const(0)
        if whole := self.whole(run):
            return ir.Fold("sum", whole)
        span = ir.Span(nest.outer.start, nest.inner.stop, ir.Const(1))
        element = ir.substitute(self.runs[run], {nest.inner.variable: BOUND})
        return ir.Fold("sum", span if element == BOUND else ir.Each(element, BOUND, span))


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the version of one pass."""
    for nest in _nests(study):
        found = _sum(study.head, nest)
        if found is None:
            continue
        made = written(study, _program(study.head, found))
        if made is None or not better(study, made[1]):
            continue
        try:
            lemmas = pair_sums_proof.to_lemmas(study, found, made[1])
        except Refusal:
            continue
        if lemmas:
            yield Draft(made[0], "a sum over pairs is one pass that keeps the sum over the others", lemmas)


def _nests(study: Study) -> Iterator[Nest]:
    head = study.head
    outers = [s for s in head.body if isinstance(s, ir.For)]
    if len(outers) != 1 or len(head.loops) != 2 or head.recursive:  # noqa: PLR2004 - a loop and one in it
        return
    outer = outers[0]
    at = next((k for k, s in enumerate(outer.body) if isinstance(s, ir.For)), None)
    if at is None or outer.step != ir.Const(1) or not isinstance(outer.start, ir.Const):
        return
    inner = outer.body[at]
    before, later = outer.body[:at], outer.body[at + 1 :]
    jumps = any(isinstance(s, ir.Continue) for s in ir.statements(before)) or ir.leaves(outer.body) or ir.returns(outer.body)
    moves = outer.variable in ir.writes((*outer.body,))
    if not isinstance(inner, ir.For) or inner.step != ir.Const(1) or jumps or moves:
        return
    first, turning = int(outer.start.value), ir.writes(ir.turn(outer))
    ahead, begun = distance(inner.stop, outer.variable), distance(inner.start, outer.variable)
    if ahead is not None and isinstance(inner.start, ir.Const):
        made = first + ahead - int(inner.start.value)  # turns of the inner loop in the first turn of the outer one
        if made in (0, 1):
            yield Nest(outer, inner, before, later, int(inner.start.value), ahead - made, made == 1, grows=True)
    elif begun in (0, 1) and not ir.variables(inner.stop) & turning:
        behind = always(study, ir.Binary("sub", inner.stop, outer.stop))
        if behind is not None and behind >= 0:
            yield Nest(outer, inner, before, later, 0, 0, begun == 1, grows=False, behind=behind)


def _sum(head: Program, nest: Nest) -> Sum | None:
    """Return what the inner loop adds, None where it does something else."""
    inner, own = nest.inner, ir.writes(nest.inner.body)
    following = after(inner.body)
    outside = read_outside(head.body, inner.index)
    if any(isinstance(x, ir.Each) for e in (following or {}).values() for x in ir.subexpressions(e)):
        return None
    if following is None or inner.variable in outside | own or nest.outer.variable in own:
        return None
    needed = flow.exposed(inner.body) | outside
    turning = ir.writes(ir.turn(nest.outer)) - {inner.variable}
    groups: dict[Expr, Name] = {}
    runs: dict[Name, Expr] = {}
    added: dict[Name, Expr] = {}
    taken = {v.name for v in head.variables} | {head.name}
    names = fresh(NAMES, taken, MOST_RUNS)
    for n in (m for m in following if m in needed):
        split = _split(n, following[n], inner.variable, own)
        if split is None:
            return None
        parts: list[Expr] = []
        for factor, element in split:
            if inner.variable in ir.variables(factor) or ir.variables(element) & turning or ir.variables(factor) & own:
                return None
            if inner.variable not in ir.variables(element):
                parts.append(ir.Binary("mul", ir.Binary("mul", factor, element), Var(COUNT, "int")))
                continue
            if element not in groups:
                if len(groups) == len(names):
                    return None
                groups[element] = names[len(groups)]
                runs[groups[element]] = element
            parts.append(ir.Binary("mul", factor, Var(groups[element], "int")))
        whole = parts[0] if parts else ir.Const(0)
        for part in parts[1:]:
            whole = plus(whole, part)
        added[n] = whole
    return Sum(nest, runs, added) if runs else None


def cheaper(e: Expr) -> Expr:
    """Return an expression in the form that costs least."""
    return min((simplified(e), e), key=static_cost)


def _split(n: Name, value: Expr, variable: Name, own: frozenset[Name]) -> list[tuple[Expr, Expr]] | None:
    """Return what is added to a variable as products of what does not depend on another one, and of what does."""
    atoms: list[Expr] = [Var(n, "int")]
    poly = terms(value, atoms)
    if poly is None or value.type != "int":
        return None
    full = {m + (0,) * (len(atoms) - len(m)): c for m, c in poly.items()}
    alone = (1, *(0,) * (len(atoms) - 1))
    if full.pop(alone, 0) != 1 or any(m[0] for m in full) or any(ir.variables(a) & own for a in atoms[1:]):
        return None
    inside = [variable in ir.variables(a) for a in atoms]
    by_element: dict[tuple[int, ...], Poly] = {}
    for m, c in full.items():
        element = tuple(k if x else 0 for k, x in zip(m, inside, strict=True))
        by_element.setdefault(element, {})[tuple(0 if x else k for k, x in zip(m, inside, strict=True))] = c
    by_factor: dict[tuple[tuple[tuple[int, ...], int], ...], Poly] = {}
    for element, factor in by_element.items():
        less = tuple(sorted((m, -c) for m, c in factor.items()))
        if less in by_factor:
            by_factor[less][element] = -1
        else:
            by_factor.setdefault(tuple(sorted(factor.items())), {})[element] = 1
    return [(horner(dict(factor), atoms), horner(elements, atoms)) for factor, elements in by_factor.items()]


def _program(head: Program, found: Sum) -> Program:
    """Return the version of one pass."""
    nest = found.nest
    turn = (*nest.before, *found.block(), *nest.later)
    k = head.body.index(nest.outer)
    first = tuple(ir.Assign((n,), (found.begin(n),)) for n in found.runs)
    body = (*head.body[:k], *first, replace(nest.outer, body=turn), *head.body[k + 1 :])
    return replace(head, body=body, locals=(*head.locals, *(Var(n, "int") for n in found.runs)))
