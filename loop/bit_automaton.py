"""Equations between bit expressions as automata over the bits of their variables, least first: which states they reach.

The terms are those of `lean/QED/BitStreams.lean`, where the proof is checked. The states are found here, by running both sides,
and written down as Lean reads them: in layers, and each bit of the state as a column over the states of its layer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

MOST_VARIABLES: Final = 6
MOST_LANES: Final = 1 << 15
"""most pairs of a state and a choice of bits that are looked at"""
MOST_CELLS: Final = 8_000
"""most bits of states that Lean looks at in all layers: some ten seconds of its time"""
MOST_TERMS: Final = 300
MOST_STEPS: Final = 130
"""bits of the longest literal or mask"""
_FACTORS: Final = ("left", "right")


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
    def looked_at(self) -> int:
        """How many bits of each state Lean looks at: those of equal terms more than once."""
        return sum(t.held for t in self.terms)

    @property
    def steps(self) -> int:
        """After so many steps nothing but the sign is left of each literal."""
        literals = [t.number.bit_length() for t in self.terms if t.op == "const"]
        return max([0, *literals, *(t.number for t in self.terms if t.op == "trim")])

    def layers(self) -> list[list[int]] | None:
        """Return the states that are reached at each step, the last ones at all later steps; None where the proof would fail.

        It would where the two sides write different bits; and where there is too much to look at it is not begun.
        """
        found, left = [[0]], MOST_LANES >> self.variables
        if self.variables > MOST_VARIABLES or self.steps > MOST_STEPS or sum(1 for _ in self.terms) > MOST_TERMS:
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
                if self.looked_at * (len(reached) + sum(map(len, found[:j]))) > MOST_CELLS:
                    return None
            found.append(list(reached))
        return [*found[:-2], found[-1]]

    def columns(self, states: Sequence[int]) -> str:
        """Return a layer in Lean."""
        columns = [sum((s >> i & 1) << k for k, s in enumerate(states)) for i in range(self.width)]
        return f"⟨{len(states)}, {(1 << len(states)) - 1}, [{', '.join(map(str, columns))}]⟩"

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
        held = self._bit(at)
        if t.op == "neg":
            self.next[at] = low[0] | held
            return low[0] ^ held
        first = low[0] if t.op == "add" else self.mask ^ low[0]
        self.next[at] = first & low[1] | held & (first | low[1])
        return low[0] ^ low[1] ^ held

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
