"""The largest or smallest of what pairs of a range come to is found in one pass, which keeps the best of the others.

That is so where what a pair comes to is a sum of what depends on either: `xs[j] - xs[i]`, `xs[i] + xs[j] - 3 * i`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from loop.fit import horner, plus
from loop.observe import read_outside
from loop.simplify import after, simplified, terms
from loop.techniques import pair_extrema_proof
from loop.techniques.lockstep import better
from loop.techniques.study import Draft, Study
from loop.techniques.walk import always, distance
from loop.techniques.written import fresh, written
from verify import ir
from verify.ir import Block, Expr, Name, Program, Var
from verify.reasons import Refusal

NAMES: Final = {"max": ("top", "most"), "min": ("low", "least")}
ORDERS: Final = ("lt", "le", "gt", "ge")
OTHER: Final[dict[str, Literal["max", "min"]]] = {"max": "min", "min": "max"}


@dataclass(frozen=True, slots=True)
class Pairs:
    """A loop over pairs that keeps the best of what they come to, and how one pass does it.

    The pass is over `z`, from `begin` on. What depends on `z` is the `partner`; what depends on the others, which are
    before it, is the `element`.
    """

    outer: ir.For
    inner: ir.For
    best: Name
    op: Literal["max", "min"]
    first: Expr
    """what depends on the outer variable"""
    second: Expr
    """what depends on the inner variable"""
    grows: bool
    """whether the inner range ends before the outer variable, or begins after it"""
    low: int
    """where the others begin"""
    begin: int
    shift: int
    """the others end at `z` plus this"""
    behind: int = 0
    """how far the end of the inner range is behind that of the outer one, where it does not move"""
    run: Name = "run"

    @property
    def stop(self) -> Expr:
        """Where the pass ends."""
        return self.outer.stop if self.grows else self.inner.stop

    @property
    def element(self) -> tuple[Expr, Name]:
        """What depends on the others, and the variable that it is over."""
        return (self.second, self.inner.variable) if self.grows else (self.first, self.outer.variable)

    @property
    def partner(self) -> tuple[Expr, Name]:
        """What depends on the place that the pass has come to, and the variable that it is over."""
        return (self.first, self.outer.variable) if self.grows else (self.second, self.inner.variable)

    @property
    def negative(self) -> bool:
        """Whether the others are kept with the opposite sign."""
        atoms: list[Expr] = []
        poly = terms(self.element[0], atoms) or {}
        return all(c < 0 for c in poly.values())

    def kept(self, place: Expr) -> Expr:
        """Return what is kept of the element at a place."""
        e, variable = self.element
        return simplified(ir.substitute(ir.Unary("neg", e) if self.negative else e, {variable: place}))

    @property
    def kind(self) -> Literal["max", "min"]:
        """Which of the others is kept."""
        return OTHER[self.op] if self.negative else self.op

    @property
    def block(self) -> Block:
        """What a turn of the pass does."""
        e, variable = self.partner
        run, best = Var(self.run, "int"), Var(self.best, "int")
        place = simplified(ir.plus_constant(Var(variable, "int"), self.shift))
        whole = ir.Binary("sub", e, run) if self.negative else plus(e, run)
        following = ir.Extremum(self.kind, (run, self.kept(place)))
        return (
            ir.Assign((self.best,), (ir.Extremum(self.op, (best, whole)),)),
            ir.Assign((self.run,), (following,)),
        )

    @property
    def start(self) -> Expr:
        """What is kept before the first turn, where there is one."""
        element = self.kept(ir.Const(self.low))
        if ir.safe(element) == ir.TRUE:
            return element
        lists = {x.operand for x in ir.subexpressions(element) if isinstance(x, ir.Item) and x.index == ir.Const(0)}
        if len(lists) == 1 and self.low == 0 and sum(isinstance(x, ir.Item) for x in ir.subexpressions(element)) == 1:
            return ir.Choice(ir.Unary("truth", lists.pop()), element, ir.Const(0))
        return ir.Choice(ir.Compare((ir.Const(self.begin), self.stop), ("lt",)), element, ir.Const(0))


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the version of one pass."""
    found = _pairs(study)
    if found is None:
        return
    made = written(study, _program(study.head, found))
    if made is None or not better(study, made[1]):
        return
    try:
        lemmas = pair_extrema_proof.to_lemmas(study, found, made[1])
    except Refusal:
        return
    if lemmas:
        yield Draft(made[0], "the best of all pairs is found in one pass that keeps the best of the others", lemmas)


