"""A loop that begins anew in each turn of another, and goes one turn further each time, goes on where it was.

What it left in the turn before is kept, so that each turn of the outer loop makes one turn of it. That this leaves the same is
shown by two inductions: a range that is one longer makes one turn more at its end, and the outer loops go in step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from string import Template
from typing import Final

from loop.observe import read_outside
from loop.simplify import after, simplified, tidy
from loop.techniques.claim_facts import Noted, Step, facts, noted
from loop.techniques.lockstep import with_lemmas
from loop.techniques.study import Draft, Study
from verify import ir
from verify.ir import Block, Expr, Name, Program, Var
from verify.lean_expr import blank, condition, lean_type, plain, value
from verify.lean_expr import field as lean_name
from verify.shape import Shape
from verify.ticks import cost

LEMMAS: Final = """theorem inner_idle $inner_binders :
    $idle := by
  unfold Old.shadow$inner
  (repeat' split) <;> first | trivial | grind

theorem inner_least $inner_binders (h : $inner_inside) : 1 ≤ ($at).ticks ∧ ($next < $stop → $turn ≤ ($at).ticks) := by
  fun_induction $at <;> dsimp only <;> first | omega | grind

theorem inner_longer $inner_binders (r : $next ≤ $stop) (h : $inside_longer) :
    $longer := by
  fun_induction $at with
  | case1 =>
    rename_i c ih
    rw [Old.shadow$inner, if_pos (by first | omega | grind)]
    first | exact ih (by omega) (by first | omega | grind) | exact ih (by omega) | grind
  | case2 =>
    rename_i c
    rw [Old.shadow$inner, if_pos (by first | omega | grind), Old.shadow$inner, if_neg (by first | omega | grind)]
    grind

theorem outer_walk $outer_binders$new_binders$outer_inside$new_inside (r : $first ≤ $base)
    (e : $kept) :
    $outputs
    ($first < $base → ($new_ticks : Int) ≤ ($outer).ticks ∧ ($new_ticks : Int) + ($outer_stop - $outer_next) ≤ ($outer).ticks) ∧
    ($new_ticks : Int) ≤ ($outer).ticks + $dearer ∧
    ($new_ticks : Int) + ($outer_stop - $outer_next) ≤ ($outer).ticks + $first_dearer := by
  fun_induction $outer generalizing $general with
  | case1 $moving c ih =>
    have t : $outer_next < $outer_stop := by first | exact c | exact c.2
    have a := inner_idle $inner_now
    have b := inner_least $inner_now (by first | trivial | omega | grind)
    have g := inner_longer $inner_before (by omega) (by first | trivial | omega | grind)
    have i := ih $stepped$following_facts (by omega) (by grind)
    rw [New.shadow$made, if_pos (by first | exact c | omega | grind)]
    dsimp only
    grind
  | case2 =>
    rename_i c
    rw [New.shadow$made, if_neg (by first | exact c | omega | grind)]
    dsimp only
    first | omega | grind

theorem outer_begun $outer_binders$free_binders$outer_inside$inside_begun (s : $outer_next = $start) :
    $outputs_begun
    ($made_begun.ticks : Int) ≤ ($outer).ticks + $dearer ∧
    ($made_begun.ticks : Int) + ($outer_stop - $outer_next) ≤ ($outer).ticks + $first_dearer := by
  have w := outer_walk $begun_arguments h g (by omega) (by
    rw [Old.shadow$inner, if_neg (by omega)]; first | done | trivial | simp)
  grind
"""


@dataclass(frozen=True, slots=True)
class Nest:
    """A loop in a block of another: where it stands, what it begins with, and how far its range is behind the next one."""

    outer: ir.For
    inner: ir.For
    before: Block
    """statements of the outer turn before it, without those that give its variables their first values"""
    after: Block
    begun: dict[Name, Expr]
    first: int
    ahead: int
    """the inner range ends at the outer variable plus this"""
    lag: int
    """1 where the first outer turn makes a turn of it, 0 where it makes none"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the loop that goes on."""
    nest = _nest(study.head)
    if nest is None:
        return
    program = tidy(replace(study.head, body=_body(study.head, nest)))
    idea = "what a loop leaves is kept for the next turn of the loop around it"
    yield from with_lemmas(study, program, idea, partial(_lemmas, study, nest))


def _nest(head: Program) -> Nest | None:
    outers = [s for s in head.body if isinstance(s, ir.For)]
    if len(outers) != 1 or len(head.loops) != 2 or head.recursive:  # noqa: PLR2004 - a loop and one in it
        return None
    outer = outers[0]
    at = next((k for k, s in enumerate(outer.body) if isinstance(s, ir.For)), None)
    if at is None or outer.step != ir.Const(1) or not isinstance(outer.start, ir.Const):
        return None
    inner = outer.body[at]
    if not isinstance(inner, ir.For) or inner.step != ir.Const(1) or not isinstance(inner.start, ir.Const):
        return None
    ahead = _ahead(inner.stop, outer.variable)
    found = _begun(outer.body[:at], inner)
    rest = [*outer.body[:at], *outer.body[at + 1 :], *inner.body]
    if ahead is None or found is None or any(not isinstance(s, ir.Assign) for s in rest):
        return None
    begun, before = found
    own, later = ir.writes(inner.body), outer.body[at + 1 :]
    around = ir.writes((*before, *later)) | {outer.variable}
    outside = read_outside(head.body, outer.index)
    lag = int(outer.start.value) + ahead - int(inner.start.value)
    clash = own & (around | outside) or ir.reads(inner.body) & around or inner.variable in own | around | outside
    if clash or inner.variable in ir.reads(later) or ir.reads(before) & own or lag not in (0, 1):
        return None
    return Nest(outer, inner, before, later, begun, int(inner.start.value), ahead, lag)


def _ahead(stop: Expr, variable: Name) -> int | None:
    match stop:
        case Var(n) if n == variable:
            return 0
        case ir.Binary("add", Var(n), ir.Const(c)) | ir.Binary("add", ir.Const(c), Var(n)) if n == variable:
            return int(c)
    return None


def _begun(block: Block, inner: ir.For) -> tuple[dict[Name, Expr], Block] | None:
    """Return the literals with which the variables of a loop begin, and a block without them."""
    own = ir.writes(inner.body)
    begun: dict[Name, Expr] = {}
    rest: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.Assign((name,), (ir.Const() as first,)) if name in own and name not in begun:
                begun[name] = first
            case ir.Assign() if not own & ir.writes((s,)):
                rest.append(s)
            case _:
                return None
    return (begun, tuple(rest)) if begun.keys() == own else None


def _body(head: Program, nest: Nest) -> Block:
    """Return the body of the version in which the inner loop goes on."""
    at = simplified(ir.plus_constant(Var(nest.outer.variable, "int"), nest.ahead - nest.lag))
    env: dict[Name, Expr] = {nest.inner.variable: at}
    step = ir.rewritten(nest.inner.body, lambda e: ir.substitute(e, env))
    turn = (*nest.before, *step, *nest.after) if nest.lag else (*nest.before, *nest.after, *step)
    first = tuple(ir.Assign((n,), (e,)) for n, e in nest.begun.items())
    k = head.body.index(nest.outer)
    return (*head.body[:k], *first, replace(nest.outer, body=turn), *head.body[k + 1 :])


def _least(block: Block) -> int:
    """Return ticks that a straight block costs at least."""
    costs = (cost(e) for s in block for e in ir.expressions(s))
    return sum(int(c.value) for c in costs if isinstance(c, ir.Const)) + len(ir.writes(block))


def _lemmas(study: Study, nest: Nest, new: Program) -> str:
    """Return the proof, "" where no claim can be made. Raises Refusal where a loop of the new version cannot be read."""
    sides = noted(study, study.head, "Old"), noted(study, new, "New")
    text, step = _Writer(nest, *sides).written()
    proved = list(facts(study, new, sides, [step]))
    return "\n\n".join([text, *proved]) + "\n" if proved else ""


class _Writer:
    """Writes the lemmas about the two loops and the one that takes their place."""

    def __init__(self, nest: Nest, old: Noted, new: Noted) -> None:
        self.nest, self.old, self.new = nest, old, new
        self.outer, self.inner = old.shapes[nest.outer.index], old.shapes[nest.inner.index]
        (self.made,) = new.shapes.values()
        self.names = {n: self._called(n) for n in self.made.arguments}
        self.own = [n for n in self.made.arguments if self.names[n].startswith("n_")]
        """arguments of the new loop that the old one has not, or holds otherwise"""
        self.begun = {n: f"({value(e, plain)})" for n, e in nest.begun.items()}
        self.turn = after(nest.inner.body) or {}
        self.stop = f"stop_{nest.inner.index}"
        self.at = lean_name(f"next_{nest.outer.index}")
        self.base = f"({self.at} + {nest.ahead - nest.lag})"
        self.blank = {nest.inner.variable: blank(old.types[nest.inner.variable])}
        self.start = {**self.begun, f"next_{nest.inner.index}": str(nest.first)}

    def _called(self, n: Name) -> str:
        """Return what an argument of the new loop is called: as in the old one where both hold the same."""
        own = ir.hidden(self.made.loop)
        if n in own:
            return lean_name(ir.hidden(self.outer.loop)[own.index(n)])
        if n in self.nest.begun or n == self.nest.outer.variable:
            return f"n_{n}"
        return lean_name(n)

    def written(self) -> tuple[str, Step]:
        """Return the lemmas, and how the last of them is applied."""
        text = Template(LEMMAS).substitute(self._inside() | self._around() | self._at_the_start())
        places = [("Old", self.nest.outer.index, k) for k in range(len(self.outer.arguments))]
        places += [("New", self.made.index, self.made.arguments.index(n)) for n in self.own if n not in self.begun]
        return text, Step("outer_begun", text, tuple(places), 3)

    def _inside(self) -> dict[str, object]:
        """Return what the lemmas about the inner loop are made of."""
        k, stop = self.nest.inner.index, lean_name(self.stop)
        at, idle = _call(self.inner, {}), _call(self.inner, self.blank)
        left = {n: f"({at}).{lean_name(n)}" for n in self.begun}
        longer = {n: f"({_call(self.inner, {self.stop: f'({stop} + 1)'})}).{lean_name(n)}" for n in self.begun}
        return {
            "inner": k, "at": at, "next": lean_name(f"next_{k}"), "stop": stop, "turn": 1 + 2 + _least(self.nest.inner.body),
            "idle": " ∧ ".join(f"({at}).{s} = ({idle}).{s}" for s in (*map(lean_name, self.begun), "ticks")),
            "longer": " ∧\n    ".join(f"{longer[n]} = {self._step(n, left, stop)}" for n in self.begun),
            "inner_binders": self._binders(self.inner.arguments), "inner_inside": condition(self.inner.invariant, plain),
            "inside_longer": condition(self.inner.invariant, lambda n: f"({stop} + 1)" if n == self.stop else plain(n)),
        }  # fmt: skip

    def _around(self) -> dict[str, object]:
        """Return what the lemma about the two outer loops is made of."""
        made = f"(New.shadow{self.made.index} {' '.join(self.names.values())})"
        inside = condition(self.outer.invariant, plain), condition(self.made.invariant, self._new_name)
        before = self.start | self.blank | {self.stop: self.base}
        now = self.start | {self.stop: f"({self.at} + {self.nest.ahead})"}
        kept = {n: f"n_{n}" for n in self.begun}
        steps = {n: f"({self._step(n, kept, self.base)})" for n in self.begun}
        return {
            "made": self.made.index, "outer": _call(self.outer, {}), "outer_next": self.at, "first": self.nest.first,
            "outer_stop": lean_name(f"stop_{self.nest.outer.index}"), "base": self.base, "dearer": max(self._dearer(), 0),
            "first_dearer": max(self._dearer() + 1, 0), "outer_binders": self._binders(self.outer.arguments),
            "new_binders": "".join(f" (n_{n} : {lean_type(self.new.types[n])})" for n in self.own),
            "outer_inside": f" (h : {inside[0]})", "new_inside": f" (g : {inside[1]})",
            "kept": " ∧ ".join(f"n_{n} = ({_call(self.inner, before)}).{lean_name(n)}" for n in self.begun),
            "outputs": self._outputs(made), "new_ticks": f"{made}.ticks", "general": " ".join(f"n_{n}" for n in self.own),
            "moving": " ".join(lean_name(n) for n in self.outer.arguments if n in self.outer.written),
            "inner_now": " ".join(now.get(n, lean_name(n)) for n in self.inner.arguments),
            "inner_before": " ".join(before.get(n, lean_name(n)) for n in self.inner.arguments),
            "stepped": " ".join(steps.get(n, self.at) for n in self.own),
            "following_facts": " (by first | omega | grind)" * sum(i != "True" for i in inside),
        }  # fmt: skip

    def _at_the_start(self) -> dict[str, object]:
        """Return what the lemma about the outer loops from their first turns on is made of."""
        made = f"(New.shadow{self.made.index} {' '.join(self.begun.get(n, t) for n, t in self.names.items())})"
        given = [*map(lean_name, self.outer.arguments), *(self.begun.get(n, self.names[n]) for n in self.own)]
        inside = condition(self.made.invariant, lambda n: self.begun.get(n, self._new_name(n)))
        return {
            "start": value(self.nest.outer.start, plain), "made_begun": made, "begun_arguments": " ".join(given),
            "free_binders": "".join(f" (n_{n} : {lean_type(self.new.types[n])})" for n in self.own if n not in self.begun),
            "inside_begun": f" (g : {inside})", "outputs_begun": self._outputs(made),
        }  # fmt: skip

    def _new_name(self, n: Name) -> str:
        return self.names.get(n, lean_name(n))

    def _outputs(self, made: str) -> str:
        """Return that both outer loops leave the same, so far as it is read later."""
        wanted = (self.old.wanted(self.nest.outer.index) - self.begun.keys()) & {*self.made.written}
        both = (
            (f"{made}.{lean_name(n)}", f"({_call(self.outer, {})}).{lean_name(n)}") for n in self.outer.written if n in wanted
        )
        return "".join(f"{a} = {b} ∧\n   " for a, b in both)

    def _dearer(self) -> int:
        """Return what the first turn costs more, in which the old loop inside makes a turn or none; less than 0 for a gain."""
        step = _least(self.nest.inner.body)
        turns = (2 + step) * self.nest.lag
        asked = cost(self.nest.inner.stop)
        old = len(self.nest.begun) + 1 + (int(asked.value) if isinstance(asked, ir.Const) else 0) + 1 + turns
        return step + self._shift() - old

    def _shift(self) -> int:
        """Return the ticks of where the kept loop is, over the outer variable, for all times that a turn asks for it."""
        variable = self.nest.inner.variable
        parts = (x for s in self.nest.inner.body for e in ir.expressions(s) for x in ir.subexpressions(e))
        uses = sum(x == Var(variable, "int") for x in parts)
        return uses if self.nest.ahead != self.nest.lag else 0

    def _step(self, n: Name, held: Mapping[Name, str], at: str) -> str:
        """Return what a variable holds after a turn of the inner loop, over terms for what is held and where it is."""
        terms = {**held, self.nest.inner.variable: at}
        return value(self.turn[n], lambda m: terms.get(m, lean_name(m)))

    def _binders(self, names: tuple[Name, ...]) -> str:
        """Return variables of the old version with their types."""
        return " ".join(f"({lean_name(n)} : {lean_type(self.old.types[n])})" for n in names)


def _call(shape: Shape, given: Mapping[Name, str]) -> str:
    """Return the shadow of a loop of the old version applied to terms."""
    return f"Old.shadow{shape.index} {' '.join(given.get(n, lean_name(n)) for n in shape.arguments)}"
