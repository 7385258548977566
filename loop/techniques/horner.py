"""A sum of products with powers whose exponents fall to 0, in Horner's way: no power is worked out.

Only such powers are a gain in ticks: `x ** i` costs one, and to keep it in a variable that is multiplied by `x` costs two. What
is saved is the exponent, or the loop that works the power out. Exponents that rise are a matter of loops that go on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from string import Template
from typing import Final

from loop.observe import read_outside
from loop.simplify import after, simplified, static_cost
from loop.techniques.claim_facts import Noted, Step, facts, instances, noted, shadow_text
from loop.techniques.lockstep import better
from loop.techniques.step_writer import PROOF
from loop.techniques.study import Draft, Study
from loop.techniques.written import shadow, written
from verify import ir
from verify.ir import Block, Expr, Name, Program, Var
from verify.lean_expr import condition, lean_type, value
from verify.reasons import Refusal
from verify.shape import slot
from verify.statement import Claim, to_statement

POWER: Final = """theorem power_next (x a b : Int) (h : a = b + 1) (k : 0 ≤ b) : x ^ a.toNat = x ^ b.toNat * x := by
  have e : a.toNat = b.toNat + 1 := by omega
  rw [e, Int.pow_succ]
"""
INNER: Final = """theorem inner_power $inner_binders$inner_inside :
    ($inner).$power = $power * $base ^ ($inner_stop - $inner_next).toNat := by
  fun_induction $inner <;> expose_names <;> first
    | (have t := power_next $base ($inner_stop - $inner_next) ($inner_stop - ($inner_next + 1)) (by omega) (by omega)
       dsimp only
       rw [t]
       grind)
    | (have z : ($inner_stop - $inner_next).toNat = 0 := by first | omega | grind
       rw [z]
       grind)

