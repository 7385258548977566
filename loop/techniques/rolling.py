"""Recursion at fixed distances to iteration: the last few values roll through variables.

`f(n) = f(n - 1) + f(n - 2)` becomes `a, b = b, a + b`. That the loop walks along the values of the recursion, and that the
recursion costs more, is proved by induction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from loop.simplify import simplified
from loop.techniques.recurrence import Recurrence, recurrence
from loop.techniques.step_facts import StepFacts, lines_below, term
from loop.techniques.study import Draft, Study
from loop.techniques.written import applied, fresh, premise, shadow, written
from verify import ir
from verify.ir import Expr, Name, Program, Var
from verify.lean_expr import field as lean_name
from verify.lean_expr import value
from verify.source import RESERVED

NAMES = ("a", "b", "c", "d", "e", "u", "v", "w")
SKIPPED = 4
"""starting values that are returned by tests of their own, at most"""


@dataclass(frozen=True, slots=True)
class Rolled:
    """A loop in which `names` hold f at `order` neighbouring drivers, the first of them `begin` before the loop."""

    program: Program
    names: tuple[Name, ...]
    index: Name
    begin: int
    ahead: int
    """how far the range's next element is beyond the driver of the first name"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the iteration of a recursion, with its proof."""
    found = recurrence(study)
    if found is None:
        return
    rolled = to_rolled(found)
    if rolled is None or (text := written(study, rolled.program)) is None:
        return
    lemmas = Iteration(study, found, replace(rolled, program=text[1]), StepFacts(study, found)).text()
    last = "value" if found.order == 1 else f"{found.order} values"
    yield Draft(text[0], f"the recursion over {found.driver.name} as a loop over its last {last}", lemmas)


def to_rolled(f: Recurrence, shift: int = 0) -> Rolled | None:
    """Return the loop; None where it would compute beyond the last value what may raise.

    With a shift, the value is wanted so much above the driver, and the loop begins with the last starting values.
    """
    if f.order > 1 and ir.safe(f.step) != ir.TRUE:
        return None
    begin = f.first - f.order
    while shift == 0 and begin > f.low and _holds_at(f, begin + f.order - 1):
        begin -= 1
    taken = {v.name for v in f.program.variables} | {f.program.name} | RESERVED
    names = fresh(NAMES if f.order > 1 else ("r", "s"), taken, f.order)
    reads = f.driver.name in ir.variables(f.step)
    index = fresh(("i", "k", "j"), taken, 1)[0] if reads else "_"
    ahead = f.order if reads else -begin
    body = ir.Assign(tuple(names), (*(Var(n, "int") for n in names[1:]), _turn(f, names, Var(index, "int"))))
    stop = ir.plus_constant(f.driver, ahead + shift) if ahead + shift else f.driver
    loop = ir.For(1, index, ir.Const(begin + ahead), stop, ir.Const(1), (body,))
    values = [_start(f, begin + k) for k in range(f.order)]
    tests = _tests(f, begin)
    if tests is None or (shift and tests):
        return None
    block: ir.Block = (*tests, ir.Assign(tuple(names), tuple(values)), loop, ir.Return(Var(names[0], "int")))
    return Rolled(Program(f.program.name, f.program.parameters, (), "int", block), tuple(names), index, begin, ahead)


def _start(f: Recurrence, n: int) -> Expr:
    return f.starts[n - f.low]


def _turn(f: Recurrence, names: list[Name], index: Expr) -> Expr:
    """Return the next value, over the names that hold the last ones."""
    env: dict[Name, Expr] = {h: Var(names[f.order - d], "int") for h, d in f.distances.items()}
    return ir.substitute(f.step, env | {f.driver.name: index})


def _holds_at(f: Recurrence, n: int) -> bool:
    """Say whether a starting value is what the recurrence makes of those before it."""
    if n - f.order < f.low:
        return False
    env = {h: _start(f, n - d) for h, d in f.distances.items()}
    return simplified(ir.substitute(f.step, env | {f.driver.name: ir.Const(n)})) == _start(f, n)


