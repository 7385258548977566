"""What a program gives on inputs, by each reading of it: CPython, the interpreter, the plain count, SMT.

A further reading is a class with a `name` and `outcomes`; it is handed to `compare.Comparer`.
"""

import ast
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol

import z3  # type: ignore[import-untyped]

from tests.fuzz.counting import FAULTS, Counting
from tests.fuzz.values import Arguments
from verify import bit_run, interpreter, smt, ticks
from verify.functions import definitions, to_functions
from verify.ir import Program, Value
from verify.limits import DEFAULT
from verify.source import to_source
from verify.types import copied, has_list

LIMITS: Final = dataclasses.replace(DEFAULT, run_ticks=20_000, run_bits=4_096)
SOME: Final = "some exception"
"""what raised, where a reading does not say which"""
CHANGED: Final = "changed its arguments"
WEIGHTS: Final = MappingProxyType(dict(zip(ticks.TABLE, (2, 3, 5, 7, 11, 13, 17, 19, 23), strict=True)))
"""a price of its own for each kind, so that a charge of the wrong kind shows"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value, or the name of what was raised; `ticks` where the reading counts them and they are defined."""

    value: Value | None
    raised: str = ""
    ticks: int | None = None

    def __str__(self) -> str:
        """Return it as a message names it."""
        at = "" if self.ticks is None else f" at {self.ticks}"
        return f"raises {self.raised}" if self.raised else f"{self.value!r}{at}"


@dataclass(frozen=True, slots=True)
class Case:
    """A program, as text and as the tree that the reader makes of it."""

    text: str
    program: Program


class Reading(Protocol):
    """One meaning of the language."""

    name: str

    def outcomes(self, case: Case, inputs: Sequence[Arguments]) -> Sequence[Outcome | None]:
        """Return what the program gives on each input; None where this reading does not say, be it for its limits."""


def read(text: str) -> Case:
    """Read the function `f` of a file. Raises Refusal."""
    source = to_source(text.encode(), "f.py", LIMITS)
    return Case(text, to_functions(source, definitions(source), frozenset())["f"].program(source))


@contextmanager
def weighted() -> Iterator[None]:
    """Give each kind of tick a price of its own."""
    plain = ticks.TABLE
    for module in (ticks, interpreter, bit_run):
        setattr(module, "TABLE", WEIGHTS)  # noqa: B010 - what is a constant elsewhere
    try:
        yield
    finally:
        for module in (ticks, interpreter, bit_run):
            setattr(module, "TABLE", plain)  # noqa: B010 - as above


# -- CPython --------------------------------------------------------------------------------------------------------------------


class TooLong(BaseException):
    """A result would be too long to compute; no handler in a program's way may take it for one of the program's own."""


def _times(a: Any, b: Any) -> Any:
    if isinstance(a, list) or isinstance(b, list):
        items, n = (a, b) if isinstance(a, list) else (b, a)
        if abs(n) * max(1, len(items)) > 4 * LIMITS.run_ticks:
            raise TooLong
    elif a.bit_length() + b.bit_length() > 2 * LIMITS.run_bits:
        raise TooLong
    return a * b


def _power(a: int, b: int, m: int | None = None) -> int:
    if b < 0:
        raise ValueError
    if (m is None and a.bit_length() * b > 2 * LIMITS.run_bits) or b.bit_length() > 2 * LIMITS.run_bits:
        raise TooLong
    return int(a**b) if m is None else pow(a, b, m)


def _shifted(a: int, b: int) -> int:
    if b > 2 * LIMITS.run_bits and a:
        raise TooLong
    return a << b


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if (found.stop - found.start) // found.step > 4 * LIMITS.run_ticks:
        raise TooLong
    return found


GUARDED: Final = {ast.Mult: "_times", ast.Pow: "_power", ast.LShift: "_shifted"}
SPACE: Final = {"_times": _times, "_power": _power, "_shifted": _shifted, "range": _range, "pow": _power}


