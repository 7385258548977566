"""A loop of the version to beat and one of the new version go in step, where the new one keeps values of its own.

What a kept value is, in terms of the turns that were made, is carried from turn to turn; so are bounds on ticks, which may hold
only after a few turns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from loop.observe import evaluator
from loop.simplify import terms
from loop.techniques.claim_facts import Noted, Step
from loop.techniques.study import Study
from verify import ir
from verify.ir import Block, Expr, Name, Var
from verify.lean_expr import condition, lean_type, value
from verify.shape import Shape, slot
from verify.ticks import cost

EVIDENT: Final = "(by first | trivial | assumption | omega | grind)"


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that the new loop keeps, as Lean text: at its start, after a turn, and what holds of it at the loop's test.

    In `following` and `holds` it is called `n_` and its name; the fact of another kept value is called `e_` and that one's name.
    """

    begin: str
    following: str
    holds: str
    begun: str
    """a tactic that shows that it holds at the start"""


@dataclass(frozen=True, slots=True)
class Bound:
    """That under a condition the new loop's ticks and `more` are at most the old one's and `less`, as Lean text."""

    when: str
    more: str
    less: int

    def of(self, new: str, old: str) -> str:
        """Return it of two loops."""
        more = f" + {self.more}" if self.more else ""
        said = f"({new}.ticks : Int){more} ≤ ({old}.ticks : Int) + {self.less}"
        return f"({self.when} → {said})" if self.when else f"({said})"


@dataclass(frozen=True, slots=True)
class Walk:
    """A pair of loops that go in step, and what there is to say of them."""

    old: Noted
    new: Noted
    index: int
    """the loop of the old version"""
    made: int
    """the one of the new version"""
    kept: Mapping[Name, Kept]
    facts: Sequence[str]
    """what holds of the range at each test besides what the loops' own notes say"""
    bounds: Sequence[Bound]
    turn: Sequence[str]
    """tactics that make known what a turn does"""
    told: Sequence[str] = ()
    """which of that rewrites the old version's terms"""
    uses: Sequence[str] = ()
    """lemmas that automation is given"""

    @property
    def outer(self) -> Shape:
        """The old loop."""
        return self.old.shapes[self.index]

    @property
    def loop(self) -> Shape:
        """The new loop."""
        return self.new.shapes[self.made]

    @property
    def next(self) -> str:
        """What the old loop's range comes to next."""
        return slot(ir.hidden(self.outer.loop)[0])

    def called(self, n: Name) -> str:
        """Return what an argument of the new loop is called: as in the old one where both hold the same."""
        own = ir.hidden(self.loop.loop)
        if n in own:
            return slot(ir.hidden(self.outer.loop)[own.index(n)])
        if n in self.kept or n == getattr(self.outer.loop, "variable", "") or n not in self.outer.arguments:
            return f"n_{n}"
        return slot(n)

    def lemmas(self) -> tuple[str, Step]:
        """Return the lemma about both loops from any turn on and from the first, and how that is applied."""
        names = {n: self.called(n) for n in self.loop.arguments}
        own = [n for n in names if names[n].startswith("n_")]
        free = [n for n in own if n not in self.kept]
        begun = {n: f"({self.kept[n].begin})" if n in self.kept else text for n, text in names.items()}
        binders = " ".join(f"({slot(n)} : {lean_type(self.old.types[n])})" for n in self.outer.arguments)
        inside = [f"(h : {condition(self.outer.invariant, slot)})"]
        inside += [f"(r{k} : {fact})" for k, fact in enumerate(self.facts)]
        moving = f"(g : {condition(self.loop.invariant, lambda n: names.get(n, slot(n)))})"
        at_start = f"(g : {condition(self.loop.invariant, lambda n: begun.get(n, slot(n)))})"
        held = " ".join(f"(e_{n} : {k.holds})" for n, k in self.kept.items())
        walk = [
            f"theorem walk {binders} {self._new_binders(own)} {' '.join([*inside, moving])} {held} :",
            f"    {self._goal(names)} := by",
            f"  fun_induction {self._old} generalizing {' '.join(f'n_{n}' for n in own)} <;> expose_names <;> first",
            *self._cases(own),
        ]
        start = f"(s : {self.next} = {self._start})"
        given = [slot(n) for n in self.outer.arguments] + [begun[n] for n in own]
        proofs = ["h", *(EVIDENT for _ in self.facts), "g", *(f"(by {k.begun})" for k in self.kept.values())]
        first = [
            f"theorem begun {binders} {self._new_binders(free)} {inside[0]} {at_start} {start}"
            + "".join(f" {fact}" for fact in inside[1:])
            + " :",
            f"    {self._goal(begun)} := by",
            f"  exact walk {' '.join(given)} {' '.join(proofs)}",
        ]
        places = [("Old", self.index, k) for k in range(len(self.outer.arguments))]
        places += [("New", self.made, self.loop.arguments.index(n)) for n in free]
        text = "\n".join([*walk, "", *first])
        return text, Step("begun", text, tuple(places), 3 + len(self.facts))

    def _new_binders(self, names: Sequence[Name]) -> str:
        return " ".join(f"(n_{n} : {lean_type(self.new.types[n])})" for n in names)

    @property
    def _old(self) -> str:
        return f"Old.shadow{self.index} {' '.join(map(slot, self.outer.arguments))}"

    @property
    def _start(self) -> str:
        loop = self.outer.loop
        return f"({value(loop.start, slot)})" if isinstance(loop, ir.For) else ""

    def _goal(self, names: Mapping[Name, str]) -> str:
        return " ∧\n    ".join(self._said(names))

    def _said(self, names: Mapping[Name, str]) -> list[str]:
        """Return that both loops leave the same, so far as it is read later, and what is said of their ticks."""
        new, old = f"(New.shadow{self.made} {' '.join(names.values())})", f"({self._old})"
        wanted = self.old.wanted(self.index) & {*self.loop.written} - self.kept.keys()
        both = [slot(n) for n in self.outer.written if n in wanted]
        both += ["returned", "result"] if self.loop.returns else []
        return [*(f"{new}.{n} = {old}.{n}" for n in both), *(b.of(new, old) for b in self.bounds)]

    def _cases(self, own: Sequence[Name]) -> list[str]:
        """Return the tactics for a turn after which the loop goes on, and for its end."""
        following = [f"({self.kept[n].following})" if n in self.kept else self.next for n in own]
        known = f" [{', '.join(self.uses)}]" if self.uses else ""
        end, goals = f"first | assumption | omega | grind{known}", len(self._said({n: n for n in self.loop.arguments}))
        parts = f"obtain ⟨{', '.join(f'i{k}' for k in range(goals))}⟩ := i"
        told = [f"try simp only [{', '.join(self.told)}] at *"] if self.told else []
        unfolded = f"rw [New.shadow{self.made}, if_pos (by first | assumption | omega | grind)]"
        apart = f"(repeat' split) <;> (try dsimp only) <;> (repeat' apply And.intro) <;> {end}"
        # what a turn does is shown with as little around it as there may be: automation looks at all that it is given
        goes = [*(line.replace(":= by ", ":= by clear ih1; ", 1) for line in self.turn), f"have i := ih1 {' '.join(following)}"]
        goes += ["clear ih1", f"repeat replace i := i {EVIDENT.replace('(by ', '(by clear i; ', 1)}"]
        goes += [parts, *told, unfolded, apart]
        ended = [f"rw [New.shadow{self.made}, if_neg (by first | assumption | omega | grind)]", apart]
        return [_case(goes), _case(ended)]