theorem inner_least $inner_binders : 1 ≤ ($inner).ticks := by
  unfold Old.shadow$inner_number
  (repeat' split) <;> first | omega | grind
"""
OUTER: Final = """theorem horner $binders$old_inside$new_inside (s : $count = $left - 1)
    (e : $total = $made_total * $base ^ $left.toNat) :
    $outputs
    (($new).ticks : Int) + $saved * $left ≤ ($old).ticks ∧ ($new).ticks ≤ ($old).ticks := by
  fun_induction $old generalizing $moved <;> expose_names <;> first
    | (have t := power_next $base $left $left_next (by omega) (by omega)
       have u : $count = $left_next := by omega
       $applied
       rw [New.shadow$number, if_pos (by first | omega | grind)]
       dsimp only
       have i := ${dead}ih1 ($made_total * $base + $factor)$dead_given$proofs (by omega) (by
         rw [e, t]$worked_out
         grind)
       grind)
    | (have z : $left.toNat = 0 := by first | omega | grind
       rw [z] at e
       rw [New.shadow$number, if_neg (by first | omega | grind)]
       dsimp only
       grind)
"""


@dataclass(frozen=True, slots=True)
class Power:
    """A power that a turn works out, by an operator or by a loop that begins with 1."""

    base: Expr
    count: Expr
    """the exponent, over the variable of the loop around it"""
    name: Name
    """the variable that a loop leaves it in"""
    inner: ir.For | None
    kept: Block
    """the turn without that loop and how it begins"""
    ticks: int
    """what these two cost at least"""


@dataclass(frozen=True, slots=True)
class Sum:
    """A loop that adds a product with a power to a variable, and the version of it in Horner's way."""

    loop: ir.For
    total: Name
    power: Power
    factor: Expr
    """what the power is multiplied with, over what variables hold at the beginning of a turn"""
    body: Block
    saved: int

    @property
    def up(self) -> bool:
        """Whether the loop's variable goes up by one; else it goes down by one."""
        return self.loop.step == ir.Const(1)


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the version in Horner's way, for each loop."""
    head = study.head
    for loop in head.body:
        if not isinstance(loop, ir.For) or head.recursive:
            continue
        found = _sum(head, loop)
        if found is None:
            continue
        short = replace(loop, body=found.body)
        body = tuple(short if s is loop else s for s in head.body)
        made = written(study, replace(head, body=body))
        if made is None or not better(study, made[1]):
            continue
        try:
            lemmas = _lemmas(study, found, made[1])
        except Refusal:
            continue
        if lemmas:
            yield Draft(made[0], f"the sum on line {loop.line} in Horner's way", lemmas)


# -- what is found --------------------------------------------------------------------------------------------------------------


def _sum(head: Program, loop: ir.For) -> Sum | None:
    """Return what a loop sums up, None where it is no such sum."""
    begun = _straight(head.body[: head.body.index(loop)])
    if loop.step not in (ir.Const(1), ir.Const(-1)) or not all(isinstance(s, ir.Assign | ir.For) for s in loop.body):
        return None
    for s in loop.body:
        total, term = _added(s)
        if begun.get(total) != ir.Const(0) or total in _reads(loop.body, s) | ir.variables(term):
            continue
        factors = list(_factors(term))
        for k, x in enumerate(factors):
            power = _power(head, loop, x)
            if power is not None and _falls(loop, power.count, begun):
                found = _product(loop, s, total, power, [*factors[:k], *factors[k + 1 :]])
                if found is not None:
                    return found
    return None


def _added(s: ir.Statement) -> tuple[Name, Expr]:
    """Return to which variable a statement adds what; "" for none."""
    match s:
        case ir.Assign((total,), (ir.Binary("add", Var(a), term),)) if a == total:
            return total, term
        case ir.Assign((total,), (ir.Binary("add", term, Var(a)),)) if a == total:
            return total, term
    return "", ir.Const(0)


def _power(head: Program, loop: ir.For, e: Expr) -> Power | None:
    """Return the power that a factor is, of a base that no turn changes."""
    inner = [s for s in loop.body if isinstance(s, ir.For)]
    match e:
        case ir.Binary("pow", base, count) if not inner:
            found: Power | None = Power(base, count, "", None, loop.body, 0)
        case Var(name) if len(inner) == 1:
            found = _inner(head, loop, inner[0], name)
        case _:
            return None
    moving = ir.writes(ir.turn(loop))
    if found is None or ir.variables(found.base) & moving or ir.variables(found.count) & (moving - {loop.variable}):
        return None
    return found


def _straight(block: Block) -> dict[Name, Expr]:
    """Return what names hold after a block, over the parameters, as far as it is no matter of loops and branches."""
    out: dict[Name, Expr] = {}
    for s in block:
        if isinstance(s, ir.Assign):
            out |= dict(zip(s.targets, [ir.substitute(e, out) for e in s.values], strict=True))
        else:
            lost = ir.writes((s,))
            out = {n: e for n, e in out.items() if n not in lost and not ir.variables(e) & lost}
    return out


def _reads(block: Block, but: ir.Statement) -> frozenset[Name]:
    """Return the names that a block reads, one statement of it left out."""
    return ir.reads(tuple(s for s in block if s is not but))


def _product(loop: ir.For, s: ir.Statement, total: Name, power: Power, others: list[Expr]) -> Sum | None:
    """Return the sum to which a statement adds the product of a power and other factors."""
    factor: Expr = others[0] if others else ir.Const(1)
    for other in others[1:]:
        factor = ir.Binary("mul", factor, other)
    before = after(power.kept[: power.kept.index(s)])
    if before is None or power.name in ir.variables(factor):
        return None
    short = ir.Binary("add", ir.Binary("mul", Var(total, "int"), power.base), factor)
    body = tuple(ir.Assign((total,), (short,), s.line) if t is s else t for t in power.kept)
    saved = sum(map(static_cost, ir.expressions(s))) - static_cost(short) + power.ticks
    return Sum(loop, total, power, ir.substitute(factor, before), body, saved) if saved > 0 else None


def _factors(e: Expr) -> Iterator[Expr]:
    match e:
        case ir.Binary("mul", left, right):
            yield from _factors(left)
            yield from _factors(right)
        case _:
            yield e


def _falls(loop: ir.For, count: Expr, begun: Mapping[Name, Expr]) -> bool:
    """Say whether an exponent is as many turns as are still to come after a turn."""
    moving, variable = ir.writes(ir.turn(loop)), Var(loop.variable, "int")
    left = ir.Binary("sub", *((loop.stop, variable) if loop.step == ir.Const(1) else (variable, loop.stop)))
    if ir.variables(loop.stop) & moving:
        return False
    fixed = {n: e for n, e in begun.items() if n not in moving}
    return simplified(ir.substitute(ir.Binary("sub", left, count), fixed)) == ir.Const(1)


def _inner(head: Program, loop: ir.For, inner: ir.For, name: Name) -> Power | None:
    """Return the power that a loop works out and leaves in a variable, which is read once."""
    match inner.body:
        case (ir.Assign((n,), (ir.Binary("mul", Var(a), Var() | ir.Const() as base),)),) if n == a == name:
            pass
        case (ir.Assign((n,), (ir.Binary("mul", Var() | ir.Const() as base, Var(a)),)),) if n == a == name:
            pass
        case _:
            return None
    at = loop.body.index(inner)
    first = [s for s in loop.body[:at] if isinstance(s, ir.Assign) and name in s.targets]
    kept = tuple(s for s in loop.body if s is not inner and s not in first)
    if inner.step != ir.Const(1) or len(first) != 1 or first[0] != ir.Assign((name,), (ir.Const(1),)) or name in ir.writes(kept):
        return None
    uses = sum(x == Var(name, "int") for s in kept for e in ir.expressions(s) for x in ir.subexpressions(e))
    outside = read_outside(head.body, loop.index)
    own = {inner.variable} & ({loop.variable, name} | outside | ir.reads(kept) | ir.writes(kept) | ir.variables(base))
    if uses != 1 or own or name in outside | ir.variables(base):
        return None
    ticks = 3 + static_cost(inner.start) + static_cost(inner.stop)
    return Power(base, ir.Binary("sub", inner.stop, inner.start), name, inner, kept, ticks)


# -- the proof ------------------------------------------------------------------------------------------------------------------


def _lemmas(study: Study, found: Sum, new: Program) -> str | None:
    """Return the proof, None where no claim can be made. Raises Refusal where a loop of the new version cannot be read."""
    if len(study.head.loops) - (found.power.inner is not None) > 1:
        return None
    old_side, new_side = noted(study, study.head, "Old"), noted(study, new, "New")
    text, step = _Writer(study, found, old_side, new_side).written()
    proved = list(facts(study, new, (old_side, new_side), [step]))
    return "\n\n".join([text, *proved]) + "\n" if proved else None


class _Writer:
    """Writes the lemmas about the sum and its version in Horner's way."""

    def __init__(self, study: Study, found: Sum, old: Noted, new: Noted) -> None:
        self.study, self.found, self.old, self.new = study, found, old, new
        self.shape = old.shapes[found.loop.index]
        (self.made,) = new.shapes.values()
        hidden = dict(zip(ir.hidden(self.made.loop), map(slot, ir.hidden(self.shape.loop)), strict=True))
        self.wanted = old.wanted(found.loop.index) & {*self.made.written}
        shared = (new.live(self.made.index) | self.wanted) & {*self.shape.arguments} - {found.total}
        self.names = {n: hidden.get(n, slot(n) if n in shared else f"n_{n}") for n in self.made.arguments}
        self.next, self.stop = (slot(n) for n in ir.hidden(self.shape.loop))
        self.at = {found.loop.variable: self.next}

    def _left(self, following: str) -> str:
        """Return how many turns are to come where the range is at some element."""
        return f"({self.stop} - {following})" if self.found.up else f"({following} - {self.stop})"

    def _now(self, e: Expr) -> str:
        """Return an expression over what variables hold at the beginning of a turn."""
        return value(e, lambda n: self.at.get(n, slot(n)))

    def written(self) -> tuple[str, Step]:
        """Return the lemmas, and how the last of them is applied."""
        found, power = self.found, self.found.power
        own = [(self.old, self.shape, {n: slot(n) for n in self.shape.arguments}), (self.new, self.made, self.names)]
        binders: dict[str, tuple[str, tuple[str, int, int]]] = {}
        for side, shape, names in own:
            for i, n in enumerate(shape.arguments):
                binders.setdefault(names[n], (lean_type(side.types[n]), (side.space, shape.index, i)))
        dead = [t for n, t in self.names.items() if t.startswith("n_") and n != found.total and n in self.made.written]
        inside = [condition(self.shape.invariant, slot), condition(self.made.invariant, self.names.__getitem__)]
        given = [f" ({h} : {text})" if text != "True" else "" for h, text in zip("hg", inside, strict=True)]
        old, new = (shadow(side.space, side.program, shape.index, names) for side, shape, names in own)
        ahead = f"({self.next} + {1 if found.up else -1})"
        inner, steps = self._inner()
        applied = [] if power.inner is None else instances(self._turn(), "", steps)
        outputs = (f"({new}).{slot(n)} = ({old}).{slot(n)} ∧\n   " for n in self.shape.written if n in self.wanted)
        text = Template(OUTER).substitute(
            binders=" ".join(f"({t} : {b[0]})" for t, b in binders.items()), old_inside=given[0], new_inside=given[1],
            count=self._now(power.count), left=self._left(self.next), left_next=self._left(ahead), total=slot(found.total),
            made_total=f"n_{found.total}", base=value(power.base, slot), outputs=" ".join(outputs), new=new, old=old,
            saved=found.saved, moved=" ".join([f"n_{found.total}", *dead]), number=self.made.index,
            applied="\n       ".join(applied) or "skip", worked_out="\n         rw [e0, u]" if applied else "",
            factor=self._now(found.factor), dead=f"fun {' '.join(dead)} => " if dead else "",
            dead_given="".join(f" {d}" for d in dead), proofs=PROOF * sum(map(bool, given)),
        )  # fmt: skip
        step = Step("horner", text, tuple(b[1] for b in binders.values()), 2 + sum(map(bool, given)))
        return "\n\n".join([POWER, *inner, text]), step

    def _inner(self) -> tuple[list[str], list[Step]]:
        """Return the lemmas about the loop that works the power out, and how they are applied."""
        power = self.found.power
        if power.inner is None:
            return [], []
        own = self.old.shapes[power.inner.index]
        following, stop = (slot(n) for n in ir.hidden(own.loop))
        inside = condition(own.invariant, slot)
        text = Template(INNER).substitute(
            inner_binders=" ".join(f"({slot(n)} : {lean_type(self.old.types[n])})" for n in own.arguments),
            inner_inside="" if inside == "True" else f" (h : {inside})",
            inner=shadow("Old", self.old.program, own.index, {}), power=slot(power.name),
            base=value(power.base, slot), inner_stop=stop, inner_next=following, inner_number=own.index,
        )  # fmt: skip
        places = tuple(("Old", own.index, i) for i in range(len(own.arguments)))
        return [text], [Step("inner_power", text, places, int(inside != "True")), Step("inner_least", text, places, 0)]

    def _turn(self) -> str:
        """Return the printed turn of the old loop."""
        statement = to_statement(self.study.spec, self.old.program, self.new.program, Claim("always"), self.study.limits)
        return shadow_text(statement.old, "Old", self.shape.index)
