"""A fold of the first elements of a list, as many as a loop has come to, is kept from turn to turn; so is one of the others."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from loop.observe import evaluator
from loop.simplify import replaced, simplified
from loop.techniques import prefix_folds_proof
from loop.techniques.hoisting import evaluated
from loop.techniques.lockstep import better
from loop.techniques.prefix_folds_proof import AT
from loop.techniques.study import Draft, Study
from loop.techniques.walk import always, distance
from loop.techniques.written import fresh, written
from verify import ir
from verify.ir import Block, Expr, Name, Value, Var
from verify.reasons import Refusal
from verify.ticks import cost

NAMES: Final = {"sum": ("run", "acc", "part", "other"), "max": ("top", "most"), "min": ("low", "least")}
LONG: Final = 40
"""how long the lists are on which the ticks of a fold are worked out"""
TURNS: Final = 12


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold that a loop asks for in each turn, over what is before a place that moves on, or from there on."""

    op: str
    whole: Expr
    """the fold, over a place"""
    element: Expr
    """what comes to it or leaves it at a place"""
    grows: bool
    early: bool
    """whether the element comes or leaves before the fold is asked for, or after it"""
    shift: int
    """in the turn of `i` the place is `i` plus this, before the element comes or leaves"""
    source: Expr

    def at(self, place: Expr) -> Expr:
        """Return the fold at a place."""
        return ir.substitute(self.whole, {AT: place})


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop, the folds that it asks for by the names under which they are kept, and how they are written there."""

    outer: ir.For
    folds: dict[Name, Fold]
    sites: dict[Expr, Name]
    saved: list[int] = field(default_factory=list)
    """ticks that each turn saves: from the first one on where the folds grow, from the last one back where one shrinks"""
    behind: int = 0
    """how much longer the list is than the range"""

    @property
    def first(self) -> int:
        """Where the range begins."""
        return int(self.outer.start.value) if isinstance(self.outer.start, ir.Const) else 0

    @property
    def grows(self) -> bool:
        """Whether all folds grow."""
        return all(f.grows for f in self.folds.values())

    def place(self, name: Name) -> Expr:
        """Return where a fold is in a turn, over the loop's variable."""
        return simplified(ir.plus_constant(Var(self.outer.variable, "int"), self.folds[name].shift))

    def following(self, name: Name) -> Expr:
        """Return what is kept, after an element came to it or left it."""
        fold = self.folds[name]
        element = ir.substitute(fold.element, {AT: self.place(name)})
        if fold.op in ("max", "min"):
            return ir.Extremum("max" if fold.op == "max" else "min", (Var(name, "int"), element))
        return ir.Binary("add" if fold.grows else "sub", Var(name, "int"), element)

    def begin(self, name: Name) -> Expr:
        """Return what is kept before the first turn."""
        fold = self.folds[name]
        if not fold.grows:
            whole = fold.at(ir.Const(0))
            return replaced(whole, ir.Slice(fold.source, ir.Const(0), None), fold.source)
        if fold.op == "sum":
            return ir.Const(0)
        return ir.Choice(ir.Unary("truth", fold.source), ir.Item(fold.source, ir.Const(0)), ir.Const(0))


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the version that keeps the folds."""
    for k, outer in enumerate(study.head.body):
        if not isinstance(outer, ir.For) or len(study.head.loops) != 1 or study.head.recursive:
            continue
        found = _loop(study, outer)
        body = None if found is None else _body(found)
        if found is None or body is None:
            continue
        first = tuple(ir.Assign((n,), (found.begin(n),)) for n in found.folds)
        full = (*study.head.body[:k], *first, replace(outer, body=body), *study.head.body[k + 1 :])
        made = written(study, replace(study.head, body=full, locals=(*study.head.locals, *(Var(n, "int") for n in found.folds))))
        if made is None or not better(study, made[1]):
            continue
        try:
            lemmas = prefix_folds_proof.to_lemmas(study, found, made[1])
        except Refusal:
            continue
        if lemmas:
            yield Draft(made[0], "a fold of the first elements, as many as a loop has come to, is kept", lemmas)


def _loop(study: Study, outer: ir.For) -> Loop | None:
    """Return the folds of a loop, None where there are none that each turn asks for."""
    if outer.step != ir.Const(1) or not isinstance(outer.start, ir.Const) or ir.leaves(outer.body) or ir.returns(outer.body):
        return None
    if outer.variable in ir.writes(outer.body):
        return None
    turning = ir.writes(outer.body) | {outer.variable}
    found = Loop(outer, {}, {})
    taken = {v.name for v in study.head.variables} | {study.head.name}
    for s in ir.statements(outer.body):
        for e in (x for whole in ir.expressions(s) for x in ir.subexpressions(whole)):
            fold = _fold(e, outer)
            if fold is None or e in found.sites or (ir.variables(fold.whole) - {AT}) & turning:
                continue
            same = next((n for n, f in found.folds.items() if f == fold), None)
            if same is None:
                names = fresh(NAMES[fold.op], taken, 1)
                if not names:
                    return None
                same = names[0]
                found.folds[same] = fold
            found.sites[e] = same
    if not found.folds or not _apart(found):
        return None
    return _measured(study, found)


def _fold(e: Expr, outer: ir.For) -> Fold | None:
    """Return an expression as a fold of what is before a place that moves with a loop, or from there on."""
    first = int(outer.start.value) if isinstance(outer.start, ir.Const) else 0
    match e:
        case ir.Fold("sum" | "max" | "min" as op, ir.Slice() as source):
            element: Expr = ir.Item(source.operand, Var(AT, "int"))
            each = None
        case ir.Fold("sum" as op, ir.Each(_, _, ir.Slice() as source) as each):
            item = ir.Item(source.operand, Var(AT, "int"))
            element = ir.substitute(each.element, {each.variable.name: item})
            if each.test is not None:
                element = ir.Choice(ir.substitute(each.test, {each.variable.name: item}), element, ir.Const(0))
        case _:
            return None
    if not isinstance(source.operand, Var) or source.operand.type != ir.ListOf("int"):
        return None
    begins = source.start is None or source.start == ir.Const(0)
    stop, start = source.stop, source.start
    if begins and stop is not None and (more := distance(stop, outer.variable)) is not None:
        made = first + more  # elements in the first turn
        due, grows, early, shift = ir.Slice(source.operand, None, Var(AT, "int")), True, made == 1, more - (made == 1)
        if made not in (0, 1) or (op != "sum" and made == 0):
            return None
    elif stop is None and start is not None and op == "sum" and (more := distance(start, outer.variable)) is not None:
        made = first + more  # elements that are left out in the first turn
        due, grows, early, shift = ir.Slice(source.operand, Var(AT, "int"), None), False, made == 1, more - (made == 1)
        if made not in (0, 1):
            return None
    else:
        return None
    whole = ir.Fold(op, due if each is None else replace(each, source=due))
    return Fold(op, whole, element, grows, early, shift, source.operand)


def _apart(found: Loop) -> bool:
    """Say whether a fold is asked for in each turn, at the top of the loop's block."""
    return any(found.sites.keys() & set(_asked(s)) for s in found.outer.body)


