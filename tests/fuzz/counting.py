"""The meaning of the typed tree and its ticks once more, as plainly as can be, so as not to share the interpreter's mistakes.

Lists are values here, and nothing is changed in place. What is charged follows the comments of `verify.ticks.TABLE`, not `cost`.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from verify import ir, ticks
from verify.ir import Expr, Program, Value
from verify.types import ListOf, TupleOf, Type

FAULTS: Final = (ZeroDivisionError, ValueError, IndexError)
ARITHMETIC: Final[dict[str, Callable[[int, int], int]]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b, "pow": lambda a, b: int(a**natural(b)), "lshift": lambda a, b: a << b,
    "rshift": lambda a, b: a >> b, "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b,
}  # fmt: skip
RELATION: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
}  # fmt: skip
FOLDS: Final[dict[str, Any]] = {"sum": sum, "min": min, "max": max, "all": all, "any": any}


class _Break(Exception):  # noqa: N818 - control flow
    pass


class _Continue(Exception):  # noqa: N818 - control flow
    pass


class _Return(Exception):  # noqa: N818 - control flow
    pass


def natural(exponent: int) -> int:
    if exponent < 0:
        raise ValueError
    return exponent


def compared(value: Any, t: Type) -> int:
    """Return what comparing a value looks at: the scalars of a tuple, the elements of a list; a list in a tuple is one."""
    match t:
        case ListOf():
            return len(value)
        case TupleOf(parts):
            return 1 if any(not flat(p) for p in parts) else sum(compared(v, p) for v, p in zip(value, parts, strict=True))
        case _:
            return 1


def flat(t: Type) -> bool:
    return all(map(flat, t.parts)) if isinstance(t, TupleOf) else not isinstance(t, ListOf)


class Counting:
    """Runs blocks and evaluates expressions in a state; `ticks` is what has been paid, `known` whether that is defined."""

    def __init__(self, state: dict[str, Value]) -> None:
        self.state, self.ticks, self.known = state, 0, True
        self.program: Program | None = None

    def pay(self, what: str, times: int = 1) -> None:
        self.ticks += ticks.TABLE[what] * times

    # -- expressions ----------------------------------------------------------------------------------------------------

    def value(self, e: Expr) -> Any:  # noqa: PLR0912 - one arm a construct
        match e:
            case ir.Const(value):
                return value
            case ir.Var(name):
                return self.state[name]
            case ir.Unary("truth", operand):
                value = self.value(operand)
                return value != 0 if operand.type == "int" else len(value) > 0
            case ir.Unary(op, operand):
                value = self.value(operand)
                self.pay("call" if op == "abs" else "operator")
                return abs(value) if op == "abs" else -value if op == "neg" else -value - 1 if op == "invert" else not value
            case ir.Binary(op, left, right):
                a, b = self.value(left), self.value(right)
                self.pay("operator")
                return ARITHMETIC[op](a, b)
            case ir.ModularPower(base, exponent, modulus):
                a, b, m = self.value(base), self.value(exponent), self.value(modulus)
                self.pay("call")
                return pow(a, natural(b), m)
            case ir.Extremum(op, operands):
                values = [self.value(o) for o in operands]
                self.pay("extremum_operand", len(values))
                return min(values) if op == "min" else max(values)
            case ir.Choice(test, then, orelse):
                c = self.value(test)
                self.pay("branch_test")
                return self.value(then if c else orelse)
            case ir.Logic(op, operands):
                value = self.value(operands[0])
                for operand in operands[1:]:
                    if value == (op == "or"):
                        return value
                    self.pay("operator")
                    value = self.value(operand)
                return value
            case ir.Compare():
                return self.chain(e)
            case ir.Divided((ir.Binary(_, left, right), _)):
                a, b = self.value(left), self.value(right)
                self.pay("operator", 2)
                self.pay("element", 2)
                return divmod(a, b)
            case ir.Tuple(items) | ir.List(items):
                values = [self.value(i) for i in items]
                self.pay("element", len(values))
                return tuple(values) if isinstance(e, ir.Tuple) else values
            case ir.Part(operand, place):
                value = self.value(operand)
                self.pay("index")
                return value[place]
            case ir.Apply(helper, arguments):
                return self.applied(helper, [self.value(a) for a in arguments])
            case _:
                return self.sequence(e)

    def applied(self, helper: ir.Helper, arguments: list[Value]) -> Any:
        self.pay("call")
        inner = Counting(dict(zip((p.name for p in helper.program.parameters), arguments, strict=True)))
        if not inner.value(helper.require):
            raise ValueError
        inner.ticks = 0
        value = inner.run(helper.program)
        self.ticks, self.known = self.ticks + inner.ticks, self.known and inner.known
        return value

    def chain(self, e: ir.Compare) -> bool:
        left = self.value(e.operands[0])
        for relation, operand in zip(e.relations, e.operands[1:], strict=True):
            right = self.value(operand)
            self.pay("comparison")
            if operand.type not in ("int", "bool"):
                self.pay("element", compared(left, operand.type))
            if not RELATION[relation](left, right):
                return False
            left = right
        return True

    def sequence(self, e: Expr) -> Any:  # noqa: PLR0912 - one arm a construct
        match e:
            case ir.Item(operand, index):
                values, i = self.value(operand), self.value(index)
                self.pay("index")
                return values[place(values, i)]
            case ir.Slice(operand, start, stop):
                values = self.value(operand)
                low = 0 if start is None else self.clamped(start, values)
                high = len(values) if stop is None else self.clamped(stop, values)
                self.pay("index")
                return self.copied([values[i] for i in range(low, high)])
            case ir.Reverse(operand):
                values = self.value(operand)
                self.pay("index")
                return self.copied([values[len(values) - 1 - i] for i in range(len(values))])
            case ir.Join(left, right):
                one, other = self.value(left), self.value(right)
                self.pay("index")
                return self.copied([*one, *other])
            case ir.Repeat(operand, count):
                values, n = self.value(operand), self.value(count)
                self.pay("index")
                return self.copied([values[i % len(values)] for i in range(max(n, 0) * len(values))])
            case ir.Length(operand):
                values = self.value(operand)
                self.pay("call")
                return len(values)
            case ir.Member(item, operand) | ir.Count(item, operand):
                if isinstance(e, ir.Member):
                    wanted, values = self.value(item), self.value(operand)
                else:
                    values, wanted = self.value(operand), self.value(item)
                self.gone_over(values)
                found = sum(1 for v in values if v == wanted)
                return found if isinstance(e, ir.Count) else found > 0
            case ir.Fold(op, operand):
                return self.fold(op, operand)
            case ir.Span(start, stop, step):
                return self.span(start, stop, step)
            case ir.Each():
                return [v for v in self.elements(e, None) if v is not None]
            case ir.Updated(operand, index, value):
                due = self.value(value)
                values, i = self.value(operand), self.value(index)
                self.pay("index")
                k = place(values, i)
                return [due if j == k else v for j, v in enumerate(values)]
            case ir.Appended(operand, item):
                values, last = self.value(operand), self.value(item)
                self.pay("call")
                return [*values, last]
            case ir.Extended(operand, more):
                values, others = self.value(operand), self.value(more)
                self.gone_over(others)
                return [*values, *others]
            case ir.Popped(operand):
                values = self.value(operand)
                self.pay("call")
                if not values:
                    raise IndexError
                return values[:-1]
        raise TypeError(f"{type(e).__name__} is no expression")

    def gone_over(self, values: Sequence[Value]) -> None:
        self.pay("call")
        self.pay("element", len(values))

    def copied(self, values: list[Value]) -> list[Value]:
        self.pay("element", len(values))
        return values

    def clamped(self, bound: Expr, values: Sequence[Value]) -> int:
        i: int = self.value(bound)
        return max(0, min(len(values), i + len(values) if i < 0 else i))

    def span(self, start: Expr, stop: Expr, step: Expr) -> list[int]:
        i, end, width = self.value(start), self.value(stop), self.value(step)
        self.pay("call")
        if width == 0:
            raise ValueError
        found = []
        while i < end if width > 0 else i > end:
            found.append(i)
            i += width
        return found

    def fold(self, op: str, operand: Expr) -> Any:
        if isinstance(operand, ir.Each):
            values = [v for v in self.elements(operand, {"all": False, "any": True}.get(op)) if v is not None]
            self.pay("call")
        else:
            values = self.value(operand)
            self.gone_over(values)
        if op in ("min", "max") and not values:
            raise ValueError
        function: Callable[[list[Any]], Any] = FOLDS[op]
        return function(values)

    def elements(self, e: ir.Each, stop: bool | None) -> list[Any]:  # noqa: FBT001 - a value, and no option
        """Return what a comprehension makes, None for what its test leaves out.

        A generator that ends with the first `stop` is charged for the rest all the same; if that raises, ticks are not defined.
        """
        out: list[Any] = []
        for value in self.value(e.source):
            self.pay("loop_step")
            self.pay("assignment")
            self.state[e.variable.name] = value
            decided = stop is not None and any(v is stop for v in out)
            try:
                kept = True
                if e.test is not None:
                    kept = self.value(e.test)
                    self.pay("branch_test")
                out.append(self.value(e.element) if kept else None)
            except FAULTS:
                if not decided:
                    raise
                self.known = False
        self.pay("loop_step")
        return out

    # -- statements -----------------------------------------------------------------------------------------------------

    def run(self, program: Program) -> Any:
        """Return what a program returns; its parameters are in the state."""
        self.program = program
        try:
            self.block(program.body)
        except _Return as outcome:
            return outcome.args[0]
        raise TypeError("a program ends in a return")

    def block(self, block: ir.Block) -> None:
        for s in block:
            self.statement(s)

    def statement(self, s: ir.Statement) -> None:
        match s:
            case ir.Assign(targets, values):
                found = [self.value(v) for v in values]
                if not s.free:
                    self.pay("assignment", len(targets))
                self.state.update(zip(targets, found, strict=True))
            case ir.Call():
                self.call(s)
            case ir.Return(value):
                raise _Return(self.value(value))
            case ir.Break():
                raise _Break
            case ir.Continue():
                raise _Continue
            case ir.If(test, then, orelse):
                c = self.value(test)
                self.pay("branch_test")
                self.block(then if c else orelse)
            case ir.While(test=test):
                self.turns(s, lambda: self.value(test))
            case ir.For(variable=variable, start=start, stop=stop, step=step):
                self.over(s, variable, self.span(start, stop, step))
            case ir.ForEach(variable=variable, source=source):
                self.over(s, variable, self.value(source))

    def call(self, s: ir.Call) -> None:
        """Run the program itself, in a state of its own."""
        values = [self.value(v) for v in s.arguments]
        self.pay("call")
        if self.program is None or self.program.name != s.function:
            raise TypeError("a function calls itself only")
        inner = Counting(dict(zip((p.name for p in self.program.parameters), values, strict=True)))
        self.state[s.target] = inner.run(self.program)
        self.ticks += inner.ticks
        self.known = self.known and inner.known

    def over(self, s: ir.For | ir.ForEach, variable: str, values: Sequence[Value]) -> None:
        left = list(values)

        def advance() -> bool:
            if not left:
                return False
            self.pay("assignment")
            self.state[variable] = left.pop(0)
            return True

        self.turns(s, advance)

    def turns(self, s: ir.Loop, goes_on: Callable[[], bool]) -> None:
        with suppress(_Break):
            while True:
                self.pay("loop_step")
                if not goes_on():
                    return
                with suppress(_Continue):
                    self.block(s.body)


def place(values: Sequence[Value], index: int) -> int:
    """Return where an index points, counted from 0."""
    if not -len(values) <= index < len(values):
        raise IndexError
    return index % len(values)
