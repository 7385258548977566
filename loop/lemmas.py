"""Lemmas about loop shadows: what each loop leaves behind and what it costs, as Lean declarations with their proof scripts.

A lemma is a guess with a script; `loop.prover` keeps those that Lean accepts. They are stated for any state in which the loop's
facts hold, so that induction carries them.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from loop.closed import TICKS, TURNS, Fitter, Form, Trip, trip
from loop.observe import Loop, read_outside
from verify import flow, ir
from verify.interpreter import holds
from verify.ir import Expr, Name, Program
from verify.lean_expr import Naming, condition, lean_type, plain, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.shape import RESULT, Shape, shape, slot


@dataclass(frozen=True, slots=True)
class Lemma:
    """A declaration with scripts to try, cheapest first; `name` is how other proofs refer to it."""

    name: str
    statement: str
    scripts: tuple[str, ...]

    def text(self, script: str) -> str:
        """Return the declaration with one of the scripts."""
        return f"theorem {self.name} {self.statement} := by\n  {script}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of one loop: its trip, and closed forms by variable (`TICKS` for the cost)."""

    own: Loop
    trip: Trip | None
    forms: dict[Name, Form]


class LoopLemmas:
    """Makes the lemmas of one loop of a program printed in namespace `space`."""

    def __init__(self, program: Program, own: Loop, space: str, limits: Limits) -> None:
        """Take the loop as observed, with its notes on it."""
        self.program, self.own, self.space, self.limits = program, own, space, limits
        self.shape: Shape = shape(program, own.loop)
        self.trip = None if self.shape.returns else trip(own, limits)
        self.fitter = Fitter(own, self.trip, limits) if self.trip else None

    @property
    def call(self) -> str:
        """The shadow applied to its arguments."""
        return f"{self.space}.shadow{self.shape.index} {' '.join(map(slot, self.shape.arguments))}"

    @property
    def prefix(self) -> str:
        """How the names of this loop's lemmas begin."""
        return self.prefix_of(self.space, self.shape.index)

    @staticmethod
    def prefix_of(space: str, index: int) -> str:
        """Return how the names of the lemmas of a loop begin."""
        return f"{space.lower()}{index}"

    @staticmethod
    def names_wanted(program: Program, own: Loop) -> list[Name]:
        """Return the ints that a loop writes and that anything after it, or an enclosing loop, may read."""
        k = own.loop.index
        outside = read_outside(program.body, k)
        for s in program.loops:
            if any(isinstance(t, ir.LOOPS) and t.index == k for t in ir.statements(s.body)):
                outside |= flow.exposed(s.body)
        return [n for n in own.written if n in outside and n in own.ints]

    def binders(self, *extra: str) -> str:
        """Return the shadow's arguments with their types, and what else is said of them."""
        types = {v.name: v.type for v in self.program.variables} | {RESULT: self.program.result}
        return " ".join([*(f"({slot(n)} : {lean_type(types[n])})" for n in self.shape.arguments), *extra])

    def hypotheses(self, *more: Expr) -> list[Expr]:
        """Return what a lemma assumes: the invariants that the printed loop carries, or else the facts that held."""
        return list(dict.fromkeys((*(self.own.loop.invariants or self.own.facts), *more)))

    def facts(self, *more: Expr) -> str:
        """Return what a lemma assumes as binders."""
        facts = self.hypotheses(*more)
        return "".join(f" (h{i} : {condition(f, plain)})" for i, f in enumerate(facts))

    def forms(self, *, ticks: bool, settled: Container[Name] = ()) -> Iterator[tuple[Name, Form, Lemma]]:
        """Yield closed forms with their lemmas, for each wanted variable not settled and then, if asked for, the ticks."""
        if self.fitter is None or self.trip is None:
            return
        wanted = [n for n in self.names_wanted(self.program, self.own) if n not in settled]
        for name in [*wanted, *([TICKS] if ticks else [])]:
            for i, form in enumerate(self.fitter.forms(name)):
                yield name, form, self._form(name, form, i, counts=self.trip.stride > 1 and _mentions_turns(form))
                if self.trip.stride == 1:
                    yield name, form, self._form(name, form, i, counts=True)

    def _form(self, name: Name, form: Form, number: int, *, counts: bool) -> Lemma:
        """Return the lemma of a form; where it counts, the number of turns goes along as `T`, which makes the ends plainer."""
        what = f"({self.call}).{slot(name) if name != TICKS else TICKS}"
        left = f"({what} : Int)" if name == TICKS else what
        scaled = left if form.scale == 1 else f"{form.scale} * {left}"
        right = value(form.numerator, lambda n: "T" if n == "T" else plain(n))
        label = f"{self.prefix}_{name}" + (f"_{number}" if number else "")
        entered = [self.trip.entered] if self.trip else []
        if not counts or self.trip is None:
            statement = f"{self.binders()}{self.facts(*entered)} : {scaled} = {right}"
            return Lemma(label, statement, self.scripts())
        turns = f"(hT : T = {value(self.trip.turns, plain)})"
        statement = f"{self.binders('(T : Int)', turns)}{self.facts(*entered)} : {scaled} = {right}"
        # what holds of unchanging variables alone is no part of the induction hypothesis
        moving = sum(bool(all_names(f) & set(self.own.written)) for f in self.hypotheses(*entered))
        return Lemma(label, statement, self._counting_scripts(moving))

    def scripts(self) -> tuple[str, ...]:
        """Return scripts for a lemma, cheapest first."""
        return induction(self.call)

    def _counting_scripts(self, facts: int) -> tuple[str, ...]:
        return counting_induction(self.call, facts)

    def bounds(self) -> Iterator[tuple[str, Lemma]]:
        """Yield linear bounds of the ticks in the number of turns, `lower` and `upper`; a constant where nothing counts."""
        least = "(" + self.call + ").ticks"
        if self.fitter is None or self.trip is None or not self.fitter.states:
            name, ticks = f"{self.prefix}_least", value(ir.Const(1), plain)
            yield "lower", Lemma(name, f"{self.binders()} : {ticks} ≤ {least}", self.scripts())
            return
        pairs = [(self.fitter.turns(s), ticks) for s, (_, ticks) in zip(self.fitter.states, self.fitter.after, strict=True)]
        rest = [t for n, t in pairs if n == 0]
        base = min(rest) if rest else 1
        slopes = [(t - base) / n for n, t in pairs if n > 0]
        if not slopes:
            return
        turns = value(self.trip.turns, plain)
        facts = f"{self.binders()}{self.facts(self.trip.entered)}"
        low, high = int(min(slopes)), -int(-max(slopes) // 1)
        yield "lower", Lemma(f"{self.prefix}_least", f"{facts} : {base} + {low} * {turns} ≤ ({least} : Int)", self.scripts())
        short = [(t - base) / n for n, t in pairs if 0 < n < 4]  # noqa: PLR2004 - if long trips cost more a turn, no line is above
        if short and max(short) >= max(slopes):
            text = f"{facts} : ({least} : Int) ≤ {base} + {high} * {turns}"
            yield "upper", Lemma(f"{self.prefix}_most", text, self.scripts())

    def contract(self, ensure: Expr, settled: Container[Name]) -> Iterator[Lemma]:
        """Yield, for each variable that the function may return, the lemma that the loop leaves it as the contract demands.

        The parts of the contract that held of the variable whenever the loop's test was reached are its hypotheses, as
        invariants; induction then carries the whole contract.
        """
        if self.own.loop not in self.program.body:
            return  # what an inner loop leaves is not yet the result
        values = [s.value for s in ir.statements(self.program.body) if isinstance(s, ir.Return)]
        returned = {v.name for v in values if isinstance(v, ir.Var)}
        parts = tuple(_links(ensure))
        # the contract speaks of the parameters as they came; one that the loop changes is another thing by now
        kept = {p.name for p in self.program.parameters} - set(self.own.written)
        parts = tuple(p for p in parts if all_names(p) <= kept | {"result"})
        for name in (n for n in self.own.written if n in returned):
            now = ir.Var(name, self.program.result)
            held = [q for p in parts if self._always(q := ir.substitute(p, {"result": now}))]
            for i, part in enumerate(parts):
                if name in settled and part not in [p for p in parts if ir.substitute(p, {"result": now}) in held]:
                    continue  # the closed form says more than induction could
                extra = [n for n in sorted(all_names(part) - {"result"}) if n not in self.shape.arguments]
                types = {v.name: v.type for v in self.program.variables}
                binders = self.binders(*(f"({lean_name(n)} : {lean_type(types[n])})" for n in extra))
                goal = condition(part, self._left_in(name))
                script = f"fun_induction {self.call} <;> first | omega | grind LEMMAS"
                facts = self.facts(*self.own.signs, *held)
                yield Lemma(f"{self.prefix}_post_{name}_{i}", f"{binders}{facts} : {goal}", (script,))

    def _left_in(self, name: Name) -> Naming:
        """Return the naming in which `result` is what the loop leaves in a variable."""
        last = f"({self.call}).{slot(name)}"
        return lambda n: last if n == "result" else plain(n)

    def _always(self, condition_: Expr) -> bool:
        names = {x.name for x in ir.subexpressions(condition_) if isinstance(x, ir.Var)}
        if not names <= set(self.own.names) or not self.own.states:
            return False
        test = holds(condition_, self.own.names, self.limits)
        return all(test([s[n] for n in self.own.names]) for s in self.own.states[:400])

    def idle(self) -> Lemma:
        """Return the lemma that a loop whose test fails at once changes nothing and costs its one test."""
        test = condition(self.shape.test, plain)
        outputs = [f"({self.call}).{slot(n)} = {slot(n)}" for n in self.shape.written]
        statement = f"{self.binders()} (h : ¬{test}) : {' ∧ '.join(outputs)}"
        script = f"rw [{self.space}.shadow{self.shape.index}]; simp only [h, and_false, if_false, and_self]"
        return Lemma(f"{self.prefix}_idle", statement, (script,))


def _links(e: Expr) -> Iterator[Expr]:
    """Yield the conditions that make up one: of an `and` its operands, of a chain its links."""
    match e:
        case ir.Logic("and", operands):
            for operand in operands:
                yield from _links(operand)
        case ir.Compare(operands, relations):
            yield from (ir.Compare(operands[i : i + 2], (r,)) for i, r in enumerate(relations))
        case _:
            yield e


def induction(call: str) -> tuple[str, ...]:
    """Return scripts that go along the calls of a recursive function."""
    start = f"fun_induction {call}"
    return (f"{start} <;> grind LEMMAS", f"{start} <;> first | omega | grind LEMMAS | (simp_all; omega)")


def counting_induction(call: str, facts: int) -> tuple[str, ...]:
    """Return induction in which the number of turns goes along: one less for the rest of the loop."""
    goals = " ".join(["(by omega)"] * (facts + 1))
    turn = f"(rename_i ih; have step := ih (T - 1) {goals}; first | omega | grind LEMMAS)"
    done = "(have zero : T = 0 := (by omega); subst zero; first | omega | grind LEMMAS)"
    return (f"fun_induction {call} generalizing T <;> first | {turn} | {done}",)


def _mentions_turns(form: Form) -> bool:
    return any(x == TURNS for x in ir.subexpressions(form.numerator))


def all_names(e: Expr) -> set[Name]:
    """Return all names in an expression, those that it binds itself among them."""
    return {x.name for x in ir.subexpressions(e) if isinstance(x, ir.Var)}


def with_lemmas(script: str, names: Sequence[str]) -> str:
    """Return a script with the names of the lemmas that its `grind` may use."""
    return script.replace("grind LEMMAS", f"grind [{', '.join(names)}]" if names else "grind")
