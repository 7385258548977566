"""Scripts for equations between bit expressions, for all ints at once: an equation and premises -> lines that Lean computes with.

The two sides are automata over the bits of their variables, least first (`lean/QED/BitStreams.lean`). The states that they reach
are found here by running them, and handed to Lean as columns; there it is checked that no other is reached and that both sides
write the same bits in each. Where they do not, the equation does not hold, or not for a reason that shows in its bits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from loop.lean_terms import equation, text_of
from verify import ir
from verify.ir import Expr

MOST_VARIABLES: Final = 6
MOST_LANES: Final = 1 << 15
"""most pairs of a state and a choice of bits that a step of the proof looks at"""
MOST_STATES: Final = 4096
"""most states in all layers"""
LARGEST_FACTOR: Final = 1 << 10
"""literal factors above this make a product opaque; so are literals below this in absolute value followed bit by bit"""
LARGEST_SHIFT: Final = 8
"""right shifts by more make a quotient opaque"""
MOST_STEPS: Final = 130
"""bits of the longest literal or mask"""

MOST_ATTEMPTS: Final = 2
_FACTORS: Final = ("left", "right")
_EVAL: Final = (
    "Stream.eval, ofDigits, List.getD_cons_zero, List.getD_cons_succ, Bool.toInt_true, Bool.toInt_false, "
    "Int.reduceMul, Int.reduceAdd, Int.reduceNeg, Int.reducePow"
)


@dataclass(frozen=True, slots=True)
class Stream:
    """A term of `QED.Stream` without the numbers of its bits of state; `number` is a variable, a literal, a factor or a width."""

    op: str
    operands: "tuple[Stream, ...]" = ()
    number: int = 0

    @property
    def held(self) -> int:
        """How many bits of the state are its own."""
        return self.number.bit_length() if self.op in _FACTORS else int(self.op in ("neg", "add", "sub"))

    @property
    def terms(self) -> "Iterator[Stream]":
        """All terms in it, operands before what they are operands of."""
        for operand in self.operands:
            yield from operand.terms
        yield self


Equation: TypeAlias = tuple[Stream, Stream]


@dataclass(slots=True)
class Automaton:
    """Equations as automata that read the same variables; the last one is to be proved, the others are premises."""

    equations: tuple[Equation, ...]
    variables: int
    slots: dict[Stream, int] = field(default_factory=dict)
    """the first bit of the state that is a term's own; equal terms share theirs"""
    width: int = 0

    def __post_init__(self) -> None:
        """Number the bits of the state."""
        for t in self.terms:
            if t.held and t not in self.slots:
                self.slots[t] = self.width
                self.width += t.held

    @property
    def terms(self) -> Iterator[Stream]:
        """The terms of all equations."""
        return (t for pair in self.equations for side in pair for t in side.terms)

    @property
    def steps(self) -> int:
        """After so many steps nothing but the sign is left of each literal."""
        return max((t.number if t.op == "trim" else t.number.bit_length() for t in self.terms if t.op in ("const", "trim")), default=0)

    def layers(self) -> list[list[int]] | None:
        """Return the states that are reached at each step, the last ones at all later steps; None where the proof would fail.

        It would where the two sides write different bits, or where there are too many states.
        """
        found, left = [[0]], MOST_LANES >> self.variables
        if self.variables > MOST_VARIABLES or self.steps > MOST_STEPS:
            return None
        for j in range(self.steps + 1):
            reached = dict.fromkeys(found[-1]) if j == self.steps else {}
            due = found[-1]
            while due:
                left -= len(due)
                after = [_Turn(self, j, state).after() for state in due] if left >= 0 else [None]
                if None in after:
                    return None
                new = dict.fromkeys(s for states in after for s in states or () if s not in reached)
                reached |= new
                due = list(new) if j == self.steps else []
            found.append(list(reached))
        return [*found[:-2], found[-1]]

    def columns(self, states: Sequence[int]) -> str:
        """Return a layer in Lean."""
        columns = [sum((s >> i & 1) << k for k, s in enumerate(states)) for i in range(self.width)]
        return f"⟨{len(states)}, [{', '.join(map(str, columns))}]⟩"

    def text(self, t: Stream) -> str:
        """Return a term in Lean."""
        operands = " ".join(map(self.text, t.operands))
        match t.op:
            case "var":
                return f"(.var {t.number})"
            case "const":
                return f"(.const {t.number})" if t.number >= 0 else f"(.const ({t.number}))"
            case "trim":
                return f"(.trim {t.number} {operands})"
            case "left" | "right":
                digits = ", ".join("true" if t.number >> i & 1 else "false" for i in range(t.held))
                return f"(.scale {'true' if t.op == 'left' else 'false'} {self.slots.get(t, 0)} [{digits}] {operands})"
        own = f" {self.slots[t]}" if t.held else ""
        return f"(.{t.op}{own} {operands})"