def _case(lines: Sequence[str]) -> str:
    """Return an alternative of `first`."""
    return "  | (" + "\n     ".join(lines) + ")"


def ticks_of(block: Block) -> int | None:
    """Return the ticks of a straight block, None where they are not always the same."""
    costs = [cost(e) for s in block for e in ir.expressions(s)]
    if any(not isinstance(c, ir.Const) for c in costs) or any(not isinstance(s, ir.Assign) or s.free for s in block):
        return None
    return sum(int(c.value) for c in costs if isinstance(c, ir.Const)) + sum(len(ir.writes((s,))) for s in block)


def distance(e: Expr, variable: Name) -> int | None:
    """Return what an expression is more than a variable."""
    return constant(ir.Binary("sub", e, Var(variable, "int")))


def constant(e: Expr) -> int | None:
    """Return the int that an expression always is."""
    found = terms(e, [])
    return None if found is None or found.keys() - {()} else found.get((), 0)


def always(study: Study, e: Expr) -> int | None:
    """Return the int that an expression over the parameters is, by its form, or in all runs."""
    found = constant(e)
    names = [p.name for p in study.head.parameters]
    if found is not None or not ir.variables(e) <= {*names} - ir.writes(study.head.body):
        return found
    run = evaluator(e, names, study.limits)
    values = {run(dict(zip(names, arguments, strict=True))) for arguments in study.runs}
    (value,) = values if len(values) == 1 else (None,)
    return value if isinstance(value, int) else None


def steepness(saved: Iterable[int], spent: int) -> int:
    """Return what the turn saves by which it is made up for what was spent, 0 where none is known."""
    left = spent
    for one in saved:
        left -= one
        if left <= 0 and one > 0:
            return one
    return 0


def growing(saved: Sequence[int], spent: int, first: int, place: str, stop: str) -> list[Bound] | None:
    """Return the bounds where each turn saves more than the one before: the first turns may cost more.

    `spent` is what is spent before the first turn.
    """
    out: list[Bound] = []
    gain = steepness(saved, spent)
    for more in (0, gain):
        left = [more - one for one in saved if more > one]
        if len(left) == len(saved) or gain < 1:
            return None
        rest = f"{more} * ({stop} - {place})" if more else ""
        out += [Bound(f"{first + k} ≤ {place}", rest, sum(left[k:])) for k in range(len(left) + 1)]
    return out


def shrinking(saved: Sequence[int], spent: int, each: int, behind: int, rest: str) -> list[Bound] | None:
    """Return the bounds where each turn saves less than the one before: the last turns may cost more.

    `saved` is from the last turn on. Before the first turn `spent` is spent, and `each` for each turn and each one
    that the range is `behind`; `rest` is how many of these are left.
    """
    out: list[Bound] = []
    gain = steepness((s - each for s in saved), spent + each * behind)
    for more in (each, each + gain):
        left = [more - s for s in saved if more > s]
        if len(left) == len(saved) or gain < 1:
            return None
        total = more * behind
        for k, step in enumerate(left):
            out.append(Bound(f"{rest} ≤ {behind + k}", f"{more} * {rest}" if more else "", total))
            total += step
        out.append(Bound("", f"{more} * {rest}" if more else "", total))
    return out