def _pairs(study: Study) -> Pairs | None:
    head = study.head
    outers = [s for s in head.body if isinstance(s, ir.For)]
    if len(outers) != 1 or len(head.loops) != 2 or head.recursive:  # noqa: PLR2004 - a loop and one in it
        return None
    outer = outers[0]
    if len(outer.body) != 1 or outer.step != ir.Const(1) or not isinstance(outer.start, ir.Const):
        return None
    inner = outer.body[0]
    if not isinstance(inner, ir.For) or inner.step != ir.Const(1):
        return None
    said = _best(inner.body)
    if said is None:
        return None
    best, op, value = said
    outside = read_outside(head.body, outer.index)
    own = ir.writes(outer.body) | {outer.variable}
    split = _split(value, outer.variable, inner.variable)
    if split is None or (own - {best}) & outside or {outer.variable, inner.variable} & ir.writes(inner.body):
        return None
    if any(ir.variables(e) & own - {outer.variable, inner.variable} for e in split):
        return None
    found = _ranges(study, Pairs(outer, inner, best, op, *split, grows=False, low=0, begin=0, shift=0))
    if found is None:
        return None
    names = fresh(NAMES[found.kind], {v.name for v in head.variables} | {head.name}, 1)
    return replace(found, run=names[0]) if names else None


def _ranges(study: Study, found: Pairs) -> Pairs | None:
    """Return the pairs with their ranges, None where those do not grow or shrink by one with each turn."""
    outer, inner = found.outer, found.inner
    first = int(outer.start.value) if isinstance(outer.start, ir.Const) else 0
    ahead, begun = distance(inner.stop, outer.variable), distance(inner.start, outer.variable)
    if ahead is not None and isinstance(inner.start, ir.Const):
        low = int(inner.start.value)
        made = first + ahead - low  # turns of the inner loop in the first turn of the outer one
        grown = replace(found, grows=True, low=low, begin=first + 1 - made, shift=ahead)
        safe = ahead <= 0 or ir.safe(grown.kept(Var(outer.variable, "int"))) == ir.TRUE
        return grown if made in (0, 1) and safe else None
    if begun == 1 and not ir.variables(inner.stop) & (ir.writes(outer.body) | {outer.variable}):
        behind = always(study, ir.Binary("sub", inner.stop, outer.stop))
        return replace(found, low=first, begin=first + 1, behind=behind) if behind in (0, 1) else None
    return None


def _best(block: Block) -> tuple[Name, Literal["max", "min"], Expr] | None:
    """Return which variable a block makes the larger or smaller of itself and of a value, which one, and the value."""
    env = after(block[:-1])
    if env is None or not block:
        return None
    match block[-1]:
        case ir.Assign((n,), (ir.Extremum(op, (a, b)),)) if n not in env and Var(n, "int") in (a, b):
            other = b if a == Var(n, "int") else a
            return n, op, ir.substitute(other, env)
        case ir.If(ir.Compare((a, b), (relation,)), (ir.Assign((n,), (value,)),), ()) if n not in env and relation in ORDERS:
            left, right, new = (ir.substitute(e, env) for e in (a, b, value))
            if {left, right} == {Var(n, "int"), new}:
                return n, "max" if (relation in ("gt", "ge")) == (left == new) else "min", new
    return None


def _split(value: Expr, outer: Name, inner: Name) -> tuple[Expr, Expr] | None:
    """Return a value as the sum of what does not depend on the inner variable, and of what does not on the outer one."""
    atoms: list[Expr] = []
    poly = terms(value, atoms)
    if poly is None or any(isinstance(x, ir.Each) for x in ir.subexpressions(value)):
        return None
    first: dict[tuple[int, ...], int] = {}
    second: dict[tuple[int, ...], int] = {}
    seen: set[Name] = set()
    for m, c in poly.items():
        full = m + (0,) * (len(atoms) - len(m))
        used = frozenset[Name]().union(*(ir.variables(a) for a, k in zip(atoms, full, strict=True) if k))
        if {outer, inner} <= used:
            return None
        seen |= used
        (second if inner in used else first)[full] = c
    return (horner(first, atoms), horner(second, atoms)) if {outer, inner} <= seen else None


def _program(head: Program, found: Pairs) -> Program:
    k = head.body.index(found.outer)
    variable = found.partner[1]
    loop = replace(found.outer, variable=variable, start=ir.Const(found.begin), stop=found.stop, body=found.block)
    body = (*head.body[:k], ir.Assign((found.run,), (found.start,)), loop, *head.body[k + 1 :])
    return replace(head, body=body, locals=(*head.locals, Var(found.run, "int")))