def _tests(f: Recurrence, begin: int) -> tuple[ir.If, ...] | None:
    """Return the statements that return what lies below the first value of the loop."""
    skipped = range(f.low, begin)
    if len(skipped) > SKIPPED:
        return None
    values = [_start(f, n) for n in skipped]
    if len(set(values)) == 1:
        return (ir.If(ir.Compare((f.driver, ir.Const(begin)), ("lt",)), (ir.Return(values[0]),), ()),)
    return tuple(
        ir.If(ir.Compare((f.driver, ir.Const(n)), ("eq",)), (ir.Return(v),), ()) for n, v in zip(skipped, values, strict=True)
    )


class Iteration:
    """Writes the lemmas: what a step is, that the loop walks along the values, and lines below the recursion's cost."""

    def __init__(self, study: Study, f: Recurrence, rolled: Rolled, facts: StepFacts) -> None:
        """Take a recurrence, the loop for it, and what is known of its values."""
        self.study, self.f, self.rolled, self.facts = study, f, rolled, facts

    def text(self) -> str:
        """Return the text of the Lean file."""
        parts = [*self.facts.text(), *self._between(), self.walk(), self._same()]
        return "\n\n".join([*parts, *lines_below(self.study, self.f, self.rolled.program)]) + "\n"

    def _between(self) -> Iterator[str]:
        """Yield that the recurrence holds at starting values, too, where the loop begins among them."""
        f, facts = self.f, self.facts
        for n in range(self.rolled.begin + f.order, f.first):
            held = {h: facts.run(str(n - d)) for h, d in f.distances.items()}
            yield (
                f"def between_{n} {facts.fixed}{facts.reach} : {facts.run(str(n))} = {facts.step(held, str(n))} := by\n"
                f"  rw [{', '.join(facts.start(k) for k in sorted({n, *(n - d for d in f.distances.values())}))}]; grind"
            )

    def _at(self, k: int) -> str:
        return self.facts.run("t" if k == 0 else f"(t + {k})")

    @property
    def _off(self) -> str:
        ahead = self.rolled.ahead
        return f"t + {ahead}" if ahead >= 0 else f"t - {-ahead}"

    def walk(self) -> str:
        """Return the lemma `walk`: the loop's first name ends as the value at the range's end less `ahead`."""
        f, r, facts = self.f, self.rolled, self.facts
        names, numbers = [lean_name(n) for n in r.names], [f"h{k}" for k in range(f.order)]
        arguments = {r.index: "u", "next_1": "next", "stop_1": "stop"} | dict(zip(r.names, names, strict=True))
        call = shadow("New", r.program, 1, arguments)
        given = " → ".join(f"{n} = {self._at(k)}" for k, n in enumerate(names))
        intro = f"    intro {' '.join(names)} u next stop t e l ht {' '.join(numbers)}"
        return "\n".join([
            f"def walk {facts.fixed}{facts.reach} (k : Nat) : ∀ {' '.join(names)} u next stop t : Int,",
            f"    next = {self._off} → stop = next + k → {r.begin} ≤ t → {given} →",
            f"      ({call}).{names[0]} = {facts.run('(stop - ' + term(r.ahead) + ')')} := by",
            "  induction k with",
            "  | zero =>",
            intro,
            f"    subst {' '.join(numbers)}",
            f"    rw [New.shadow1, if_neg (by omega), show stop - {term(r.ahead)} = t by omega]",
            "  | succ k ih =>",
            intro,
            f"    subst e {' '.join(numbers)}",
            "    rw [New.shadow1, if_pos (by omega)]",
            *self._turn_lines(),
        ])  # fmt: skip

    def _turn_lines(self) -> Iterator[str]:
        """Yield the script for one turn: the names hold the next values, and the hypothesis says the rest."""
        f, r, facts, off = self.f, self.rolled, self.facts, self._off
        held = {h: self._at(f.order - d) for h, d in f.distances.items()}
        distances = list(dict.fromkeys(
            f"show t + {f.order} - {d} = t{f' + {f.order - d}' if d < f.order else ''} by omega" for d in f.distances.values()
        ))  # fmt: skip
        if self._middle():
            yield f"    have step : {self._at(f.order)} = {facts.step(held, f'(t + {f.order})')} := by"
            yield from (f"      {line}" for line in self._cases(distances))
        else:
            yield f"    have step := {facts.stepped(f'(t + {f.order})', '(by omega)')}"
            yield f"    rw [{', '.join(distances)}] at step"
        terms = [*(self._at(k) for k in range(1, f.order)), f"({facts.step(held, f'({off})')})", f"({off})", f"({off} + 1)"]
        proofs = ["(by omega)"] * 3 + ["?_"] * f.order
        yield f"    refine ih {' '.join(f'({x})' for x in terms)} stop (t + 1) {' '.join(proofs)}"
        for k in range(f.order - 1):
            yield f"    · rw [show t + 1 + {k} = t + {k + 1} by omega]" if k else "    · rfl"
        last = f"show t + 1 + {f.order - 1} = t + {f.order} by omega, " if f.order > 1 else ""
        yield f"    · rw [{last}step]" + (" <;> grind" if r.index != "_" else "")

    def _middle(self) -> bool:
        return self.rolled.begin + self.f.order < self.f.first

    def _cases(self, distances: list[str]) -> Iterator[str]:
        """Yield a script for a step that is one of the recursion or one among the starting values."""
        f, facts, begin = self.f, self.facts, self.rolled.begin
        among = list(range(begin + f.order, f.first))
        cases = " ∨ ".join([*(f"t = {n - f.order}" for n in among), f"{f.first} ≤ t + {f.order}"])
        yield f"rcases (show {cases} by omega) with {' | '.join(['q'] * (len(among) + 1))}"
        for n in among:
            yield f"· subst q; exact {facts.applied(f'between_{n}')} hp"
        yield f"· have step := {facts.stepped(f'(t + {f.order})', '(by omega)')}"
        yield f"  rw [{', '.join(distances)}] at step; exact step"

    def _same(self) -> str:
        f, r, facts = self.f, self.rolled, self.facts
        names = f.program.parameters
        driver = lean_name(f.driver.name)
        starts = " ".join(f"({value(_start(f, r.begin + k), lean_name)})" for k in range(f.order))
        begin = term(r.begin)
        proofs = " ".join(
            f"(by rw [{f'show ({begin} : Int) + {k} = {r.begin + k} by omega, ' if k else ''}{facts.start(r.begin + k)}])"
            for k in range(f.order)
        )
        (loop,) = (s for s in r.program.loops if isinstance(s, ir.For))
        stop = f"({value(loop.stop, lean_name)})"
        walked = (
            f"walk {facts.fixed_names}hp ({driver} - {begin}).toNat {starts} 0 ({r.begin + r.ahead}) {stop} {begin}"
            f" (by omega) (by omega) (by omega) {proofs}"
        )
        skipped = list(range(f.low, r.begin))
        cases = " ∨ ".join([*(f"{driver} = {n}" for n in skipped), f"{begin} ≤ {driver}"])
        opened = "simp (disch := omega) only [New.value, New.out, Old.value, if_pos, if_neg]"
        new, old = applied("New.value", names, {}), applied("Old.value", names, {})
        lines = [
            f"theorem same {facts.all} {premise(self.study)} : {new} = {old} := by",
            f"  have hp := {applied('allowed', names, {})} h",
        ]
        final = [f"have w := {walked}", f"rw [show {stop} - {term(r.ahead)} = {driver} by omega] at w"]
        if not skipped:
            lines += [f"  {x}" for x in final]
            return "\n".join([*lines, "  first | exact w | (simpa [New.value, New.out, Old.value] using w)"])
        lines.append(f"  rcases (show {cases} by omega) with {' | '.join(['q'] * (len(skipped) + 1))}")
        for n in skipped:
            lines.append(f"  · have s := {facts.start_of(n, driver, 'q')}")
            lines.append(f"    {opened}; rw [s]")
        lines += [f"  · {final[0]}", f"    {final[1]}", f"    {opened}; first | exact w | (simpa using w)"]
        return "\n".join(lines)