class _Guards(ast.NodeTransformer):
    """Puts functions where operators stand that can make what is too long, or that mean something else for negative ints."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return self.call(node, node.op, node.left, node.right) if type(node.op) in GUARDED else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in GUARDED:
            return node
        left = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.copy_location(ast.Assign([node.target], self.call(node, node.op, left, node.value)), node)

    @staticmethod
    def call(node: ast.AST, op: ast.operator, left: ast.expr, right: ast.expr) -> ast.Call:
        name = ast.copy_location(ast.Name(GUARDED[type(op)], ast.Load()), node)
        return ast.copy_location(ast.Call(name, [left, right], []), node)


class InPython:
    """CPython itself."""

    name = "CPython"

    def outcomes(self, case: Case, inputs: Sequence[Arguments]) -> list[Outcome | None]:
        """Run the text; the exceptions are those of `f`, and a changed argument counts as one."""
        space: dict[str, Any] = dict(SPACE)
        tree = _Guards().visit(ast.parse(case.text))
        exec(compile(tree, "<generated>", "exec"), space)  # noqa: S102 - text from the generator
        return [self.outcome(space["f"], arguments) for arguments in inputs]

    @staticmethod
    def outcome(f: Any, arguments: Arguments) -> Outcome | None:
        own = [copied(v) for v in arguments]
        try:
            found = Outcome(f(*own))
        except TooLong:
            return None
        except Exception as fault:  # noqa: BLE001 - whatever it raises is the outcome
            found = Outcome(None, type(fault).__name__)
        return found if same(tuple(own), arguments) else Outcome(found.value, CHANGED)


# -- the tree -------------------------------------------------------------------------------------------------------------------


class InInterpreter:
    """`verify.interpreter`."""

    name = "interpreter"

    def outcomes(self, case: Case, inputs: Sequence[Arguments]) -> list[Outcome | None]:
        """Run the tree; what the interpreter itself breaks with is an outcome, too, and agrees with nothing."""
        try:
            machine = interpreter.Interpreter(case.program, LIMITS)
        except Exception as fault:  # noqa: BLE001 - a bug of the interpreter
            return [Outcome(None, f"{type(fault).__name__} (in the interpreter): {fault}") for _ in inputs]
        return [self.outcome(machine, arguments) for arguments in inputs]

    @staticmethod
    def outcome(machine: interpreter.Interpreter, arguments: Arguments) -> Outcome | None:
        own = [copied(v) for v in arguments]
        try:
            ran = machine.run(own)
        except interpreter.OutOfFuel:
            return None
        except Exception as fault:  # noqa: BLE001 - a bug of the interpreter
            return Outcome(None, f"{type(fault).__name__} (in the interpreter): {fault}")
        if not same(tuple(own), arguments):
            return Outcome(ran.value, CHANGED)
        return Outcome(None, ran.raised) if ran.raised else Outcome(ran.value, "", ran.ticks)


class Plainly:
    """`counting`: the same tree once more."""

    name = "plain count"

    def outcomes(self, case: Case, inputs: Sequence[Arguments]) -> list[Outcome | None]:
        """Run the tree."""
        return [self.outcome(case.program, arguments) for arguments in inputs]

    @staticmethod
    def outcome(program: Program, arguments: Arguments) -> Outcome:
        machine = Counting(dict(zip((p.name for p in program.parameters), arguments, strict=True)))
        try:
            value = machine.run(program)
        except FAULTS as fault:
            return Outcome(None, type(fault).__name__)
        return Outcome(value, "", machine.ticks if machine.known else None)


def same(one: object, other: object) -> bool:
    """Say whether two values are equal and of the same types throughout."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


# -- SMT ------------------------------------------------------------------------------------------------------------------------


class Smt:
    """`verify.smt`, evaluated at points."""

    def __init__(self, *, symbolic: bool) -> None:
        """Execute over variables with values put in afterwards, where `symbolic`, or else over the values themselves."""
        self.symbolic = symbolic
        self.name = f"SMT {'over variables' if symbolic else 'at points'}"

    def outcomes(self, case: Case, inputs: Sequence[Arguments]) -> list[Outcome | None]:
        """Execute the program; None beyond the bounds of the symbolic execution."""
        if not self.symbolic:
            return [self.at_point(case.program, arguments) for arguments in inputs]
        names = smt.variables(case.program.parameters)
        ran = smt.execute(case.program, names, 3)
        return [self.over_variables(ran, case.program, names, arguments) for arguments in inputs]

    def at_point(self, program: Program, arguments: Arguments) -> Outcome | None:
        literals = {p.name: smt.literal(v) for p, v in zip(program.parameters, arguments, strict=True)}
        return self.outcome(smt.execute(program, literals, 12), z3.simplify)

    def over_variables(self, ran: smt.Execution, program: Program, names: smt.Terms, arguments: Arguments) -> Outcome | None:
        """Put values in for ints, bools and tuples of those; lists are not read over variables here."""
        if any(has_list(p.type) for p in program.parameters):
            return None
        swap = [pair for p, v in zip(program.parameters, arguments, strict=True) for pair in pairs(names[p.name], v)]
        return self.outcome(ran, lambda term: z3.simplify(z3.substitute(term, swap)))

    @staticmethod
    def outcome(ran: smt.Execution, evaluate: Callable[[z3.ExprRef], z3.ExprRef]) -> Outcome | None:
        returned, raised, cut = (bool(z3.is_true(evaluate(x))) for x in (ran.returned, ran.raised, ran.cut))
        if returned + raised + cut != 1:
            return Outcome(None, f"not exactly one of returned {returned}, raised {raised} and cut {cut}")
        if cut or raised or ran.value is None:
            return None if cut else Outcome(None, SOME)
        return Outcome(smt.concrete(ran.value, evaluate))


def pairs(term: Any, value: Value) -> Iterator[tuple[z3.ExprRef, z3.ExprRef]]:
    """Yield the variables of a parameter, and the literals that stand for them."""
    if isinstance(value, tuple):
        for t, v in zip(term, value, strict=True):
            yield from pairs(t, v)
    else:
        yield term, smt.literal(value)
