"""Scripts for goals about bits, for all ints at once: an equation and hypotheses -> lines that the kernel computes with.

Both sides are automata over bits (`loop/bit_automaton.py`), and the script hands Lean the states that they reach. Where two sides
write different bits there is no script.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from loop.bit_automaton import Automaton, Equation, Stream
from loop.bit_shifts import Lowering, log
from loop.goal_text import split_top
from loop.lean_terms import relation, text_of, unwrapped
from verify import ir
from verify.ir import Expr

LARGEST_FACTOR: Final = 1 << 10
"""products with larger literals are opaque"""
LARGEST_SHIFT: Final = 8
"""right shifts of sums by more are opaque"""
_BITWISE: Final = re.compile(r"\b(band|bor|bxor)\b")
_EVAL: Final = (
    "Stream.eval, ofDigits, List.getD_cons_zero, List.getD_cons_succ, Bool.toInt_true, Bool.toInt_false, "
    "Int.reduceMul, Int.reduceAdd, Int.reduceNeg, Int.reducePow"
)
_BY_OMEGA: Final = f"(by simp only [{_EVAL}]; omega)"
_CLOSING: Final = "first | exact e | rfl | omega | trivial | (simp only [Int.mul_neg, Int.neg_mul]; exact e)"

Fact: TypeAlias = tuple[Equation, str]
"""an equation that holds, and the Lean term that proves it"""


def bit_lines(goal: str, hypotheses: Sequence[tuple[str, str]] = ()) -> tuple[str, ...] | None:
    """Return lines that prove an equation of ints, or several joined by `∧`; None where they would not, or no bits occur.

    Hypotheses are names, or terms, with what they say. Only equations of ints among them are used, and bounds of variables.
    """
    if not _BITWISE.search(" ".join([goal, *(text for _, text in hypotheses)])):
        return None
    goals = split_top(unwrapped(goal), "∧")
    if len(goals) == 1:
        return _script(goal, hypotheses)
    lines = [f"refine ⟨{', '.join('?_' for _ in goals)}⟩"]
    found = [bit_lines(g, hypotheses) for g in goals]
    if not any(found):
        return None
    for part in found:
        first, *more = part or ("first | omega | grind",)
        lines += [f"· {first}", *(f"  {line}" for line in more)]
    return tuple(lines)


def bit_cases(goals: Iterable[tuple[str, Sequence[str]]], hypotheses: Sequence[tuple[str, str]]) -> tuple[str, ...] | None:
    """Return lines that take apart the cases of a goal, each given as what it becomes and under which conditions.

    Other tactics are tried on each case as well, so that only the cases about bits need be right.
    """
    tries = ["omega", "grind"]
    for goal, conditions in goals:
        plain = [text for text in conditions if len(split_top(unwrapped(text), "∧")) == 1]
        named = [(f"(by simp only [{_EVAL}]; assumption)", text) for text in plain]
        lines = bit_lines(goal, [*hypotheses, *named])
        if lines is not None and not any(line.startswith("·") for line in lines):
            tries.append(f"({'; '.join(lines)})")
    tries = list(dict.fromkeys(tries))
    return (f"(repeat' split) <;> first | {' | '.join(tries)}",) if len(tries) > 2 else None  # noqa: PLR2004 - one about bits


def _script(goal: str, hypotheses: Sequence[tuple[str, str]]) -> tuple[str, ...] | None:
    """Return lines that prove one equation: without hypotheses, with the equations among them, with the bounds as well."""
    sides = relation(goal)
    if sides is None or sides[1] != "=":
        return None
    lowering = Lowering()
    left, right = lowering.lowered(sides[0]), lowering.lowered(sides[2])
    if left == right and lowering.steps:
        return lowering.lines
    known = [(name, found) for h in hypotheses for name, text in _conjuncts(*h) if (found := relation(text)) is not None]
    own = ir.variables(left) | ir.variables(right)
    known = [(name, both) for name, both in known if own & (ir.variables(both[0]) | ir.variables(both[2]))]
    equal = [(name, (a, b)) for name, (a, sign, b) in known if sign == "="]
    bounded = _bounds([found for _, found in known])
    tries: list[tuple[Sequence[tuple[str, tuple[Expr, Expr]]], dict[Expr, int]]] = [([], {})]
    tries += [(equal, {})] if equal else []
    tries += [(equal, bounded)] if bounded else []
    for (given, widths), shifts in itertools.product(tries, (False, True)):
        lines = _applied((left, right), given, widths, shifts=shifts)
        if lines is not None:
            return (*lowering.lines, *lines)
    return None


def _conjuncts(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield what a hypothesis says, one by one, each as a projection of it."""
    parts = split_top(unwrapped(text), "∧")
    if len(parts) == 1:
        yield name, text
        return
    for i, part in enumerate(parts):
        yield from _conjuncts(name + ".2" * i + (".1" if i < len(parts) - 1 else ""), part)