def _asked(s: ir.Statement) -> Iterator[Expr]:
    """Yield what a statement evaluates whenever it is come to."""
    for e in ir.expressions(s):
        yield from evaluated(e)


def _body(found: Loop) -> Block | None:
    """Return the loop's block with what is kept, None where a turn may pass over what moves it."""
    names = {e: Var(n, "int") for e, n in found.sites.items()}

    def put(e: Expr) -> Expr:
        return names[e] if e in names else ir.rebuilt(e, put)

    moved = {n: ir.Assign((n,), (found.following(n),)) for n in found.folds}
    out: list[ir.Statement] = [moved[n] for n, f in found.folds.items() if f.early]
    late = {n for n, f in found.folds.items() if not f.early}
    for k, s in enumerate(found.outer.body):
        out += ir.rewritten((s,), put)
        rest = ir.rewritten(found.outer.body[k + 1 :], put)
        done = sorted(n for n in late if n not in ir.reads(rest))
        if late and any(isinstance(t, ir.Continue) for t in ir.statements((s,))):
            return None
        out += [moved[n] for n in done]
        late -= {*done}
    return tuple(out)


def _measured(study: Study, found: Loop) -> Loop | None:
    """Return the folds with the ticks that each turn saves at least, None where those are not known."""
    names = [v.name for v in study.head.variables]
    long: Value = [0] * LONG
    state = {v.name: long if v.type == ir.ListOf("int") else ir.blank(v.type) for v in study.head.variables}
    saved = []
    behind = 0
    if not found.grows:
        lengths = {ir.Length(f.source) for f in found.folds.values()}
        known = [always(study, ir.Binary("sub", n, found.outer.stop)) for n in lengths]
        if len(set(known)) != 1 or known[0] is None or known[0] < 0:
            return None
        behind = known[0]
    for k in range(TURNS):
        total = 0
        for s in found.outer.body:
            for e in _asked(s):
                if e in found.sites:
                    fold = found.folds[found.sites[e]]
                    place = found.first + k if found.grows else found.first if fold.grows else LONG - behind - 1 - k
                    spent = evaluator(cost(e), names, study.limits)(state | {found.outer.variable: place})
                    if not isinstance(spent, int):
                        return None
                    total += spent
        for n in found.folds:
            moved = cost(found.following(n))
            if not isinstance(moved, ir.Const):
                return None
            total -= int(moved.value) + 1
        saved.append(total)
    return replace(found, saved=saved, behind=behind)