class _Turn:
    """One step from one state, on all choices of bits of the variables at once: a bit is a column over these."""

    def __init__(self, machine: Automaton, j: int, state: int) -> None:
        self.machine, self.j, self.state = machine, j, state
        self.width = 1 << machine.variables
        self.mask = (1 << self.width) - 1
        self.low: dict[Stream, int] = {}
        self.next: dict[int, int] = {}

    def after(self) -> set[int] | None:
        """Return the states that may follow; None where the sides write different bits."""
        differ = [self.written(t) ^ self.written(u) for t, u in self.machine.equations]
        live = self.mask
        for column in differ[:-1]:
            live &= ~column
        if differ[-1] & live:
            return None
        choices = (c for c in range(self.width) if live >> c & 1)
        return {sum((column >> c & 1) << i for i, column in self.next.items()) for c in choices}

    def written(self, t: Stream) -> int:
        """Return what a term writes, and put down what it holds afterwards."""
        if t not in self.low:
            self.low[t] = self._write(t, [self.written(o) for o in t.operands])
        return self.low[t]

    def _write(self, t: Stream, low: Sequence[int]) -> int:
        match t.op:
            case "var":
                return sum(1 << c for c in range(self.width) if c >> t.number & 1)
            case "const":
                return self.mask if t.number >> self.j & 1 else 0
            case "and":
                return low[0] & low[1]
            case "or":
                return low[0] | low[1]
            case "xor":
                return low[0] ^ low[1]
            case "not":
                return self.mask ^ low[0]
            case "trim":
                return low[0] if self.j < t.number else 0
            case "left" | "right":
                return self._product(t, low[0])
        at = self.machine.slots[t]
        a, b, c = (self.mask if t.op == "neg" else low[0]), low[-1], self._bit(at)
        first = a if t.op == "add" else self.mask ^ a
        if t.op == "neg":
            self.next[at] = b | c
            return b ^ c
        self.next[at] = first & b | c & (first | b)
        return a ^ b ^ c

    def _product(self, t: Stream, low: int) -> int:
        """Add what a factor makes of a bit to what is held of earlier ones."""
        at, carry, written = self.machine.slots.get(t, 0), 0, []
        for i in range(t.held):
            a, b = (low if t.number >> i & 1 else 0), self._bit(at + i)
            written.append(a ^ b ^ carry)
            carry = a & b | carry & (a | b)
        written.append(carry)
        self.next |= {at + i: column for i, column in enumerate(written[1:])}
        return written[0]

    def _bit(self, i: int) -> int:
        return self.mask if self.state >> i & 1 else 0


@dataclass(slots=True)
class _Reading:
    """Reads expressions as terms; what is no bit expression is a variable, by its text."""

    variables: dict[str, int] = field(default_factory=dict)
    quotients: dict[Stream, Equation] = field(default_factory=dict)
    """what is known of the variables that stand for right shifts"""

    def term(self, e: Expr) -> Stream:
        match e:
            case ir.Const(v):
                return Stream("const", (), int(v))
            case ir.Binary("sub", ir.Unary("neg", operand), ir.Const(1)):
                return Stream("not", (self.term(operand),))
            case ir.Unary("neg", operand):
                return Stream("neg", (self.term(operand),))
            case ir.Binary("and" | "or" | "xor" | "add" | "sub" as op, left, right):
                return Stream(op, (self.term(left), self.term(right)))
            case ir.Binary("mul", ir.Const(c), operand) if 0 <= c <= LARGEST_FACTOR:
                return Stream("left", (self.term(operand),), int(c))
            case ir.Binary("mul", operand, ir.Const(c)) if 0 <= c <= LARGEST_FACTOR:
                return Stream("right", (self.term(operand),), int(c))
            case ir.Binary("mod", operand, ir.Const(c)) if c > 0 and c & (c - 1) == 0:
                return Stream("trim", (self.term(operand),), int(c).bit_length() - 1)
        variable = Stream("var", (), self.variables.setdefault(text_of(e), len(self.variables)))
        match e:
            case ir.Binary("floordiv", operand, ir.Const(c)) if 0 < c <= 1 << LARGEST_SHIFT and c & (c - 1) == 0:
                whole = self.term(operand)
                exact = Stream("sub", (whole, Stream("trim", (whole,), int(c).bit_length() - 1)))
                self.quotients[variable] = exact, Stream("left", (variable,), int(c))
        return variable


def bit_script(goal: str, hypotheses: Sequence[tuple[str, str]] = ()) -> tuple[str, ...] | None:
    """Return lines that prove an equation from hypotheses, each a name and a proposition; None where they would not.

    Hypotheses that are no equations of ints are not looked at.
    """
    sides = equation(goal)
    if sides is None:
        return None
    reading = _Reading()
    given = [(name, both) for name, proposition in hypotheses if (both := equation(proposition)) is not None]
    premises = [((reading.term(t), reading.term(u)), name) for name, (t, u) in given]
    due = reading.term(sides[0]), reading.term(sides[1])
    premises += [(pair, f"(by simp only [{_EVAL}]; omega)") for pair in reading.quotients.values()]
    machine = Automaton((*(pair for pair, _ in premises), due), len(reading.variables))
    layers = machine.layers()
    if layers is None:
        return None
    equations = [f"({machine.text(t)}, {machine.text(u)})" for t, u in machine.equations[:-1]]
    proof = "(List.forall_mem_nil _)"
    for _, one in reversed(premises):
        proof = f"(List.forall_mem_cons.2 ⟨{one}, {proof}⟩)"
    applied = (
        f"have e := Stream.eq_of_follows {len(reading.variables)} [{', '.join(equations)}] {machine.text(due[0])} {machine.text(due[1])}"
        f" [{', '.join(map(machine.columns, layers))}] (by decide) [{', '.join(reading.variables)}] rfl {proof}"
    )
    return applied, f"simp only [{_EVAL}] at e", "exact e"