def _bounds(known: Sequence[tuple[Expr, str, Expr]]) -> dict[Expr, int]:
    """Return how many bits hold each variable that is known not to be negative and to lie below a literal."""
    least, most = list[Expr](), dict[Expr, int]()
    for left, sign, right in known:
        low, high = (left, right) if sign in ("≤", "<") else (right, left)
        if isinstance(low, ir.Const) and low.value >= 0 and sign != "=":
            least.append(high)
        if isinstance(high, ir.Const) and sign != "=":
            largest = int(high.value) - (sign in ("<", ">"))
            most[low] = min(largest, most.get(low, largest))
    return {e: most[e].bit_length() for e in least if e in most and isinstance(e, ir.Var)}


def _applied(
    sides: tuple[Expr, Expr], given: Sequence[tuple[str, tuple[Expr, Expr]]], widths: dict[Expr, int], *, shifts: bool
) -> tuple[str, ...] | None:
    """Return lines that prove an equation from others, each by its proof, and from the widths of some variables.

    With `shifts` what a right shift is is used as well; else it is a variable like others.
    """
    reading = _Reading(shifts)
    due = reading.term(sides[0]), reading.term(sides[1])
    facts: list[Fact] = [((reading.term(t), reading.term(u)), name) for name, (t, u) in given]
    held = [(reading.term(e), width) for e, width in widths.items()]
    facts += [((t, Stream("trim", (t,), width)), _BY_OMEGA) for t, width in held]
    if shifts and not reading.quotients:
        return None
    facts += [(pair, _BY_OMEGA) for pair in reading.quotients.values()]
    if reading.ahead:  # what a quotient's bits are shows later; so the sides are compared as much later
        due = Stream("left", (due[0],), 1 << reading.ahead), Stream("left", (due[1],), 1 << reading.ahead)
    machine = Automaton((*(pair for pair, _ in facts), due), len(reading.variables))
    layers = machine.layers()
    if layers is None:
        return None
    premises = [f"({machine.text(t)}, {machine.text(u)})" for t, u in machine.equations[:-1]]
    proof = "(List.forall_mem_nil _)"
    for _, one in reversed(facts):
        proof = f"(List.forall_mem_cons.2 ⟨{one}, {proof}⟩)"
    terms = f"{machine.text(due[0])} {machine.text(due[1])} [{', '.join(map(machine.columns, layers))}]"
    call = f"Stream.eq_of_follows {len(reading.variables)} [{', '.join(premises)}] {terms} (by decide)"
    return f"have e := {call} [{', '.join(reading.variables)}] rfl {proof}", f"simp only [{_EVAL}] at e", _CLOSING


@dataclass(slots=True)
class _Reading:
    """Reads expressions as terms; what is no bit expression is a variable, by its text."""

    with_shifts: bool
    variables: dict[str, int] = field(default_factory=dict)
    quotients: dict[Stream, Equation] = field(default_factory=dict)
    """what is known of the variables that stand for right shifts"""
    shifts: dict[Stream, int] = field(default_factory=dict)
    """how many bits later it shows what such a variable's bits are"""

    @property
    def ahead(self) -> int:
        """How many bits later everything shows."""
        return max(self.shifts.values(), default=0)

    def _product(self, side: str, factor: int, operand: Expr) -> Stream:
        if factor < 0:
            return Stream("neg", (self._product(side, -factor, operand),))
        return Stream(side, (self.term(operand),), factor)

    def term(self, e: Expr) -> Stream:
        """Return an expression as a term."""
        match e:
            case ir.Const(v):
                return Stream("const", (), int(v))
            case ir.Binary("sub", ir.Unary("neg", operand), ir.Const(1)):
                return Stream("not", (self.term(operand),))
            case ir.Unary("neg", operand):
                return Stream("neg", (self.term(operand),))
            case ir.Binary("and" | "or" | "xor" | "add" | "sub" as op, left, right):
                return Stream(op, (self.term(left), self.term(right)))
            case ir.Binary("mul", ir.Const(c), operand) if abs(c) <= LARGEST_FACTOR:
                return self._product("left", int(c), operand)
            case ir.Binary("mul", operand, ir.Const(c)) if abs(c) <= LARGEST_FACTOR:
                return self._product("right", int(c), operand)
            case ir.Binary("mod", operand, ir.Const(c)) if (k := log(int(c))) is not None:
                return Stream("trim", (self.term(operand),), k)
        variable = Stream("var", (), self.variables.setdefault(text_of(e), len(self.variables)))
        match e:
            case _ if not self.with_shifts:
                pass
            case ir.Binary("floordiv", operand, ir.Const(c)) if (k := log(int(c))) is not None and k <= LARGEST_SHIFT:
                whole = self.term(operand)
                exact = Stream("sub", (whole, Stream("trim", (whole,), k)))
                self.quotients[variable] = exact, Stream("left", (variable,), int(c))
                self.shifts[variable] = k + max((self.shifts.get(t, 0) for t in whole.terms), default=0)
        return variable
